//! WHIP (RFC 9725): an encoder or the studio publishes into a room.

use axum::extract::{Path, Request, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use house::RoomHandle;
use protocol::ErrorCode;
use protocol::api::ApiErrorDto;

use crate::app::App;
use crate::error::ApiError;
use crate::guard::{self, Asker, Visit};
use crate::negotiation::{self, Endpoint};
use crate::publishers::Admission;

/// Takes a publisher's offer. Whoever published before is replaced.
#[utoipa::path(post, path = "/whip/{room}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")),
    request_body(content = String, content_type = "application/sdp"),
    responses((status = 201, body = String, content_type = "application/sdp"), (status = "4XX", body = ApiErrorDto)),
    security(("stream_key" = []), ("session" = [])))]
pub async fn publish(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    request: Request,
) -> Result<Response, ApiError> {
    app.count_offer(&asker, Endpoint::Whip)?;
    let offer = negotiation::offer(request).await?;
    // The offer may have been long in coming, and nobody is replaced by an old key.
    guard::may_still_publish(&app, &visit.room, &asker).await?;
    let accepted = app.media().publish(visit.room.id(), offer).await?;
    app.publishers().came(visit.room.id(), Admission::of(&asker), &accepted.session);
    // A key replaced while the offer was answered did not yet find this publisher to put it out.
    if let Err(refusal) = guard::may_still_publish(&app, &visit.room, &asker).await {
        app.media().close(&accepted.session).await?;
        return Err(refusal);
    }
    negotiation::created(Endpoint::Whip, visit.room.slug(), accepted)
}

/// Takes candidates, or restarts ICE.
#[utoipa::path(patch, path = "/whip/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer"),
        ("If-Match" = String, Header, description = "The session's ETag, or `*` to restart ICE")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"),
    responses((status = 200, body = String), (status = 204), (status = "4XX", body = ApiErrorDto)),
    security(("stream_key" = []), ("session" = [])))]
pub async fn patch(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    negotiation::patch(&app, &negotiation::session(&session)?, request).await
}

/// The publisher takes leave: the show ends.
#[utoipa::path(delete, path = "/whip/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")),
    responses((status = 200), (status = "4XX", body = ApiErrorDto)),
    security(("stream_key" = []), ("session" = [])))]
pub async fn close(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.media().close(&negotiation::session(&session)?).await?;
    Ok(StatusCode::OK)
}

/// What the endpoint takes.
#[utoipa::path(options, path = "/whip/{room}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")), responses((status = 200)))]
pub async fn options() -> Response {
    negotiation::endpoint_options()
}

/// What a session takes.
#[utoipa::path(options, path = "/whip/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")), responses((status = 200)))]
pub async fn session_options() -> Response {
    negotiation::session_options()
}

/// Refuses whoever does not hold the room's stream key. A key cannot be guessed, so attempts are not counted.
pub async fn expect_key(app: &App, room: &RoomHandle, key: &str) -> Result<(), ApiError> {
    match app.accounts().is_stream_key(room.id(), key).await? {
        true => Ok(()),
        false => Err(challenge("This is not the room's stream key; the host finds a new one in the studio.")),
    }
}

/// Nothing was shown that could let one in.
pub fn key_needed() -> ApiError {
    challenge("Publishing needs the room's stream key: send `Authorization: Bearer <stream key>`.")
}

fn challenge(message: &str) -> ApiError {
    ApiError::new(ErrorCode::WrongCredentials, message)
        .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"publish\""))
}
