//! Holds every request against its row of the access table, before its handler sees it.

use auth::Secret;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use house::RoomHandle;
use model::{ParticipantId, Permission, Role, RoomSlug, Timestamp};
use protocol::ErrorCode;
use room::Access;
use store::{Person, Session};

use crate::access::{Needs, Pages, Row};
use crate::app::App;
use crate::client::{Client, client};
use crate::error::ApiError;
use crate::origin::{Source, source};
use crate::server::Peer;
use crate::{cookie, negotiation, whip};

/// Who asks.
#[derive(Clone)]
pub struct Asker {
    /// The sign-in: of a person, or of a browser that has only passed a door.
    pub session: Option<Session>,
    /// Where the request comes from.
    pub client: Client,
    /// What a program shows in place of a sign-in.
    pub bearer: Option<String>,
}

impl Asker {
    /// The person, if they have said who they are.
    pub fn person(&self) -> Option<&Person> {
        self.session.as_ref().and_then(|session| session.person.as_ref())
    }

    /// The person of a route that needs one.
    pub fn known(&self) -> Result<&Person, ApiError> {
        self.person().ok_or_else(ApiError::sign_in_needed)
    }
}

/// The room that is asked about.
#[derive(Clone)]
pub struct Visit {
    /// The room.
    pub room: RoomHandle,
    /// What the asker is there. For one who has not said who they are, a guest.
    pub role: Role,
    /// Whether its door is open to the asker.
    pub may_enter: bool,
}

/// The middleware before every handler.
pub async fn check(
    State((app, row)): State<(App, &'static Row)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut response = match admit(&app, row, &params, &parts).await {
        Ok((asker, visit)) => {
            parts.extensions.insert(asker);
            if let Some(visit) = visit {
                parts.extensions.insert(visit);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if row.open_to_all {
        negotiation::open_to_all(response.headers_mut());
    }
    response
}

async fn admit(
    app: &App,
    row: &Row,
    params: &RawPathParams,
    request: &Parts,
) -> Result<(Asker, Option<Visit>), ApiError> {
    if row.needs == Needs::Broadcast
        && let Some(passed) = pass_by(app, params, request).await?
    {
        return Ok(passed);
    }
    let asker = asker(app, row, request).await?;
    let visit = match row.needs {
        Needs::Nobody => None,
        Needs::Person => asker.known().map(|_| None)?,
        Needs::Account => account(&asker).map(|_| None)?,
        Needs::AnyHost => {
            let rooms = app.store().rooms_of(account(&asker)?.id).await?;
            rooms.iter().any(|(_, role)| *role == Role::Host).then_some(None).ok_or_else(not_allowed)?
        }
        Needs::Doorstep => Some(knock(app, params, &asker).await?),
        Needs::Room(permission) => Some(enter(app, params, &asker, permission).await?),
        Needs::Play | Needs::Broadcast => Some(play(app, params, &asker).await?),
        Needs::Publish => Some(publish(app, params, &asker).await?),
    };
    Ok((asker, visit))
}

/// Past a door that stands open, whoever it is. It costs no look at the database: a crowd of players asks many times a
/// second.
async fn pass_by(
    app: &App,
    params: &RawPathParams,
    request: &Parts,
) -> Result<Option<(Asker, Option<Visit>)>, ApiError> {
    let room = room(app, params).await?;
    match room.view().access {
        Access::ByKey => return Ok(None),
        Access::Public | Access::Unlisted => {}
    }
    let peer = request.extensions.get::<Peer>().ok_or_else(ApiError::fault)?;
    let client = client(peer.ip, peer.tls, &request.headers, app.trusted_proxies());
    let asker = Asker { session: None, client, bearer: None };
    Ok(Some((asker, Some(Visit { room, role: Role::Guest, may_enter: true }))))
}

/// Who asks, as far as the page they ask from lets them say so.
async fn asker(app: &App, row: &Row, request: &Parts) -> Result<Asker, ApiError> {
    let headers = &request.headers;
    let peer = request.extensions.get::<Peer>().ok_or_else(ApiError::fault)?;
    let client = client(peer.ip, peer.tls, headers, app.trusted_proxies());
    let bearer = bearer(headers);
    let token = cookie::token(headers);
    let heard = match (row.from, source(headers, client.secure, app.public_origin())) {
        (Pages::Any, _) | (Pages::Ours | Pages::OursOrBearer, Source::Own) => token,
        // A program sends no cookie; a browser that sends one says from which page.
        (Pages::Ours | Pages::OursOrBearer, Source::Unsaid) if token.is_none() => None,
        (Pages::OursOrBearer, Source::Unsaid | Source::Foreign) if bearer.is_some() => None,
        (Pages::Ours | Pages::OursOrBearer, Source::Unsaid | Source::Foreign) => return Err(wrong_origin()),
    };
    let session = match heard {
        Some(token) => app.accounts().who(token, app.now()).await?,
        None => None,
    };
    Ok(Asker { session, client, bearer })
}

/// The bearer token, if there is one.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

fn account(asker: &Asker) -> Result<&Person, ApiError> {
    asker.known()?;
    asker
        .person()
        .filter(|person| person.registered)
        .ok_or_else(|| ApiError::new(ErrorCode::SignInNeeded, "This needs an account: sign in, or register."))
}

/// The room of the path, and the ban that keeps the asker out of it.
async fn visit(
    app: &App,
    params: &RawPathParams,
    asker: &Asker,
) -> Result<(Visit, Option<Banned>), ApiError> {
    visit_of(app, room(app, params).await?, asker).await
}

/// The room of the path.
async fn room(app: &App, params: &RawPathParams) -> Result<RoomHandle, ApiError> {
    let slug = params.iter().find(|(name, _)| *name == "room").map(|(_, slug)| slug);
    let slug = RoomSlug::parse(slug.unwrap_or_default()).map_err(|_| ApiError::no_such_room())?;
    app.rooms().open(&slug).await?.ok_or_else(ApiError::no_such_room)
}

/// Asks again whether somebody may be in a room, after something that took a while: a request's body comes as slowly as
/// its sender likes, and meanwhile the door may have changed.
pub async fn still_welcome(app: &App, room: &RoomHandle, asker: &Asker) -> Result<(), ApiError> {
    let (visit, ban) = visit_of(app, room.clone(), asker).await?;
    match ban {
        Some(Banned(until)) => Err(banned(until)),
        None => with_key_in_hand(app, visit, asker).await.map(|_| ()),
    }
}

/// Asks again whether the door is open to somebody who has just begun to listen: who was on their way in when it changed
/// was not yet among those who are put out. A ban needs no second look, because the room itself turns away whom it has
/// banned.
pub async fn door_is_still_open(app: &App, room: &RoomHandle, asker: &Asker) -> Result<(), ApiError> {
    match room.view().access {
        Access::Public | Access::Unlisted => Ok(()),
        Access::ByKey => still_welcome(app, room, asker).await,
    }
}

async fn visit_of(app: &App, room: RoomHandle, asker: &Asker) -> Result<(Visit, Option<Banned>), ApiError> {
    let (role, ban) = match asker.person() {
        Some(person) => standing(&room, person).await?,
        None => (Role::Guest, None),
    };
    let may_enter = ban.is_none() && (role.is_staff() || door_is_open(app, &room, asker).await?);
    Ok((Visit { room, role, may_enter }, ban))
}

/// Until when somebody is banned; `None` until unbanned.
struct Banned(Option<Timestamp>);

async fn standing(room: &RoomHandle, person: &Person) -> Result<(Role, Option<Banned>), ApiError> {
    let (id, registered) = (person.id, person.registered);
    let (role, ban) =
        room.look(move |room, now| (role(room.role_of(id), registered), ban(room, id, now))).await?;
    Ok((role, ban))
}

/// The room knows its staff; whether the others have an account it does not know.
fn role(role: Role, registered: bool) -> Role {
    match role {
        Role::Guest if registered => Role::Viewer,
        Role::Host | Role::Moderator | Role::Viewer | Role::Guest => role,
    }
}

fn ban(room: &room::Room, who: ParticipantId, now: Timestamp) -> Option<Banned> {
    match room.ban_of(who, now)?.measure {
        room::Measure::Ban { until } => Some(Banned(until)),
        room::Measure::Mute { .. } => None,
    }
}

async fn door_is_open(app: &App, room: &RoomHandle, asker: &Asker) -> Result<bool, ApiError> {
    match (room.view().access, &asker.session) {
        (Access::Public | Access::Unlisted, _) => Ok(true),
        (Access::ByKey, Some(session)) => Ok(app.store().has_entry(room.id(), &session.token).await?),
        (Access::ByKey, None) => Ok(false),
    }
}

/// Up to the door, which whoever is banned is told at once.
async fn knock(app: &App, params: &RawPathParams, asker: &Asker) -> Result<Visit, ApiError> {
    match visit(app, params, asker).await? {
        (_, Some(Banned(until))) => Err(banned(until)),
        (visit, None) => Ok(visit),
    }
}

/// Into the room: not banned, past the door, with the permission.
async fn enter(
    app: &App,
    params: &RawPathParams,
    asker: &Asker,
    permission: Permission,
) -> Result<Visit, ApiError> {
    let visit = knock(app, params, asker).await?;
    if !visit.may_enter {
        return Err(key_needed());
    }
    // Whoever has not said who they are may watch, whatever else a guest may.
    if permission != Permission::Watch {
        asker.known()?;
    }
    if visit.role.may(permission) { Ok(visit) } else { Err(not_allowed()) }
}

/// To watch as a player does: by the door, or with the room's key in hand.
async fn play(app: &App, params: &RawPathParams, asker: &Asker) -> Result<Visit, ApiError> {
    let visit = knock(app, params, asker).await?;
    with_key_in_hand(app, visit, asker).await
}

async fn with_key_in_hand(app: &App, mut visit: Visit, asker: &Asker) -> Result<Visit, ApiError> {
    if visit.may_enter {
        return Ok(visit);
    }
    let Some(key) = &asker.bearer else { return Err(key_needed()) };
    let (key, from) = (Secret::new(key.clone()), asker.client.address.counted());
    visit.may_enter = app.accounts().is_door_key(visit.room.id(), &key, from, app.now()).await?;
    visit.may_enter.then_some(visit).ok_or_else(wrong_key)
}

/// To publish: with the stream key, or as the host at a page of ours.
async fn publish(app: &App, params: &RawPathParams, asker: &Asker) -> Result<Visit, ApiError> {
    let (visit, _) = visit(app, params, asker).await?;
    may_publish(app, visit, asker).await
}

/// Asks again whether somebody may publish, after something that took a while.
pub async fn may_still_publish(app: &App, room: &RoomHandle, asker: &Asker) -> Result<(), ApiError> {
    let (visit, _) = visit_of(app, room.clone(), asker).await?;
    may_publish(app, visit, asker).await.map(|_| ())
}

async fn may_publish(app: &App, visit: Visit, asker: &Asker) -> Result<Visit, ApiError> {
    match &asker.bearer {
        Some(key) => whip::expect_key(app, &visit.room, key).await.map(|()| visit),
        None if visit.role.may(Permission::Publish) => Ok(visit),
        None if asker.session.is_none() => Err(whip::key_needed()),
        None => Err(not_allowed()),
    }
}

fn wrong_origin() -> ApiError {
    ApiError::new(
        ErrorCode::WrongOrigin,
        "This request comes from a page that is not of this server. Behind a proxy, set `server.public_url`.",
    )
}

fn not_allowed() -> ApiError {
    ApiError::new(ErrorCode::NotAllowed, "Your role does not allow this.")
}

fn key_needed() -> ApiError {
    ApiError::new(ErrorCode::KeyNeeded, "This room asks for a key; give it at its door first.")
}

fn wrong_key() -> ApiError {
    ApiError::new(ErrorCode::WrongKey, "This is not the key to this room.")
}

fn banned(until: Option<Timestamp>) -> ApiError {
    ApiError::new(ErrorCode::Banned, "You are banned from this room.").retry_at(until.map(|at| at.0))
}

impl FromRequestParts<App> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Asker, ApiError> {
        parts.extensions.get::<Asker>().cloned().ok_or_else(ApiError::fault)
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Visit, ApiError> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(ApiError::fault)
    }
}
