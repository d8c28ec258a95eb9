//! Trickle fragments (RFC 8840) as WHIP and WHEP use them (RFC 9725, section 4.3).
//!
//! What is checked here is that a body is a fragment at all and what it asks for; the media plane reads the
//! candidates themselves.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::ErrorCode;

use crate::error::ApiError;

/// The media type of fragments.
pub const TYPE: &str = "application/trickle-ice-sdpfrag";

/// The longest fragment: a hundred candidates.
pub const BYTES_MAX: usize = 16 * 1024;

/// The most lines of a fragment.
const LINES_MAX: usize = 256;

/// A fragment that can be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// The sender's ICE name fragment.
    pub ufrag: Option<&'a str>,
    /// The sender's ICE password.
    pub pwd: Option<&'a str>,
    /// How many candidates it brings.
    pub candidates: usize,
    /// Whether no more will come.
    pub end: bool,
}

impl<'a> Fragment<'a> {
    /// Reads a fragment; the refusal says which line is wrong.
    pub fn parse(text: &'a str) -> Result<Fragment<'a>, ApiError> {
        let mut fragment = Fragment { ufrag: None, pwd: None, candidates: 0, end: false };
        for (number, line) in text.lines().enumerate() {
            if number >= LINES_MAX {
                return Err(bad(format!("it has more than {LINES_MAX} lines")));
            }
            if !line.is_empty() && !fragment.take(line) {
                return Err(bad(format!("line {} is not of a fragment", number + 1)));
            }
        }
        if fragment.ufrag.is_some() != fragment.pwd.is_some() {
            return Err(bad("`a=ice-ufrag` and `a=ice-pwd` come together".to_owned()));
        }
        if fragment.ufrag.is_none() && fragment.candidates == 0 && !fragment.end {
            return Err(bad("it holds neither a candidate nor an ICE restart".to_owned()));
        }
        Ok(fragment)
    }

    fn take(&mut self, line: &'a str) -> bool {
        let Some((kind, value)) = line.split_once('=') else { return false };
        match kind {
            "m" => !value.is_empty(),
            "a" => self.attribute(value),
            // A few clients send the session part of a whole description along.
            "v" | "o" | "s" | "t" | "c" => true,
            _ => false,
        }
    }

    fn attribute(&mut self, value: &'a str) -> bool {
        let (name, value) = value.split_once(':').unwrap_or((value, ""));
        match name {
            "ice-ufrag" => once(&mut self.ufrag, value, 4),
            "ice-pwd" => once(&mut self.pwd, value, 22),
            "candidate" => {
                self.candidates += 1;
                value.split_ascii_whitespace().count() >= 8
            }
            "end-of-candidates" => {
                self.end = true;
                true
            }
            // `mid`, `group`, `ice-options` and what a later RFC may add.
            _ => !name.is_empty(),
        }
    }
}

/// Takes an ICE credential: of legal length and letters, and the same in every media section.
fn once<'a>(kept: &mut Option<&'a str>, value: &'a str, bytes_min: usize) -> bool {
    let legal = (bytes_min..=256).contains(&value.len())
        && value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || byte == b'+'
                || byte == b'/'
                || byte == b'-'
                || byte == b'_'
                || byte == b'='
        });
    legal && *kept.get_or_insert(value) == value
}

fn bad(why: String) -> ApiError {
    ApiError::new(ErrorCode::BadSdp, format!("This is not a trickle fragment: {why}."))
}

/// The tag in `If-Match`, without its quotes; `*` stands for itself. RFC 9725 wants it on every PATCH, so that a
/// candidate of an ICE session that was restarted does not reach the new one: without it, 428.
pub fn if_match(headers: &HeaderMap) -> Result<String, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Err(ApiError::new(
            ErrorCode::BadRequest,
            "Send `If-Match` with the ETag of the session, or `*` to restart ICE.",
        )
        .status(StatusCode::PRECONDITION_REQUIRED));
    };
    let value = value.to_str().unwrap_or_default().trim();
    let tag = value.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    match tag {
        Some(tag) if !tag.contains('"') => Ok(tag.to_owned()),
        None if value == "*" => Ok(value.to_owned()),
        Some(_) | None => Err(ApiError::new(
            ErrorCode::BadRequest,
            "`If-Match` is one strong entity tag in quotes, or `*`.",
        )),
    }
}

/// An `ETag` header of a tag without quotes.
pub fn etag(tag: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::try_from(format!("\"{tag}\"")).map_err(|_| ApiError::fault())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANDIDATE: &str = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host";

    #[track_caller]
    fn check(lines: &[&str], expected: Result<(usize, bool, bool), &str>) {
        let text = lines.join("\r\n");
        match (Fragment::parse(&text), expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!((found.candidates, found.ufrag.is_some(), found.end), expected);
            }
            (Err(error), Err(why)) => assert!(format!("{error:?}").contains(why), "{error:?}"),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn fragments() {
        let credentials = ["a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1"];
        let section = ["m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0"];
        check(
            &[&credentials[..], &section, &[CANDIDATE, "a=end-of-candidates"]].concat(),
            Ok((1, true, true)),
        );
        // As libwebrtc writes it: the credentials in each section.
        check(
            &[&section[..], &credentials, &[CANDIDATE], &section, &credentials].concat(),
            Ok((1, true, false)),
        );
        check(&[CANDIDATE], Ok((1, false, false)));
        check(&["a=end-of-candidates", ""], Ok((0, false, true)));

        check(&[], Err("neither a candidate"));
        check(&section, Err("neither a candidate"));
        check(&["<html>"], Err("line 1"));
        check(&["a=candidate:1 1 udp"], Err("line 1"));
        check(&credentials[..1], Err("come together"));
        check(&["a=ice-ufrag:E A", credentials[1]], Err("line 1"));
        check(&["a=ice-ufrag:Es", credentials[1]], Err("line 1"));
        check(&["a=ice-ufrag:EsAw", "a=ice-ufrag:Else"], Err("line 2"));
        check(&vec![CANDIDATE; 300], Err("more than 256"));
    }

    #[track_caller]
    fn tag(value: &str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().unwrap());
        assert_eq!(if_match(&headers).ok().as_deref(), expected);
    }

    #[test]
    fn tags() {
        tag("\"abc\"", Some("abc"));
        tag("*", Some("*"));
        tag("abc", None);
        tag("W/\"abc\"", None);
        tag("\"a\", \"b\"", None);
        assert!(if_match(&HeaderMap::new()).is_err());
    }
}
