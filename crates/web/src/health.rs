//! For those who run the server: is it alive, is it ready, what does it count.

use axum::extract::State;
use axum::response::Response;
use std::time::Duration;

use crate::app::App;
use crate::error::ApiError;

/// How long the database may take to say that it is there.
const CHECK_MAX: Duration = Duration::from_secs(2);

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String)))]
pub async fn alive() -> &'static str {
    "alive\n"
}

/// It takes visitors: it has not begun to stop, and its database answers.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = String), (status = 503, body = protocol::api::ApiErrorDto)))]
pub async fn ready(State(app): State<App>) -> Result<&'static str, ApiError> {
    if !app.is_ready() {
        return Err(ApiError::busy());
    }
    match tokio::time::timeout(CHECK_MAX, app.store().check()).await {
        Ok(checked) => checked?,
        Err(_) => return Err(ApiError::busy()),
    }
    Ok("ready\n")
}

/// What it counts, in the text form of OpenMetrics.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> Result<Response, ApiError> {
    app.metrics().page(app.rooms().count().await, app.lines().count())
}
