//! Rooms, as their doors show them; and founding one.

use auth::RoomWish;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Role, RoomSlug};
use protocol::api::{ApiErrorDto, NewRoomDto, RoomCardDto, StreamKeyDto};
use protocol::{ErrorCode, LiveDto};
use store::RoomRecord;

use crate::app::App;
use crate::body;
use crate::encode;
use crate::error::ApiError;
use crate::guard::{Asker, Visit};

/// Rooms on the front page; the newest of more.
const ROOMS_MAX: u32 = 200;

/// The public rooms.
#[utoipa::path(get, path = "/api/v1/rooms", tag = "room", responses((status = 200, body = [RoomCardDto])))]
pub async fn list(State(app): State<App>, asker: Asker) -> Result<Json<Vec<RoomCardDto>>, ApiError> {
    let (theirs, otherwise) = match asker.person() {
        Some(person) if person.registered => (app.store().rooms_of(person.id).await?, Role::Viewer),
        Some(_) | None => (Vec::new(), Role::Guest),
    };
    let mut cards = Vec::new();
    for record in app.store().public_rooms(ROOMS_MAX).await? {
        let role = theirs.iter().find(|(room, _)| room.id == record.id).map_or(otherwise, |(_, role)| *role);
        cards.push(listed(&app, record, role).await);
    }
    Ok(Json(cards))
}

/// A room on the front page. One that is not in memory has nobody in it and no show.
async fn listed(app: &App, record: RoomRecord, role: Role) -> RoomCardDto {
    let view = app.rooms().running(record.id).await.map(|room| room.view());
    RoomCardDto {
        slug: record.slug.to_string(),
        title: record.title.as_str().to_owned(),
        host: record.host_name.as_str().to_owned(),
        access: encode::access_dto(record.access),
        live: view.as_ref().map_or(LiveDto::Off, |view| encode::live_dto(view.live)),
        present: view.as_ref().map_or(0, |view| view.present),
        role: role.into(),
        may_enter: true,
    }
}

/// One room, as its door shows it. Who may not come in learns that it is there, and nothing of it.
#[utoipa::path(get, path = "/api/v1/rooms/{room}", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 200, body = RoomCardDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn card(visit: Visit) -> Json<RoomCardDto> {
    let view = visit.room.view();
    let slug = visit.room.slug().to_string();
    Json(match visit.may_enter {
        true => RoomCardDto {
            slug,
            title: view.title.as_str().to_owned(),
            host: view.host.name.as_str().to_owned(),
            access: encode::access_dto(view.access),
            live: encode::live_dto(view.live),
            present: view.present,
            role: visit.role.into(),
            may_enter: true,
        },
        false => RoomCardDto {
            title: slug.clone(),
            slug,
            host: String::new(),
            access: encode::access_dto(view.access),
            live: LiveDto::Off,
            present: 0,
            role: visit.role.into(),
            may_enter: false,
        },
    })
}

/// Founds another room, public, for who hosts one already.
#[utoipa::path(post, path = "/api/v1/rooms", tag = "room", request_body = NewRoomDto,
    responses((status = 201, body = StreamKeyDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn found(
    State(app): State<App>,
    asker: Asker,
    body::Json(body): body::Json<NewRoomDto>,
) -> Result<(StatusCode, Json<StreamKeyDto>), ApiError> {
    let wish = RoomWish { slug: slug(&body.slug)?, title: body.title };
    let founded = app.accounts().found_room(asker.known()?.id, wish, app.now()).await?;
    let stream_key = founded.stream_key.expose().to_owned();
    Ok((StatusCode::CREATED, Json(StreamKeyDto { stream_key })))
}

/// A slug as typed.
pub fn slug(raw: &str) -> Result<RoomSlug, ApiError> {
    RoomSlug::parse(raw).map_err(|error| ApiError::new(ErrorCode::BadSlug, format!("{error}.")))
}
