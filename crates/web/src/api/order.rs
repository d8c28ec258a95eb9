//! Orders to a room over HTTP: the same as over a WebSocket, for scripts and for who has only an event stream.

use axum::Json;
use axum::extract::{Request, State};
use house::{Done, SendError};
use model::{ClientKey, ParticipantId};
use protocol::api::ApiErrorDto;
use protocol::{CLIENT_MESSAGE_BYTES_MAX, ClientMessage, ErrorCode, Order, ServerMessage};

use crate::app::App;
use crate::error::ApiError;
use crate::guard::{Asker, Visit};
use crate::{body, decode, encode};

/// Puts one order to the room. The same key again counts once.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/orders", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses")),
    request_body(content = ClientMessage, description = "An order with its key; not the `join` of a line"),
    responses((status = 200, body = ServerMessage), (status = "4XX", body = ApiErrorDto)))]
pub async fn take(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    request: Request,
) -> Result<Json<ServerMessage>, ApiError> {
    let by = asker.known()?.id;
    body::expect_type(request.headers(), "application/json")?;
    let text = body::read_text(request.into_body(), CLIENT_MESSAGE_BYTES_MAX).await?;
    let (key, order) = match decode::client_message(&text) {
        Ok(ClientMessage::Order { key, order }) => (ClientKey(key), order),
        Ok(ClientMessage::Join { .. }) | Err(_) => return Err(unknown()),
    };
    if order == Order::Ping {
        return Ok(Json(ServerMessage::Pong { key: key.0, at: app.rooms().clock().now().0 }));
    }
    let done = put(visit, order, by, key).await;
    app.metrics().orders().answered(&done);
    Ok(Json(encode::done_message(key, &done?)))
}

async fn put(visit: Visit, order: Order, by: ParticipantId, key: ClientKey) -> Result<Done, SendError> {
    let command = decode::command(order, by, key)?;
    visit.room.send(command).await
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, decode::UNKNOWN)
}
