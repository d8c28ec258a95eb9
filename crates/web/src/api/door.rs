//! The doors of rooms by key: passing one, and changing what opens it.

use auth::Secret;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use house::{Audience, Farewell};
use protocol::api::{ApiErrorDto, DoorDoneDto, DoorDto, EntryDto};

use super::me::keep;
use crate::app::App;
use crate::body::Json;
use crate::error::ApiError;
use crate::guard::{Asker, Visit};

/// Shows a key at the door: the password, or the link's secret. From then on the browser's cookie suffices.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/entry", tag = "room", request_body = EntryDto,
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 204), (status = "4XX", body = ApiErrorDto)))]
pub async fn enter(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    Json(body): Json<EntryDto>,
) -> Result<Response, ApiError> {
    let (key, from) = (Secret::new(body.key), asker.client.address.counted());
    let session = asker.session.as_ref();
    let knock = app.accounts().knock(visit.room.id(), session, &key, from, app.now()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(token) = knock.token {
        response.headers_mut().insert(header::SET_COOKIE, keep(&asker, &token)?);
    }
    Ok(response)
}

/// Changes what opens the door. Who came in with what no longer opens it knocks again.
#[utoipa::path(put, path = "/api/v1/rooms/{room}/door", tag = "room", request_body = DoorDto,
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = DoorDoneDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn set(
    State(app): State<App>,
    visit: Visit,
    Json(body): Json<DoorDto>,
) -> Result<axum::Json<DoorDoneDto>, ApiError> {
    let room = visit.room.id();
    if let Some(password) = &body.password {
        let password = Some(password).filter(|text| !text.is_empty()).map(|text| Secret::new(text.clone()));
        app.accounts().set_door_password(room, password.as_ref()).await?;
    }
    let link_key = match body.new_link {
        true => Some(app.accounts().new_door_link(room).await?.expose().to_owned()),
        false => None,
    };
    if visit.room.view().access == room::Access::ByKey && (body.password.is_some() || body.new_link) {
        app.listeners().close(room, Farewell::Reenter);
    }
    Ok(axum::Json(DoorDoneDto { link_key }))
}
