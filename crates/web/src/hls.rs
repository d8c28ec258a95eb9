//! (LL-)HLS: playlists that wait for what is asked for, and files that never change.
//!
//! Made for caches: an address means the same to everybody and for ever, but for the playlists asked for without
//! conditions. What is waited for is waited for once, whoever asks.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use edge::{Place, Shelf};
use hls::{Ask, Fetch, File, Reload, Rendition};
use protocol::ErrorCode;
use protocol::api::ApiErrorDto;
use room::Access;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::error::ApiError;
use crate::guard::Visit;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// How long a first playlist is waited for: a show that has just begun has its first segment by then.
const FIRST_MAX: Duration = Duration::from_secs(8);

/// A playlist that was waited for holds what was asked for, and will always; a cache keeps it for so many target
/// durations, as long as anybody can be asking for it.
const KEPT_TARGETS: u64 = 6;

/// A file never changes. A day is longer than anybody watches back.
const FILE_KEPT_S: u64 = 86_400;

/// The playlist one begins with: `index.m3u8`, or `plain.m3u8` for players that know no parts.
#[utoipa::path(get, path = "/hls/{room}/{file}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("file" = String, Path, description = "`index.m3u8`, or `plain.m3u8` for players without low latency")),
    responses((status = 200, body = String, content_type = "application/vnd.apple.mpegurl"), (status = "4XX", body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn index(
    State(app): State<App>,
    visit: Visit,
    Path((_, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let plain = match file.as_str() {
        "index.m3u8" => false,
        "plain.m3u8" => true,
        _ => return Err(not_here()),
    };
    let shelf = shelf(&app, &visit)?;
    let deadline = Instant::now() + FIRST_MAX;
    let multivariant = Wait::new(&shelf, deadline).until(shelf.multivariant(), |multivariant| {
        Some(Ok(if plain { Arc::clone(&multivariant.plain) } else { Arc::clone(&multivariant.low_latency) }))
    });
    let bytes = multivariant.await?;
    let tag = format!("{}-{:x}", shelf.folder(), fingerprint(&bytes));
    Ok(Answer { bytes, kind: PLAYLIST, tag, keep_s: 1, open: is_open(&visit) }.respond(&headers))
}

/// A playlist of a rendition, an initialization, a segment or a part. A playlist asked for with `_HLS_msn` and
/// `_HLS_part` waits until it holds them; a part that was promised waits until it is there.
#[utoipa::path(get, path = "/hls/{room}/{show}/{file}", tag = "media",
    params(("room" = String, Path, description = "The room's name in addresses"),
        ("show" = String, Path, description = "As in the playlist one begins with"),
        ("file" = String, Path, description = "As in a playlist"),
        ("_HLS_msn" = Option<u64>, Query, description = "Wait until the playlist holds this segment"),
        ("_HLS_part" = Option<u64>, Query, description = "Wait until it holds this part of that segment"),
        ("_HLS_skip" = Option<String>, Query, description = "`YES`: leave out older segments")),
    responses((status = 200, body = Vec<u8>), (status = "4XX", body = ApiErrorDto), (status = 503, body = ApiErrorDto)),
    security((), ("room_key" = []), ("session" = [])))]
pub async fn file(
    State(app): State<App>,
    visit: Visit,
    Path((_, show, file)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let shelf = shelf(&app, &visit)?;
    if shelf.folder() != show {
        return Err(not_here());
    }
    let open = is_open(&visit);
    let answer = match File::parse(&file).ok_or_else(not_here)? {
        File::Playlist { kind, plain } => {
            let ask = Ask::parse(query.as_deref().unwrap_or_default())
                .map_err(|bad| ApiError::new(ErrorCode::BadRequest, format!("{bad}.")))?;
            playlist(&shelf, File::Playlist { kind, plain }, ask, plain, open).await?
        }
        file @ (File::Init(..) | File::Segment(..) | File::Part(..)) => media(&shelf, file, open).await?,
    };
    Ok(answer.respond(&headers))
}

async fn playlist(
    shelf: &Arc<Shelf>,
    file: File,
    ask: Ask,
    plain: bool,
    open: bool,
) -> Result<Answer, ApiError> {
    let mut rendition = shelf.rendition(file.kind());
    let deadline = deadline(&mut rendition);
    let look = |rendition: &Arc<Rendition>| {
        let (msn, part) = rendition.edge();
        let target_s = rendition.target_s();
        if plain {
            return Some(Ok((rendition.plain(), format!("{msn}"), target_s)));
        }
        match rendition.reload(ask) {
            Reload::Ready(bytes) => {
                let skip = if ask.skip { "d" } else { "" };
                Some(Ok((bytes, format!("{msn}.{part}{skip}"), target_s)))
            }
            Reload::NotBefore { .. } => None,
            Reload::TooFar => Some(Err(ApiError::new(
                ErrorCode::BadRequest,
                "That is further ahead than anything that is known of; load the playlist anew.",
            ))),
        }
    };
    let (bytes, at, target_s) = Wait::new(shelf, deadline).until(rendition, look).await?;
    let tag = format!("{}-{}-{at}", shelf.folder(), file.name());
    let keep_s = if ask.msn.is_some() && !plain { target_s * KEPT_TARGETS } else { 1 };
    Ok(Answer { bytes, kind: PLAYLIST, tag, keep_s, open })
}

async fn media(shelf: &Arc<Shelf>, file: File, open: bool) -> Result<Answer, ApiError> {
    let mut rendition = shelf.rendition(file.kind());
    let deadline = deadline(&mut rendition);
    let look = |rendition: &Arc<Rendition>| match rendition.fetch(file) {
        Fetch::Ready(bytes) => Some(Ok(bytes)),
        Fetch::NotYet => None,
        Fetch::Gone => Some(Err(not_here())),
    };
    let bytes = Wait::new(shelf, deadline).until(rendition, look).await?;
    let tag = format!("{}-{}", shelf.folder(), file.name());
    let kind = match file.kind() {
        ::media::Kind::Video => "video/mp4",
        ::media::Kind::Audio => "audio/mp4",
    };
    Ok(Answer { bytes, kind, tag, keep_s: FILE_KEPT_S, open })
}

/// Three target durations, as the protocol says; then the player asks again.
fn deadline(rendition: &mut watch::Receiver<Option<Arc<Rendition>>>) -> Instant {
    let target_s = rendition.borrow().as_ref().map(|rendition| rendition.target_s());
    Instant::now() + target_s.map_or(FIRST_MAX, |target_s| Duration::from_secs(target_s * 3))
}

/// Waiting for something to be on the shelf: bounded in time, and in how many do.
struct Wait<'a> {
    shelf: &'a Arc<Shelf>,
    deadline: Instant,
    place: Option<Place>,
}

impl Wait<'_> {
    fn new(shelf: &Arc<Shelf>, deadline: Instant) -> Wait<'_> {
        Wait { shelf, deadline, place: None }
    }

    /// What `look` finds, once it does.
    async fn until<T, U>(
        mut self,
        mut on_offer: watch::Receiver<Option<Arc<T>>>,
        look: impl Fn(&Arc<T>) -> Option<Result<U, ApiError>>,
    ) -> Result<U, ApiError> {
        loop {
            let now = on_offer.borrow_and_update().clone();
            if let Some(found) = now.as_ref().and_then(&look) {
                return found;
            }
            if self.place.is_none() {
                self.place = Some(self.shelf.wait().ok_or_else(too_many)?);
            }
            match timeout_at(self.deadline, on_offer.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(nothing_comes()),
            }
        }
    }
}

fn shelf(app: &App, visit: &Visit) -> Result<Arc<Shelf>, ApiError> {
    let programmes = app.media().programmes().ok_or_else(not_here)?;
    programmes.shelf(visit.room.id()).ok_or_else(|| {
        ApiError::new(ErrorCode::NotLive, "Nothing is shown here now, or nothing that HLS carries.")
            .status(StatusCode::NOT_FOUND)
    })
}

/// Whether what is answered may be given to anybody: then caches between may keep it.
fn is_open(visit: &Visit) -> bool {
    match visit.room.view().access {
        Access::Public | Access::Unlisted => true,
        Access::ByKey => false,
    }
}

fn not_here() -> ApiError {
    ApiError::not_found("There is no such file, or no longer; load the playlist anew.")
}

fn nothing_comes() -> ApiError {
    ApiError::new(ErrorCode::Busy, "Nothing has come for longer than was promised; try again.")
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

fn too_many() -> ApiError {
    ApiError::new(ErrorCode::Full, "As many wait for this show as the server takes; try again in a moment.")
        .header(header::RETRY_AFTER, HeaderValue::from_static("2"))
}

/// Bytes as they are answered.
struct Answer {
    bytes: Arc<[u8]>,
    kind: &'static str,
    tag: String,
    /// How long a cache may keep it.
    keep_s: u64,
    open: bool,
}

impl Answer {
    fn respond(self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.tag);
        let unchanged = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let unchanged = unchanged.is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
        let whole = self.bytes.len();
        let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
        // A range of another version than the asker has would be a piece of something else.
        let same = headers.get(header::IF_RANGE).is_none_or(|value| value.as_bytes() == tag.as_bytes());
        let mut response = match asked.filter(|_| same).map_or(Wanted::All, |range| wanted(range, whole)) {
            _ if unchanged => StatusCode::NOT_MODIFIED.into_response(),
            Wanted::All => Body::from(Bytes::from_owner(self.bytes)).into_response(),
            Wanted::Some(range) => {
                let (start, last) = (range.start, range.end - 1);
                let piece = Bytes::from_owner(self.bytes).slice(range);
                let said = [(header::CONTENT_RANGE, format!("bytes {start}-{last}/{whole}"))];
                (StatusCode::PARTIAL_CONTENT, said, Body::from(piece)).into_response()
            }
            Wanted::Nothing => {
                let said = [(header::CONTENT_RANGE, format!("bytes */{whole}"))];
                (StatusCode::RANGE_NOT_SATISFIABLE, said).into_response()
            }
        };
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let who = if self.open { "public" } else { "private" };
        let immutable = if self.keep_s == FILE_KEPT_S { ", immutable" } else { "" };
        for (name, value) in [
            (header::CACHE_CONTROL, format!("{who}, max-age={}{immutable}", self.keep_s)),
            (header::ETAG, tag),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                out.insert(name, value);
            }
        }
        response
    }
}

/// Which bytes a range asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Some(Range<usize>),
    Nothing,
}

/// Reads a range of bytes. What is not understood, and more than one, is answered with everything, as HTTP allows.
fn wanted(range: &str, whole: usize) -> Wanted {
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::All;
    };
    let (from, to) = (from.trim(), to.trim());
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<usize>().ok()).flatten();
    match (number(from), number(to)) {
        (Some(from), _) if from >= whole && (to.is_empty() || number(to).is_some()) => Wanted::Nothing,
        (Some(from), Some(to)) if from <= to => Wanted::Some(from..whole.min(to + 1)),
        (Some(from), None) if to.is_empty() => Wanted::Some(from..whole),
        (None, Some(last)) if from.is_empty() && last > 0 && whole > 0 => {
            Wanted::Some(whole.saturating_sub(last)..whole)
        }
        (None, Some(0)) if from.is_empty() => Wanted::Nothing,
        _ => Wanted::All,
    }
}

/// Tells two short texts apart (FNV-1a).
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_http() {
        for (range, says) in [
            ("bytes=0-3", Wanted::Some(0..4)),
            ("bytes=4-", Wanted::Some(4..10)),
            ("bytes=4-400", Wanted::Some(4..10)),
            ("bytes=-3", Wanted::Some(7..10)),
            ("bytes=-30", Wanted::Some(0..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-3", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("bytes=", Wanted::All),
            ("bytes=18446744073709551615-", Wanted::Nothing),
            ("bytes=99999999999999999999-", Wanted::All),
            ("bytes=+1-2", Wanted::All),
        ] {
            assert_eq!(wanted(range, 10), says, "{range}");
        }
    }
}
