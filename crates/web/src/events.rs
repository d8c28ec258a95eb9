//! The event stream (SSE): everything a WebSocket is told, for who only reads.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use protocol::ErrorCode;
use protocol::api::ApiErrorDto;
use std::convert::Infallible;

use crate::app::App;
use crate::error::ApiError;
use crate::guard::{self, Asker, Visit};
use crate::line::{AdoptError, ListenError, Listener, parse_last_event_id};
use crate::socket::hello;

/// Event streams get one of so many of the server's connections. A stream holds its connection for as long as somebody
/// listens, so without a limit a few clients could take them all, and nobody could sign in or load the page.
pub(crate) const STREAMS_PART: u32 = 2;

/// One address gets one of so many of the event streams, so that eight of them at least have to join hands to take them
/// all. Whoever is refused for it, in a school or behind a proxy that is not trusted, still has the WebSocket.
pub(crate) const STREAMS_PER_ADDRESS_PART: u32 = 8;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Listens. `Last-Event-ID` (`epoch-seq`, as the stream itself gives it) goes on where the last stream ended.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/events", tag = "room",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event received")),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = "4XX", body = ApiErrorDto)))]
pub async fn listen(
    State(app): State<App>,
    visit: Visit,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // An id that is not of ours cannot be gone on from: then the stream starts anew, and says so in its welcome.
    let resume = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).and_then(parse_last_event_id);
    let (room, from) = (visit.room.clone(), asker.client.address.counted());
    let hello = hello(&app, visit.room, &asker);
    let listener = app.lines().listen(hello, from, resume).await.map_err(refused)?;
    guard::door_is_still_open(&app, &room, &asker).await?;
    let body = Body::from_stream(stream::unfold(listener, next));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // nginx gathers answers unless told not to.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(([kind, unbuffered], body).into_response())
}

fn refused(error: ListenError) -> ApiError {
    match error {
        ListenError::Adopt(AdoptError::StreamsFull) => {
            let message =
                "As many event streams are open as the server takes; use the WebSocket, or try again later.";
            ApiError::new(ErrorCode::Busy, message)
                .header(header::RETRY_AFTER, HeaderValue::from_static("10"))
        }
        ListenError::Adopt(AdoptError::StreamsFullThere) => {
            let message = "As many event streams are open from your address as the server takes from one; use the \
                WebSocket, or close one and try again.";
            ApiError::new(ErrorCode::Busy, message)
                .header(header::RETRY_AFTER, HeaderValue::from_static("10"))
        }
        ListenError::Adopt(AdoptError::Full | AdoptError::Stopping | AdoptError::Io(_))
        | ListenError::Room(_) => error.into(),
    }
}

/// What to send next.
async fn next(mut listener: Listener) -> Option<(Result<Bytes, Infallible>, Listener)> {
    listener.next().await.map(|bytes| (Ok(bytes), listener))
}
