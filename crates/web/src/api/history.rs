//! What was said before.

use axum::Json;
use axum::extract::State;
use protocol::api::{ApiErrorDto, HistoryDto};

use crate::app::App;
use crate::encode;
use crate::error::ApiError;
use crate::guard::Visit;
use crate::paging::Paging;

/// Messages before a number, newest last, without the deleted.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/history", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("before" = Option<u64>, Query, description = "Only messages before this number"),
        ("limit" = Option<u32>, Query, description = "How many at most, 1 to 200")),
    responses((status = 200, body = HistoryDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn before(
    State(app): State<App>,
    visit: Visit,
    paging: Paging,
) -> Result<Json<HistoryDto>, ApiError> {
    let page = app.store().messages_before(visit.room.id(), paging.before, paging.limit).await?;
    let events = page.entries.iter().filter_map(|entry| encode::event_dto(entry, 1)).collect();
    Ok(Json(HistoryDto { epoch: visit.room.info().epoch.0, events, more: page.more }))
}
