//! Who one is.

use auth::SignedIn;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::Nickname;
use protocol::api::{ApiErrorDto, MeDto, MyRoomDto, NameDto, PersonDto};
use protocol::{Disconnect, ErrorCode};
use store::{Person, SetupState};

use crate::app::App;
use crate::body;
use crate::cookie;
use crate::error::ApiError;
use crate::guard::Asker;

/// Who one is, and what this server is to them. A sign-in lives on with its use, and so does the cookie.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = MeDto)))]
pub async fn show(State(app): State<App>, asker: Asker, headers: HeaderMap) -> Result<Response, ApiError> {
    let mut response = Json(me(&app, asker.person()).await?).into_response();
    if let (Some(token), Some(_)) = (cookie::token(&headers), &asker.session) {
        let again = cookie::set(token, auth::SESSION_LIFE, asker.client.secure)?;
        response.headers_mut().insert(header::SET_COOKIE, again);
    }
    Ok(response)
}

/// Comes in with a nickname. Who is a guest already takes another name.
#[utoipa::path(post, path = "/api/v1/guests", tag = "me", request_body = NameDto,
    responses((status = 200, body = MeDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn come_in(
    State(app): State<App>,
    asker: Asker,
    body::Json(body): body::Json<NameDto>,
) -> Result<Response, ApiError> {
    let name = nickname(&body.name)?;
    app.count_naming(&asker)?;
    let signed_in = app.accounts().guest(asker.session.as_ref(), &name, app.now()).await?;
    come_anew(&app, &asker);
    signed_in_as(&app, &asker, signed_in).await
}

/// Takes another name.
#[utoipa::path(patch, path = "/api/v1/me", tag = "me", request_body = NameDto,
    responses((status = 200, body = MeDto), (status = "4XX", body = ApiErrorDto)))]
pub async fn rename(
    State(app): State<App>,
    asker: Asker,
    body::Json(body): body::Json<NameDto>,
) -> Result<Json<MeDto>, ApiError> {
    let name = nickname(&body.name)?;
    app.count_naming(&asker)?;
    let person = app.accounts().rename(asker.known()?.id, &name).await?;
    come_anew(&app, &asker);
    me(&app, Some(&person)).await.map(Json)
}

/// Who somebody is, in the words of the page.
async fn me(app: &App, person: Option<&Person>) -> Result<MeDto, ApiError> {
    let rooms = match person {
        Some(person) if person.registered => app.store().rooms_of(person.id).await?,
        Some(_) | None => Vec::new(),
    };
    let rooms = rooms.into_iter().map(|(room, role)| MyRoomDto {
        slug: room.slug.to_string(),
        title: room.title.as_str().to_owned(),
        role: role.into(),
    });
    Ok(MeDto {
        person: person.map(told),
        rooms: rooms.collect(),
        setup_needed: app.accounts().setup_state().await? == SetupState::Needed,
        registration_open: app.registration_open(),
    })
}

fn told(person: &Person) -> PersonDto {
    PersonDto { id: person.id.0, name: person.name.as_str().to_owned(), registered: person.registered }
}

/// The answer to whoever has come in: who they are now, and the cookie that says so from now on.
pub async fn signed_in_as(app: &App, asker: &Asker, signed_in: SignedIn) -> Result<Response, ApiError> {
    let cookie = keep(asker, &signed_in.token)?;
    let me = me(app, Some(&signed_in.person)).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

/// The cookie for a new sign-in.
pub fn keep(asker: &Asker, token: &auth::Secret) -> Result<HeaderValue, ApiError> {
    cookie::set(token.expose(), auth::SESSION_LIFE, asker.client.secure)
}

/// The asker's open lines go on under the name or the sign-in of a moment ago: they are closed, and come back.
pub fn come_anew(app: &App, asker: &Asker) {
    if let Some(person) = asker.person() {
        app.lines().close_person(person.id, None, Disconnect::Reenter);
    }
}

/// A name as typed.
pub fn nickname(raw: &str) -> Result<Nickname, ApiError> {
    Nickname::parse(raw).map_err(|error| ApiError::new(ErrorCode::BadName, format!("{error}.")))
}
