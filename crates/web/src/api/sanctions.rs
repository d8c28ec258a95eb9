//! Who is muted or banned.

use axum::Json;
use protocol::api::{ApiErrorDto, SanctionDto, SanctionsDto};
use room::{Measure, Sanction};

use crate::error::ApiError;
use crate::guard::Visit;

/// Who is muted or banned now.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/sanctions", tag = "moderation",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = SanctionsDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn list(visit: Visit) -> Result<Json<SanctionsDto>, ApiError> {
    let sanctions: Vec<Sanction> = visit.room.look(|room, now| room.sanctions(now).collect()).await?;
    let mut told = SanctionsDto { muted: Vec::new(), banned: Vec::new() };
    for sanction in &sanctions {
        match sanction.measure {
            Measure::Mute { until } => told.muted.push(one(sanction, Some(until.0))),
            Measure::Ban { until } => told.banned.push(one(sanction, until.map(|at| at.0))),
        }
    }
    Ok(Json(told))
}

fn one(sanction: &Sanction, until: Option<u64>) -> SanctionDto {
    SanctionDto { id: sanction.whom.0, name: sanction.name.as_str().to_owned(), until }
}
