//! The description of the HTTP API, made from the handlers themselves.

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::{
    account, audit, door, history, me, media, order, people, room, sanctions, session, setup, stream_key,
    uplink,
};
use crate::{cookie, events, health, hls, layer, socket, whep, whip};

#[derive(OpenApi)]
#[openapi(
    info(title = "Livehouse", description = "The live room a person owns.", license(name = "MIT OR Apache-2.0")),
    modifiers(&Secrets),
    paths(
        me::show, me::rename, me::come_in, account::register, account::change_password, session::sign_in,
        session::sign_out, setup::set_up, room::list, room::found, room::card, door::enter, door::set,
        stream_key::replace, order::take, history::before, people::list, sanctions::list, audit::before,
        media::show, uplink::measure, events::listen, socket::open, whip::publish, whip::options, whip::patch, whip::close,
        whip::session_options, whep::watch, whep::options, whep::patch, whep::close, whep::session_options,
        layer::show, layer::wish, layer::options,
        hls::index, hls::file,
        show, health::alive, health::ready, health::metrics,
    )
)]
struct Description;

/// What a program can show of itself.
struct Secrets;

impl Modify for Secrets {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_with(Default::default);
        let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("stream_key", bearer());
        components.add_security_scheme("room_key", bearer());
        let cookie = ApiKey::Cookie(ApiKeyValue::new(cookie::NAME));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// The description as the server gives it.
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operations", responses((status = 200, body = Object)))]
pub async fn show() -> Json<utoipa::openapi::OpenApi> {
    Json(description())
}
