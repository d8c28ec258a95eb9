//! The upgrade to WebSocket. The handshake is done here, over HTTP; then the bare socket goes to the line threads.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use house::RoomHandle;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use protocol::api::ApiErrorDto;
use protocol::{Disconnect, ErrorCode, SUBPROTOCOL};
use room::Who;
use std::io;
use tokio::io::AsyncWriteExt;
use tungstenite::handshake::derive_accept_key;

use crate::app::App;
use crate::connection::{Connection, Wire};
use crate::error::ApiError;
use crate::guard::{self, Asker, Visit};
use crate::line::{Hello, SignIn};

/// Opens a line both ways: `livehouse.v1`, see the protocol's own page.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/ws", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses")),
    responses((status = 101, description = "The line is open"), (status = "4XX", body = ApiErrorDto)))]
pub async fn open(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    mut request: Request,
) -> Result<Response, ApiError> {
    let accept = handshake(request.headers())?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or_else(no_upgrade)?;
    let hello = hello(&app, visit.room, &asker);
    tokio::spawn(hand_over(app, upgrade, asker, hello));
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL)),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

/// A new line of the asker's.
pub fn hello(app: &App, room: RoomHandle, asker: &Asker) -> Hello {
    let who = asker.person().map(|person| Who {
        id: person.id,
        name: person.name.clone(),
        registered: person.registered,
    });
    let sign_in = asker.session.as_ref().map(|session| sign_in(&session.token));
    Hello { room, connection: app.rooms().ids().connection(), who, sign_in }
}

/// The number by which a sign-in's lines are found again. Eight bytes of a hash do not meet by chance.
pub fn sign_in(token: &store::TokenHash) -> SignIn {
    let [a, b, c, d, e, f, g, h, ..] = token.0;
    SignIn(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// Checks what RFC 6455 asks of a client's handshake; the value that proves it was understood.
fn handshake(headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    if !says(headers, header::CONNECTION, "upgrade") || !says(headers, header::UPGRADE, "websocket") {
        return Err(no_upgrade());
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(ApiError::new(ErrorCode::BadRequest, "This server speaks version 13 of WebSocket.")
            .status(StatusCode::UPGRADE_REQUIRED)
            .header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")));
    }
    if !says(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        let message = format!("Ask for the subprotocol `{SUBPROTOCOL}`.");
        return Err(ApiError::new(ErrorCode::BadRequest, message));
    }
    // 16 bytes in base64: what they are matters to nobody.
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let key = key.filter(|key| key.len() == 24 && key.ends_with(b"==")).ok_or_else(no_upgrade)?;
    HeaderValue::try_from(derive_accept_key(key)).map_err(|_| ApiError::fault())
}

/// Whether a list in a header holds `word`.
fn says(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>();
    values.iter().flat_map(|value| value.split(',')).any(|said| said.trim().eq_ignore_ascii_case(word))
}

fn no_upgrade() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "Here a WebSocket is opened; this request does not ask for one.")
        .status(StatusCode::UPGRADE_REQUIRED)
        .header(header::UPGRADE, HeaderValue::from_static("websocket"))
}

async fn hand_over(app: App, upgrade: OnUpgrade, asker: Asker, hello: Hello) {
    let (room, connection) = (hello.room.clone(), hello.connection);
    let handed = match upgrade.await {
        Ok(upgraded) => give(&app, upgraded, hello).await,
        Err(error) => Err(io::Error::other(error)),
    };
    if let Err(error) = handed {
        tracing::debug!(%error, "A WebSocket did not become a line");
        return;
    }
    if let Err(refusal) = guard::door_is_still_open(&app, &room, &asker).await {
        app.lines().close_line(connection, farewell(refusal.code()));
    }
}

/// How a line is closed that should not have been opened.
fn farewell(refused: ErrorCode) -> Disconnect {
    if refused == ErrorCode::Banned {
        Disconnect::Banned
    } else if matches!(refused, ErrorCode::KeyNeeded | ErrorCode::WrongKey | ErrorCode::TooManyAttempts) {
        Disconnect::Reenter
    } else {
        // Nobody could say; whoever may come in comes back.
        Disconnect::Fault
    }
}

async fn give(app: &App, upgraded: Upgraded, hello: Hello) -> io::Result<()> {
    let parts = upgraded
        .downcast::<TokioIo<Connection>>()
        .map_err(|_| io::Error::other("the connection is not one of this server's own"))?;
    let (wire, place) = parts.io.into_inner().into_parts();
    let (socket, tls) = match wire {
        Wire::Plain(socket) => (socket, None),
        Wire::Tls(mut stream) => {
            // The 101 may still lie in the TLS layer; a line thread writes after it, never around it.
            stream.flush().await?;
            let (socket, tls) = stream.into_inner();
            (socket, Some(tls))
        }
    };
    let leftover: Bytes = parts.read_buf;
    let adopted = app.lines().adopt(socket.into_std()?, tls, leftover, hello);
    // From here on the line has its place among the lines, and another connection may have this one.
    drop(place);
    adopted.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[(&str, &str)] = &[
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "other, livehouse.v1"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    #[track_caller]
    fn check(change: Option<(&'static str, &str)>, expected: Result<&str, &str>) {
        let mut headers = HeaderMap::new();
        for (name, value) in
            GOOD.iter().copied().filter(|(name, _)| change.is_none_or(|(gone, _)| gone != *name))
        {
            headers.insert(name, value.parse().unwrap());
        }
        if let Some((name, value)) = change.filter(|(_, value)| !value.is_empty()) {
            headers.insert(name, value.parse().unwrap());
        }
        match (handshake(&headers), expected) {
            (Ok(accept), Ok(expected)) => assert_eq!(accept, expected),
            (Err(error), Err(expected)) => assert!(format!("{error:?}").contains(expected), "{error:?}"),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn handshakes() {
        // The key and its answer are those of RFC 6455, section 1.3.
        check(None, Ok("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        check(Some(("upgrade", "h2c")), Err("does not ask"));
        check(Some(("connection", "close")), Err("does not ask"));
        check(Some(("sec-websocket-version", "8")), Err("version 13"));
        check(Some(("sec-websocket-protocol", "livehouse.v2")), Err("livehouse.v1"));
        check(Some(("sec-websocket-protocol", "")), Err("livehouse.v1"));
        check(Some(("sec-websocket-key", "short")), Err("does not ask"));
    }
}
