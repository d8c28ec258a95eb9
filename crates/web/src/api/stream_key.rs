//! The key with which an encoder publishes.

use axum::Json;
use axum::extract::State;
use protocol::api::{ApiErrorDto, StreamKeyDto};

use crate::app::App;
use crate::error::ApiError;
use crate::guard::Visit;

/// Makes a new stream key. The old one stops working, also for who publishes with it now.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/stream-key", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = StreamKeyDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn replace(State(app): State<App>, visit: Visit) -> Result<Json<StreamKeyDto>, ApiError> {
    let key = app.accounts().new_stream_key(visit.room.id()).await?;
    let put_out = app.publishers().with_old_key(visit.room.id());
    app.listeners().end_media(put_out.into_iter().collect()).await;
    Ok(Json(StreamKeyDto { stream_key: key.expose().to_owned() }))
}
