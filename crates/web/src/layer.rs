//! Which layer of the picture a viewer is sent: its page says what it can show, and asks what it gets.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use edge::{Layer, Limit, Watched, Wish};
use protocol::ErrorCode;
use protocol::api::{ApiErrorDto, LayerDto, LayerLimit, LayersDto, WishDto};

use crate::app::App;
use crate::body;
use crate::error::ApiError;
use crate::negotiation;

/// Takes what a viewer's page can show. Who says nothing is sent the largest layer that its link carries.
#[utoipa::path(post, path = "/whep/{room}/{session}/layer", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")),
    request_body = WishDto,
    responses((status = 200, body = LayersDto), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn wish(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
    body::Json(said): body::Json<WishDto>,
) -> Result<Json<LayersDto>, ApiError> {
    if said.max_height == Some(0) {
        let message = "`max_height` is in pixels; leave it out, or say `hidden`, where nothing is shown.";
        return Err(ApiError::new(ErrorCode::OutOfRange, message));
    }
    let session = negotiation::session(&session)?;
    let wish = Wish { height_max: said.max_height, hidden: said.hidden };
    Ok(Json(told(app.media().wish(&session, wish).await?)))
}

/// What the viewer is sent of the picture, and what else there is.
#[utoipa::path(get, path = "/whep/{room}/{session}/layer", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")),
    responses((status = 200, body = LayersDto), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn show(
    State(app): State<App>,
    Path((_, session)): Path<(String, String)>,
) -> Result<Json<LayersDto>, ApiError> {
    let session = negotiation::session(&session)?;
    Ok(Json(told(app.media().watched(&session).await?)))
}

/// What the address takes.
#[utoipa::path(options, path = "/whep/{room}/{session}/layer", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("session" = String, Path, description = "As in the `Location` of the answer")), responses((status = 200)))]
pub async fn options() -> Response {
    negotiation::layer_options()
}

fn told(watched: Watched) -> LayersDto {
    let limit = match watched.limit {
        Limit::Nothing => LayerLimit::None,
        Limit::Wish => LayerLimit::Wish,
        Limit::Link => LayerLimit::Link,
    };
    LayersDto {
        sent: watched.sent.map(layer),
        limit,
        layers: watched.layers.into_iter().map(layer).collect(),
    }
}

fn layer(layer: Layer) -> LayerDto {
    LayerDto { width: layer.width, height: layer.height, bps: u32::try_from(layer.bps).unwrap_or(u32::MAX) }
}
