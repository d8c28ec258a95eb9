//! The one table that says what every route needs of who asks.
//!
//! The router is built from it, so that no route can exist without a row, and [`crate::guard`] holds every request
//! against its row before a handler sees it. A route for which nothing is said cannot be reached.

use axum::routing::{MethodFilter, MethodRouter, on};
use model::Permission;

use crate::api::{
    account, audit, door, history, me, media, openapi, order, people, room, sanctions, session, setup,
};
use crate::api::{stream_key, uplink};
use crate::app::App;
use crate::{events, health, hls, layer, page, socket, whep, whip};

/// What a request needs to be let through to its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may ask.
    Nobody,
    /// Somebody who has said who they are, with an account or a nickname.
    Person,
    /// An account.
    Account,
    /// An account that is host of a room of this server.
    AnyHost,
    /// That the room exists and the asker is not banned from it; its door may be closed to them.
    Doorstep,
    /// That the asker may be in the room, and holds the permission there. All but [`Permission::Watch`] need a person.
    Room(Permission),
    /// The same as to watch, or the room's key as a bearer token: for players.
    Play,
    /// The same to watch by HLS: what is open to all is the same for all, and caches stand between, so nobody is asked
    /// who they are.
    Broadcast,
    /// The room's stream key as a bearer token, or the room's host at a page of ours.
    Publish,
}

/// From which pages a request may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Anything that only reads: what it answers cannot be read by a page of another site.
    Any,
    /// A page of ours; or a program, which sends neither `Origin` nor cookie.
    Ours,
    /// The same; or a page of another site that brings a bearer token. Its cookies then count for nothing.
    OursOrBearer,
}

/// One route.
pub struct Row {
    /// Its method. `GET` answers `HEAD` too.
    pub method: &'static str,
    /// Its path, parameters in braces.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// From which pages it may be asked.
    pub from: Pages,
    /// Whether pages of other sites may read the answer.
    pub open_to_all: bool,
    filter: MethodFilter,
    handler: Handler,
}

type Handler = fn(MethodFilter) -> MethodRouter<App>;

impl Row {
    /// The row's handler, for its method.
    pub fn route(&self) -> MethodRouter<App> {
        (self.handler)(self.filter)
    }

    const fn new(
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        needs: Needs,
        from: Pages,
        handler: Handler,
    ) -> Row {
        Row { method, path, needs, from, open_to_all: false, filter, handler }
    }

    /// The same for requests of players and encoders, which come from anywhere.
    const fn media(self) -> Row {
        let from = if matches!(self.from, Pages::Any) { Pages::Any } else { Pages::OursOrBearer };
        Row { from, open_to_all: true, ..self }
    }

    /// The same for a `GET` that opens more than an answer.
    const fn ours(self) -> Row {
        Row { from: Pages::Ours, ..self }
    }
}

const fn get(path: &'static str, needs: Needs, handler: Handler) -> Row {
    Row::new("GET", MethodFilter::GET, path, needs, Pages::Any, handler)
}

const fn post(path: &'static str, needs: Needs, handler: Handler) -> Row {
    Row::new("POST", MethodFilter::POST, path, needs, Pages::Ours, handler)
}

const fn put(path: &'static str, needs: Needs, handler: Handler) -> Row {
    Row::new("PUT", MethodFilter::PUT, path, needs, Pages::Ours, handler)
}

const fn patch(path: &'static str, needs: Needs, handler: Handler) -> Row {
    Row::new("PATCH", MethodFilter::PATCH, path, needs, Pages::Ours, handler)
}

const fn delete(path: &'static str, needs: Needs, handler: Handler) -> Row {
    Row::new("DELETE", MethodFilter::DELETE, path, needs, Pages::Ours, handler)
}

const fn options(path: &'static str, handler: Handler) -> Row {
    Row::new("OPTIONS", MethodFilter::OPTIONS, path, Nobody, Pages::Any, handler)
}

use Needs::{Account, AnyHost, Broadcast, Doorstep, Nobody, Person, Play, Publish, Room};

/// Every route there is.
pub static TABLE: &[Row] = &[
    // Who one is.
    get("/api/v1/me", Nobody, |m| on(m, me::show)),
    patch("/api/v1/me", Person, |m| on(m, me::rename)),
    put("/api/v1/me/password", Account, |m| on(m, account::change_password)),
    post("/api/v1/guests", Nobody, |m| on(m, me::come_in)),
    post("/api/v1/accounts", Nobody, |m| on(m, account::register)),
    post("/api/v1/sessions", Nobody, |m| on(m, session::sign_in)),
    delete("/api/v1/sessions/current", Nobody, |m| on(m, session::sign_out)),
    post("/api/v1/setup", Nobody, |m| on(m, setup::set_up)),
    // Rooms.
    get("/api/v1/rooms", Nobody, |m| on(m, room::list)),
    post("/api/v1/rooms", AnyHost, |m| on(m, room::found)),
    get("/api/v1/rooms/{room}", Doorstep, |m| on(m, room::card)),
    post("/api/v1/rooms/{room}/entry", Doorstep, |m| on(m, door::enter)),
    put("/api/v1/rooms/{room}/door", Room(Permission::Configure), |m| on(m, door::set)),
    post("/api/v1/rooms/{room}/stream-key", Room(Permission::Configure), |m| on(m, stream_key::replace)),
    post("/api/v1/rooms/{room}/orders", Room(Permission::Speak), |m| on(m, order::take)),
    get("/api/v1/rooms/{room}/history", Room(Permission::Watch), |m| on(m, history::before)),
    get("/api/v1/rooms/{room}/people", Room(Permission::Watch), |m| on(m, people::list)),
    get("/api/v1/rooms/{room}/sanctions", Room(Permission::ReadAudit), |m| on(m, sanctions::list)),
    get("/api/v1/rooms/{room}/audit", Room(Permission::ReadAudit), |m| on(m, audit::before)),
    get("/api/v1/rooms/{room}/media", Room(Permission::Watch), |m| on(m, media::show)),
    post("/api/v1/rooms/{room}/uplink", Room(Permission::Publish), |m| on(m, uplink::measure)),
    get("/api/v1/rooms/{room}/events", Room(Permission::Watch), |m| on(m, events::listen)),
    get("/api/v1/rooms/{room}/ws", Room(Permission::Watch), |m| on(m, socket::open)).ours(),
    // Sound and picture.
    post("/whip/{room}", Publish, |m| on(m, whip::publish)).media(),
    options("/whip/{room}", |m| on(m, whip::options)).media(),
    patch("/whip/{room}/{session}", Publish, |m| on(m, whip::patch)).media(),
    delete("/whip/{room}/{session}", Publish, |m| on(m, whip::close)).media(),
    options("/whip/{room}/{session}", |m| on(m, whip::session_options)).media(),
    post("/whep/{room}", Play, |m| on(m, whep::watch)).media(),
    options("/whep/{room}", |m| on(m, whep::options)).media(),
    patch("/whep/{room}/{session}", Play, |m| on(m, whep::patch)).media(),
    delete("/whep/{room}/{session}", Play, |m| on(m, whep::close)).media(),
    options("/whep/{room}/{session}", |m| on(m, whep::session_options)).media(),
    get("/whep/{room}/{session}/layer", Play, |m| on(m, layer::show)).media(),
    post("/whep/{room}/{session}/layer", Play, |m| on(m, layer::wish)).media(),
    options("/whep/{room}/{session}/layer", |m| on(m, layer::options)).media(),
    get("/hls/{room}/{file}", Broadcast, |m| on(m, hls::index)).media(),
    get("/hls/{room}/{show}/{file}", Broadcast, |m| on(m, hls::file)).media(),
    // The server itself.
    get("/api/v1/openapi.json", Nobody, |m| on(m, openapi::show)),
    get("/healthz", Nobody, |m| on(m, health::alive)),
    get("/readyz", Nobody, |m| on(m, health::ready)),
    get("/metrics", Nobody, |m| on(m, health::metrics)),
    // The page, which holds nothing of any room.
    get("/", Nobody, |m| on(m, page::page)),
    get("/r/{room}", Nobody, |m| on(m, page::page)),
    get("/studio/{room}", Nobody, |m| on(m, page::page)),
    get("/desk/{room}", Nobody, |m| on(m, page::page)),
    get("/setup", Nobody, |m| on(m, page::page)),
    get("/sign-in", Nobody, |m| on(m, page::page)),
    get("/assets/{*file}", Nobody, |m| on(m, page::asset)),
    get("/{file}", Nobody, |m| on(m, page::file)),
];

/// Every route's method, path and need, for the operator's book.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, Needs)> {
    TABLE.iter().map(|row| (row.method, row.path, row.needs))
}
