//! The one cookie: which sign-in a browser holds.

use axum::http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

use crate::error::ApiError;

/// The cookie's name.
pub const NAME: &str = "livehouse_session";

/// The token a browser brings.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, token)| token).filter(|token| !token.is_empty())
}

/// Gives a browser a token to keep. No script can read it, and no page of another site can send it along.
pub fn set(token: &str, lasting: Duration, secure: bool) -> Result<HeaderValue, ApiError> {
    let secure = if secure { "; Secure" } else { "" };
    let text =
        format!("{NAME}={token}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", lasting.as_secs());
    HeaderValue::try_from(text).map_err(|_| ApiError::fault())
}

/// Takes the token from a browser.
pub fn clear() -> HeaderValue {
    HeaderValue::from_static("livehouse_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cookies: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        assert_eq!(token(&headers), expected);
    }

    #[test]
    fn tokens() {
        check(&[], None);
        check(&["livehouse_session=abc"], Some("abc"));
        check(&["theme=dark; livehouse_session=abc; x=y"], Some("abc"));
        check(&["theme=dark", "livehouse_session=abc"], Some("abc"));
        check(&["livehouse_session="], None);
        check(&["not_livehouse_session=abc"], None);
    }

    #[test]
    fn a_cookie_no_script_reads() {
        let plain = set("abc", Duration::from_secs(60), false).unwrap();
        assert_eq!(plain, "livehouse_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
        let secure = set("abc", Duration::from_secs(60), true).unwrap();
        assert!(secure.to_str().unwrap().ends_with("; Secure"));
    }
}
