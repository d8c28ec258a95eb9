//! Signing in and out.

use auth::Secret;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use protocol::api::{ApiErrorDto, CredentialsDto, MeDto};

use super::me::{come_anew, nickname, signed_in_as};
use crate::app::App;
use crate::body::Json;
use crate::cookie;
use crate::error::ApiError;
use crate::guard::Asker;
use crate::socket::sign_in as line_sign_in;

/// Signs in.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "me", request_body = CredentialsDto,
    responses((status = 200, body = MeDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn sign_in(
    State(app): State<App>,
    asker: Asker,
    Json(body): Json<CredentialsDto>,
) -> Result<Response, ApiError> {
    // What is no name is nobody's: the same answer as for a wrong password.
    let name = nickname(&body.name).map_err(|_| wrong())?;
    let (password, from) = (Secret::new(body.password), asker.client.address.counted());
    let visit = asker.session.as_ref();
    let signed_in = app.accounts().sign_in(visit, &name, &password, from, app.now()).await?;
    come_anew(&app, &asker);
    signed_in_as(&app, &asker, signed_in).await
}

/// Signs out. Lines and pictures that were opened with this sign-in end.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "me",
    responses((status = 204), (status = "4XX", body = ApiErrorDto)))]
pub async fn sign_out(
    State(app): State<App>,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let (Some(token), Some(session)) = (cookie::token(&headers), &asker.session) {
        app.accounts().sign_out(token).await?;
        app.lines().close_sign_in(line_sign_in(&session.token));
        let ended = app.watchers().of_sign_in(&session.token);
        app.listeners().end_media(ended).await;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear())]).into_response())
}

fn wrong() -> ApiError {
    ApiError::new(ErrorCode::WrongCredentials, "The name or the password is wrong.")
}
