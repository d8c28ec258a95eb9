//! What the server sees of a show.

use axum::Json;
use axum::extract::State;
use protocol::api::{ApiErrorDto, MediaDto};

use crate::app::App;
use crate::guard::Visit;

/// What the server sees of the show, for the studio and the quality panel.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/media", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = MediaDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn show(State(app): State<App>, visit: Visit) -> Json<MediaDto> {
    let stats = app.media().stats(visit.room.id());
    Json(MediaDto {
        publishing: stats.publishing,
        video_codec: stats.video_codec.map(str::to_owned),
        audio_codec: stats.audio_codec.map(str::to_owned),
        ingest_bps: stats.ingest_bps,
        ingest_loss: stats.ingest_loss,
        watching: stats.watching,
    })
}
