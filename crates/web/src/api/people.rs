//! Who is here.

use axum::Json;
use protocol::api::{ApiErrorDto, PeopleDto};
use room::Person;

use crate::encode;
use crate::error::ApiError;
use crate::guard::Visit;

/// The most people named at a time; the count says the rest.
const PEOPLE_MAX: usize = 500;

/// Who is here, staff first, at most 500.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/people", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = PeopleDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn list(visit: Visit) -> Result<Json<PeopleDto>, ApiError> {
    let (present, people) = visit.room.look(|room, _| (room.view().present, some(room.people()))).await?;
    Ok(Json(PeopleDto { present, people: people.iter().map(encode::present).collect() }))
}

/// Staff, and as many others as there is space for.
fn some(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let (mut staff, others): (Vec<_>, Vec<_>) = people.partition(|person| person.role.is_staff());
    staff.sort_by_key(|person| person.role);
    staff.into_iter().chain(others).take(PEOPLE_MAX).collect()
}
