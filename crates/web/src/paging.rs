//! Which part of a long list is asked for.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use model::Seq;
use protocol::ErrorCode;
use serde::Deserialize;

use crate::error::ApiError;

/// How many are given where nothing is said.
const LIMIT_DEFAULT: u32 = 50;

/// The most that are given at a time: a screenful many times over, and still one short answer.
const LIMIT_MAX: u32 = 200;

/// The largest number a browser holds exactly; no room's log gets that far.
const SEQ_MAX: u64 = (1 << 53) - 1;

/// `?before=<seq>&limit=<n>`.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    /// Only what came before this number.
    pub before: Seq,
    /// How many at most.
    pub limit: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    before: Option<u64>,
    limit: Option<u32>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Paging, ApiError> {
        let asked = Query::<Asked>::try_from_uri(&parts.uri).map_err(|_| not_understood())?.0;
        Ok(Paging {
            before: Seq(asked.before.unwrap_or(SEQ_MAX).min(SEQ_MAX)),
            limit: asked.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX),
        })
    }
}

fn not_understood() -> ApiError {
    ApiError::new(
        ErrorCode::BadRequest,
        "Ask with `before`, a message's number, and `limit`, 1 to 200; or with neither.",
    )
}
