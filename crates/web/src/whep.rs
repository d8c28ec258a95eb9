//! WHEP: a player watches a room. The same verbs as WHIP.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::api::ApiErrorDto;

use crate::app::App;
use crate::error::ApiError;
use crate::guard::{self, Asker, Visit};
use crate::negotiation::{self, Endpoint};
use crate::watchers::Watcher;

/// Takes a viewer's offer, whether or not anybody publishes yet.
#[utoipa::path(post, path = "/whep/{room}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")),
    request_body(content = String, content_type = "application/sdp"),
    responses((status = 201, body = String, content_type = "application/sdp"), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn watch(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    request: Request,
) -> Result<Response, ApiError> {
    app.count_offer(&asker, Endpoint::Whep)?;
    let offer = negotiation::offer(request).await?;
    let accepted = app.media().watch(visit.room.id(), asker.client.address.counted(), offer).await?;
    app.watchers().came(Watcher::of(&visit, &asker, &accepted.session));
    // Whoever was banned, or shut out, while the offer was answered was not yet among those who are put out.
    if let Err(refusal) = guard::still_welcome(&app, &visit.room, &asker).await {
        app.watchers().left(&accepted.session);
        app.media().close(&accepted.session).await?;
        return Err(refusal);
    }
    negotiation::created(Endpoint::Whep, visit.room.slug(), accepted)
}

/// Takes candidates, or restarts ICE.
#[utoipa::path(patch, path = "/whep/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer"),
        ("If-Match" = String, Header, description = "The session's ETag, or `*` to restart ICE")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"),
    responses((status = 200, body = String), (status = 204), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn patch(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    negotiation::patch(&app, &negotiation::session(&session)?, request).await
}

/// The viewer stops watching.
#[utoipa::path(delete, path = "/whep/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")),
    responses((status = 200), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn close(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let session = negotiation::session(&session)?;
    app.watchers().left(&session);
    app.media().close(&session).await?;
    Ok(StatusCode::OK)
}

/// What the endpoint takes.
#[utoipa::path(options, path = "/whep/{room}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")), responses((status = 200)))]
pub async fn options() -> Response {
    negotiation::endpoint_options()
}

/// What a session takes.
#[utoipa::path(options, path = "/whep/{room}/{session}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")), responses((status = 200)))]
pub async fn session_options() -> Response {
    negotiation::session_options()
}
