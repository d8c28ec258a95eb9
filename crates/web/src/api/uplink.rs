//! What a host's line carries upwards, measured before the show: bytes are posted, timed by the browser, and dropped.

use axum::extract::Request;
use axum::http::StatusCode;
use protocol::api::ApiErrorDto;

use crate::body;
use crate::error::ApiError;

/// The most that is taken: a second and a half of 10 Mbit/s, above which no show needs to know more.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// Takes bytes and forgets them.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/uplink", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 2 MiB"),
    responses((status = 204), (status = "4XX", body = ApiErrorDto)))]
pub async fn measure(request: Request) -> Result<StatusCode, ApiError> {
    body::expect_type(request.headers(), "application/octet-stream")?;
    body::forget(request.into_body(), BYTES_MAX).await?;
    Ok(StatusCode::NO_CONTENT)
}
