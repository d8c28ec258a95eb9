//! What WHIP and WHEP have in common: an offer comes in, an answer goes out, fragments follow (RFC 9725).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use edge::{Accepted, CROWDED_WAIT, MediaError, SessionId};
use model::{RoomSlug, Timestamp};
use protocol::ErrorCode;

use crate::app::App;
use crate::body;
use crate::error::ApiError;
use crate::sdpfrag::{self, Fragment};

/// The media type of offers and answers.
const SDP: &str = "application/sdp";

/// The longest offer: a browser's with every codec it knows is some 10 KB.
const SDP_BYTES_MAX: usize = 64 * 1024;

/// The protocol of an endpoint: the first part of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// Publishing.
    Whip,
    /// Watching.
    Whep,
}

impl Endpoint {
    fn path(self) -> &'static str {
        match self {
            Endpoint::Whip => "whip",
            Endpoint::Whep => "whep",
        }
    }
}

/// Reads an offer.
pub async fn offer(request: Request) -> Result<String, ApiError> {
    body::expect_type(request.headers(), SDP)?;
    expect_acceptable(request.headers())?;
    body::read_text(request.into_body(), SDP_BYTES_MAX).await
}

/// A client that takes no SDP cannot be answered.
fn expect_acceptable(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut asked = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if asked.peek().is_none() {
        return Ok(());
    }
    let kinds = asked
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim());
    for kind in kinds {
        if kind.eq_ignore_ascii_case(SDP) || kind == "*/*" || kind.eq_ignore_ascii_case("application/*") {
            return Ok(());
        }
    }
    Err(ApiError::new(ErrorCode::BadRequest, "The answer is `application/sdp`; accept that.")
        .status(StatusCode::NOT_ACCEPTABLE))
}

/// The answer to an offer that was taken: 201, and where the session is to be found from now on.
pub fn created(endpoint: Endpoint, room: &RoomSlug, accepted: Accepted) -> Result<Response, ApiError> {
    let location = format!("/{}/{room}/{}", endpoint.path(), accepted.session);
    let location = HeaderValue::try_from(location).map_err(|_| ApiError::fault())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(SDP)),
        (header::LOCATION, location),
        (header::ETAG, sdpfrag::etag(&accepted.etag)?),
        (ACCEPT_PATCH, HeaderValue::from_static(sdpfrag::TYPE)),
    ];
    Ok((StatusCode::CREATED, headers, accepted.sdp).into_response())
}

const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// The session a path names.
pub fn session(raw: &str) -> Result<SessionId, ApiError> {
    SessionId::parse(raw).ok_or_else(no_such_session)
}

/// One address has made more offers than it may.
pub fn too_many_offers(retry_at: Timestamp, now: Timestamp) -> ApiError {
    // HTTP counts in whole seconds.
    let seconds = retry_at.since(now).as_secs() + 1;
    let message = format!("Too many offers came from your address; try again in {seconds} s.");
    ApiError::new(ErrorCode::TooManyAttempts, message)
        .retry_at(Some(retry_at.0))
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

fn no_such_session() -> ApiError {
    ApiError::not_found("There is no such session, or it has ended.")
}

/// Takes a fragment: 204, or after an ICE restart 200 with the new credentials.
pub async fn patch(app: &App, session: &SessionId, request: Request) -> Result<Response, ApiError> {
    body::expect_type(request.headers(), sdpfrag::TYPE)?;
    let if_match = sdpfrag::if_match(request.headers())?;
    let text = body::read_text(request.into_body(), sdpfrag::BYTES_MAX).await?;
    Fragment::parse(&text)?;
    let patched = app.media().patch(session, text, Some(if_match)).await?;
    let etag = (header::ETAG, sdpfrag::etag(&patched.etag)?);
    Ok(match patched.fragment {
        None => (StatusCode::NO_CONTENT, [etag]).into_response(),
        Some(fragment) => {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static(sdpfrag::TYPE));
            (StatusCode::OK, [kind, etag], fragment).into_response()
        }
    })
}

/// What an endpoint takes, for programs and for browsers that ask before they send.
pub fn endpoint_options() -> Response {
    let kind = (ACCEPT_POST, HeaderValue::from_static(SDP));
    let methods = (header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    (StatusCode::OK, [kind, methods], preflight("POST, OPTIONS")).into_response()
}

/// What a session takes.
pub fn session_options() -> Response {
    let kind = (ACCEPT_PATCH, HeaderValue::from_static(sdpfrag::TYPE));
    let methods = (header::ALLOW, HeaderValue::from_static("PATCH, DELETE, OPTIONS"));
    (StatusCode::OK, [kind, methods], preflight("PATCH, DELETE, OPTIONS")).into_response()
}

/// What a session's layer takes.
pub fn layer_options() -> Response {
    let methods = (header::ALLOW, HeaderValue::from_static("GET, POST, OPTIONS"));
    (StatusCode::OK, [methods], preflight("GET, POST, OPTIONS")).into_response()
}

fn preflight(methods: &'static str) -> [(HeaderName, HeaderValue); 3] {
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods)),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, if-match"),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ]
}

/// Players and encoders live on pages of any site. They bring a token, never our cookie: without
/// `Allow-Credentials` a browser sends none, and the guard would not listen to it.
pub fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("location, etag, accept-patch, retry-after"),
    );
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> ApiError {
        let message = error.to_string();
        match error {
            MediaError::BadOffer(_) => ApiError::new(ErrorCode::BadSdp, message),
            MediaError::TooLong(_) => ApiError::new(ErrorCode::TooLarge, message),
            MediaError::NoCommonCodec => ApiError::new(ErrorCode::NoCommonCodec, message),
            MediaError::Full => ApiError::new(ErrorCode::Full, message)
                .header(header::RETRY_AFTER, HeaderValue::from_static("10")),
            MediaError::Crowded => ApiError::new(ErrorCode::Busy, message)
                .header(header::RETRY_AFTER, HeaderValue::from(CROWDED_WAIT.as_secs())),
            MediaError::NoSuchSession => no_such_session(),
            MediaError::Stale => {
                ApiError::new(ErrorCode::BadRequest, message).status(StatusCode::PRECONDITION_FAILED)
            }
            MediaError::TooFast => ApiError::new(ErrorCode::TooFast, message)
                .header(header::RETRY_AFTER, HeaderValue::from_static("1")),
            MediaError::Unavailable => ApiError::busy(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &[&str], taken: bool) {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, value.parse().unwrap());
        }
        assert_eq!(expect_acceptable(&headers).is_ok(), taken, "{accept:?}");
    }

    #[test]
    fn answers_are_sdp() {
        check(&[], true);
        check(&["*/*"], true);
        check(&["text/html, application/sdp;q=0.5"], true);
        check(&["text/html", "application/*"], true);
        check(&["application/json"], false);
    }

    #[test]
    fn who_finds_too_many_others_connecting_is_told_when_to_come_again() {
        let response = ApiError::from(MediaError::Crowded).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
