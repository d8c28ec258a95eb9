//! The router: the rows of the access table, each behind its guard, and what holds for every answer.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use protocol::ErrorCode;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use crate::access::TABLE;
use crate::app::App;
use crate::error::{ApiError, Refused};
use crate::guard;

/// How long an answer may take. The slowest things asked for are a password's hash and a disk that syncs; past this
/// something is stuck, and waiting longer would only gather more who wait.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Everything the server answers.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for row in TABLE {
        let guarded = from_fn_with_state((app.clone(), row), guard::check);
        router = router.route(row.path, row.route().layer(guarded));
    }
    router
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(app.clone(), catch))
        .layer(from_fn(dress))
        .with_state(app)
}

async fn nothing_here() -> ApiError {
    ApiError::not_found("There is nothing at this address.")
}

async fn not_allowed() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "This address does not take this method; see `Allow`.")
        .status(StatusCode::METHOD_NOT_ALLOWED)
}

/// Ends what takes too long, survives what panics, and counts.
async fn catch(State(app): State<App>, request: Request, next: Next) -> Response {
    let outcome = outcome(next.run(request)).await;
    if outcome.is_none() {
        // The panic's own words are on standard error already; they are ours and hold nothing of the request.
        tracing::error!("A request ended in a fault of the program");
        app.metrics().panicked();
    }
    let response = outcome.unwrap_or_else(|| ApiError::fault().into_response());
    let refused = response.extensions().get::<Refused>().map(|refused| refused.0);
    app.metrics().answered(response.status().as_u16(), refused);
    response
}

/// The answer, or that there is none in time; `None` if making it panicked.
async fn outcome(answer: impl Future<Output = Response>) -> Option<Response> {
    match tokio::time::timeout(ANSWER_MAX, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(answered) => answered.ok(),
        Err(_) => Some(ApiError::busy().into_response()),
    }
}

/// Headers of every answer. What a handler has set itself stays.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    // What is not a page may do nothing, should a browser be brought to show it as one.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // A room's address may be all that protects it.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self), \
             picture-in-picture=(self), geolocation=(), payment=(), usb=()",
        ),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_request_is_answered() {
        let answer = outcome(async { StatusCode::NO_CONTENT.into_response() }).await;
        assert_eq!(answer.unwrap().status(), StatusCode::NO_CONTENT);
        let stuck = outcome(std::future::pending()).await;
        assert_eq!(stuck.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(outcome(async { panic!("a fault of the program") }).await.is_none());
        assert_eq!(ApiError::fault().into_response().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
