//! What staff did.

use axum::Json;
use axum::extract::State;
use protocol::api::{ApiErrorDto, AuditDto};

use crate::app::App;
use crate::encode;
use crate::error::ApiError;
use crate::guard::Visit;
use crate::paging::Paging;

/// What staff did before a number, newest first.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/audit", tag = "moderation",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("before" = Option<u64>, Query, description = "Only acts before this number"),
        ("limit" = Option<u32>, Query, description = "How many at most, 1 to 200")),
    responses((status = 200, body = AuditDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn before(
    State(app): State<App>,
    visit: Visit,
    paging: Paging,
) -> Result<Json<AuditDto>, ApiError> {
    let page = app.store().audit_before(visit.room.id(), paging.before, paging.limit).await?;
    let events = page.entries.iter().filter_map(|entry| encode::event_dto(entry, 1)).collect();
    Ok(Json(AuditDto { events, more: page.more }))
}
