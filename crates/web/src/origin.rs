//! Which page a request comes from.
//!
//! A browser puts `Origin` on every request that can change something; a page of another site that makes our
//! visitor's browser act for it is recognised by it, whatever its cookies say.

use axum::http::{HeaderMap, header};

/// The scheme, host and port of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A page of ours.
    Own,
    /// No page says that it sent this: a script, an encoder, or a plain navigation.
    Unsaid,
    /// A page of another site, or one that hides where it is from.
    Foreign,
}

impl Origin {
    /// An origin as written in the header or in the settings: `https://live.example.org`, nothing behind it but a `/`.
    pub fn parse(text: &str) -> Option<Origin> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        Origin::of_authority(rest.strip_suffix('/').unwrap_or(rest), secure)
    }

    /// The origin a browser would send that asked for this `Host`.
    fn of_authority(authority: &str, secure: bool) -> Option<Origin> {
        if authority.is_empty() || authority.contains(['/', '@', '?', '#', ',', ' ']) {
            return None;
        }
        let default = if secure { 443 } else { 80 };
        // The colons inside `[::1]` are no port.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            Some(_) | None => (authority, default),
        };
        (!host.is_empty()).then(|| Origin { secure, host: host.to_ascii_lowercase(), port })
    }
}

/// Tells our pages from others'. With `public` set that is the only page of ours; otherwise it is the one whose
/// host was asked for. A page over plain HTTP is not ours where the request came over TLS.
pub fn source(headers: &HeaderMap, secure: bool, public: Option<&Origin>) -> Source {
    let mut all = headers.get_all(header::ORIGIN).iter();
    let Some(value) = all.next() else { return Source::Unsaid };
    let Some(origin) = value.to_str().ok().and_then(Origin::parse) else { return Source::Foreign };
    if all.next().is_some() {
        return Source::Foreign;
    }
    let own = match public {
        Some(public) => origin == *public,
        None => asked_for(headers, origin.secure) == Some(&origin).cloned() && (origin.secure || !secure),
    };
    if own { Source::Own } else { Source::Foreign }
}

fn asked_for(headers: &HeaderMap, secure: bool) -> Option<Origin> {
    Origin::of_authority(headers.get(header::HOST)?.to_str().ok()?, secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(origin: Option<&str>, host: &str, secure: bool, public: Option<&str>, expected: Source) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        let public = public.map(|public| Origin::parse(public).unwrap());
        assert_eq!(source(&headers, secure, public.as_ref()), expected, "{origin:?} at {host}");
    }

    #[test]
    fn pages_of_ours_and_of_others() {
        check(None, "live.example", false, None, Source::Unsaid);
        check(Some("http://localhost:8080"), "localhost:8080", false, None, Source::Own);
        check(Some("http://LIVE.example"), "live.example:80", false, None, Source::Own);
        check(Some("http://[::1]:8080"), "[::1]:8080", false, None, Source::Own);
        check(Some("http://[::1]"), "[::1]", false, None, Source::Own);
        check(Some("https://live.example"), "live.example", true, None, Source::Own);
        // A proxy that ends TLS and is not in the list of trusted ones.
        check(Some("https://live.example"), "live.example", false, None, Source::Own);
        check(Some("http://live.example"), "live.example", true, None, Source::Foreign);
        check(Some("http://localhost:8081"), "localhost:8080", false, None, Source::Foreign);
        check(Some("null"), "localhost:8080", false, None, Source::Foreign);
        check(Some("https://evil.example"), "live.example", true, None, Source::Foreign);
        check(Some("https://live.example.evil.example"), "live.example", true, None, Source::Foreign);
        check(Some("https://live.example@evil.example"), "live.example", true, None, Source::Foreign);
        check(
            Some("https://live.example, https://evil.example"),
            "live.example",
            true,
            None,
            Source::Foreign,
        );
        check(Some("chrome-extension://live.example"), "live.example", true, None, Source::Foreign);
    }

    #[test]
    fn a_public_address_is_the_only_one() {
        let public = Some("https://live.example/");
        check(Some("https://live.example"), "10.0.0.7:8080", false, public, Source::Own);
        check(Some("http://10.0.0.7:8080"), "10.0.0.7:8080", false, public, Source::Foreign);
    }
}
