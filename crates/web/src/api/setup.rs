//! The first run: the one-time link makes the first host and their room.

use auth::{RoomWish, Secret};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::api::{ApiErrorDto, SetupDoneDto, SetupDto};

use super::me::{come_anew, keep, nickname};
use super::room::slug;
use crate::app::App;
use crate::body::Json;
use crate::error::ApiError;
use crate::guard::Asker;

/// Uses the one-time link up: a host with a password, a room, its stream key; and the host is signed in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "me", request_body = SetupDto,
    responses((status = 200, body = SetupDoneDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn set_up(
    State(app): State<App>,
    asker: Asker,
    Json(body): Json<SetupDto>,
) -> Result<Response, ApiError> {
    let wish = RoomWish { slug: slug(&body.room_slug)?, title: body.room_title };
    let name = nickname(&body.name)?;
    let (token, password) = (Secret::new(body.token), Secret::new(body.password));
    let visit = asker.session.as_ref();
    let (host, founded) =
        app.accounts().complete_setup(visit, &token, &name, &password, wish, app.now()).await?;
    come_anew(&app, &asker);
    let cookie = keep(&asker, &host.token)?;
    let done = SetupDoneDto {
        room: founded.room.slug.to_string(),
        stream_key: founded.stream_key.expose().to_owned(),
    };
    Ok(([(header::SET_COOKIE, cookie)], axum::Json(done)).into_response())
}
