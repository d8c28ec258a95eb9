//! Accounts: making one, and changing its password.

use auth::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::ErrorCode;
use protocol::api::{ApiErrorDto, ChangePasswordDto, CredentialsDto, MeDto};

use super::me::{come_anew, nickname, signed_in_as};
use crate::app::App;
use crate::body::Json;
use crate::error::ApiError;
use crate::guard::Asker;

/// Makes an account and signs in. A guest keeps their id.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "me", request_body = CredentialsDto,
    responses((status = 200, body = MeDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn register(
    State(app): State<App>,
    asker: Asker,
    Json(body): Json<CredentialsDto>,
) -> Result<Response, ApiError> {
    if !app.registration_open() {
        let closed = "This server takes no new accounts; come in with a name instead.";
        return Err(ApiError::new(ErrorCode::RegistrationClosed, closed));
    }
    let name = nickname(&body.name)?;
    let (password, from) = (Secret::new(body.password), asker.client.address.counted());
    let visit = asker.session.as_ref();
    let signed_in = app.accounts().register(visit, &name, &password, from, app.now()).await?;
    come_anew(&app, &asker);
    signed_in_as(&app, &asker, signed_in).await
}

/// Changes one's password. Every other sign-in of the account ends, and what it watches and hears with it.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "me", request_body = ChangePasswordDto,
    responses((status = 204), (status = "4XX", body = ApiErrorDto)))]
pub async fn change_password(
    State(app): State<App>,
    asker: Asker,
    Json(body): Json<ChangePasswordDto>,
) -> Result<StatusCode, ApiError> {
    let session = asker.session.as_ref().ok_or_else(ApiError::sign_in_needed)?;
    let (current, new) = (Secret::new(body.current), Secret::new(body.new));
    let from = asker.client.address.counted();
    app.accounts().change_password(session, &current, &new, from, app.now()).await?;
    // All of the person's lines come back, and only those of this sign-in come back as theirs.
    come_anew(&app, &asker);
    let ended = app.watchers().of_person(asker.known()?.id, &session.token);
    app.listeners().end_media(ended).await;
    Ok(StatusCode::NO_CONTENT)
}
