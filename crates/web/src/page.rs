//! The page: files built by Vite, packed into the binary by `build.rs`, already compressed.
//!
//! A page is one HTML file for each part of the product; it holds no data of any room. Files under `assets/` carry a
//! hash of their content in their name, so a browser may keep them for ever.

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

struct File {
    /// Its name below the page's root.
    name: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
    /// Entity tag of the content, with its quotes.
    tag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What the page may do. No inline script and no markup from elsewhere, so that a text that slipped through as
/// markup still could not run; workers and pictures of one's own making (`blob:`) for the danmaku and the studio.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The address of a person's page: front, a room, its studio or desk, set-up, sign-in.
pub async fn page(request: Request) -> Response {
    let path = request.uri().path();
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let name = match first {
        "r" => "viewer.html",
        "studio" => "studio.html",
        "desk" => "desk.html",
        "setup" => "setup.html",
        "sign-in" => "sign-in.html",
        _ => "index.html",
    };
    // A build without parts of the product still has its front page.
    match find(name).or_else(|| find("index.html")) {
        Some(file) => serve(file, request.headers()),
        None => not_found(),
    }
}

/// A file whose name holds its hash.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    find(&format!("assets/{name}")).map_or_else(not_found, |file| serve(file, &headers))
}

/// A file at the root: the icon, the manifest.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    find(&name).map_or_else(not_found, |file| serve(file, &headers))
}

/// Names are looked up in the table only, so no path can lead out of it.
fn find(name: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.name.cmp(name)).ok().map(|at| &FILES[at])
}

fn not_found() -> Response {
    ApiError::not_found("There is nothing at this address.").into_response()
}

fn serve(file: &'static File, headers: &HeaderMap) -> Response {
    let (encoding, bytes) = choose(file, headers);
    let mut response = match unchanged(file, headers) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => bytes.into_response(),
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file.name)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(file.name)));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::ETAG, HeaderValue::from_static(file.tag));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    // Scripts too: a worker lives by the policy of its own file.
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn unchanged(file: &File, headers: &HeaderMap) -> bool {
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    asked.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag))
}

fn choose(file: &'static File, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepts = |coding: &str| {
        let all = headers.get_all(header::ACCEPT_ENCODING);
        all.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            name.trim().eq_ignore_ascii_case(coding)
                && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    match (file.brotli, file.gzip) {
        (Some(bytes), _) if accepts("br") => (Some("br"), bytes),
        (_, Some(bytes)) if accepts("gzip") => (Some("gzip"), bytes),
        (Some(_) | None, Some(_) | None) => (None, file.plain),
    }
}

fn cache_control(name: &str) -> &'static str {
    match name.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        // Asked about at each visit, so that a new version of the server shows its own page.
        false => "no-cache",
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCRIPT: File =
        File { name: "assets/a-1.js", plain: b"plain", gzip: Some(b"gz"), brotli: Some(b"br"), tag: "\"1\"" };

    #[track_caller]
    fn check(accept: &str, encoding: Option<&str>, body: &[u8]) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
        assert_eq!(choose(&SCRIPT, &headers), (encoding, body));
    }

    #[test]
    fn the_smallest_form_the_browser_takes() {
        check("gzip, deflate, br", Some("br"), b"br");
        check("GZIP", Some("gzip"), b"gz");
        check("br;q=0, gzip;q=0.5", Some("gzip"), b"gz");
        check("identity", None, b"plain");
    }

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(FILES.is_sorted_by_key(|file| file.name));
        assert!(find("index.html").is_some());
        assert!(find("../index.html").is_none());
    }

    #[test]
    fn a_page_policy_has_no_inline_script() {
        assert!(!POLICY.contains("unsafe"));
        assert!(POLICY.starts_with("default-src 'none'"));
    }

    #[test]
    fn a_worker_may_run() {
        for file in FILES {
            let response = serve(file, &HeaderMap::new());
            assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], POLICY, "{}", file.name);
        }
        assert!(!POLICY.contains("sandbox"));
    }
}
