//! Request bodies: of the right kind, not too long, not too slow, and understood as a whole.

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use protocol::ErrorCode;
use serde::de::DeserializeOwned;
use std::time::Duration;

use crate::error::ApiError;

/// The longest JSON body: a chat message of 500 escaped characters, or a password of 256, with what is around it.
const JSON_BYTES_MAX: usize = 16 * 1024;

/// How long a body may take to arrive. A phone on a poor network sends 16 KB in less; a client that dribbles to hold
/// a connection open does not get further.
const BODY_WAIT_MAX: Duration = Duration::from_secs(10);

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, ApiError> {
        expect_type(request.headers(), "application/json")?;
        let bytes = read(request.into_body(), JSON_BYTES_MAX).await?;
        serde_json::from_slice(&bytes).map(Json).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, format!("The body is not what this address takes: {error}."))
}

/// Refuses a body of another kind than `expected` with 415.
pub fn expect_type(headers: &HeaderMap, expected: &'static str) -> Result<(), ApiError> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::BadRequest, format!("Send the body with `Content-Type: {expected}`."))
        .status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        .header(header::ACCEPT, HeaderValue::from_static(expected)))
}

/// The whole body, if it is no longer than `bytes_max` and comes in time.
pub async fn read(body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    in_time(Limited::new(body, bytes_max).collect(), bytes_max).await.map(Collected::to_bytes)
}

/// Reads a body to its end and keeps nothing of it.
pub async fn forget(body: Body, bytes_max: usize) -> Result<(), ApiError> {
    let mut body = Limited::new(body, bytes_max);
    let to_the_end = async {
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok(())
    };
    in_time(to_the_end, bytes_max).await
}

async fn in_time<T>(
    reading: impl Future<Output = Result<T, BoxError>>,
    bytes_max: usize,
) -> Result<T, ApiError> {
    match tokio::time::timeout(BODY_WAIT_MAX, reading).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(ApiError::new(ErrorCode::TooLarge, format!("The body is longer than {bytes_max} bytes.")))
        }
        Ok(Err(_)) => Err(ApiError::new(ErrorCode::BadRequest, "The body broke off.")),
        Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "The body did not arrive in time.")
            .status(StatusCode::REQUEST_TIMEOUT)
            .header(header::CONNECTION, HeaderValue::from_static("close"))),
    }
}

/// The whole body as text.
pub async fn read_text(body: Body, bytes_max: usize) -> Result<String, ApiError> {
    let bytes = read(body, bytes_max).await?;
    String::from_utf8(bytes.into())
        .map_err(|_| ApiError::new(ErrorCode::BadRequest, "The body is not text in UTF-8."))
}
