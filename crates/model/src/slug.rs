//! A room's name in its addresses.

use thiserror::Error;

/// The longest slug, in bytes: a line of a chat message still holds the whole address.
const SLUG_BYTES_MAX: usize = 40;

/// A room's name in its addresses: 1 to 40 of `a-z`, `0-9` and `-`, no `-` at either end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomSlug(String);

/// Why a text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlugError {
    /// Empty, or longer than 40.
    #[error("a room's address has 1 to 40 characters")]
    Length,
    /// A character outside `a-z`, `0-9`, `-`, or a `-` at an end.
    #[error("a room's address has only the letters a to z, digits, and hyphens inside")]
    Character,
}

impl RoomSlug {
    /// Takes a slug exactly as it stands in an address; nothing is folded, so each room has one address.
    pub fn parse(raw: &str) -> Result<RoomSlug, SlugError> {
        if raw.is_empty() || raw.len() > SLUG_BYTES_MAX {
            return Err(SlugError::Length);
        }
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !raw.bytes().all(legal) || raw.starts_with('-') || raw.ends_with('-') {
            return Err(SlugError::Character);
        }
        Ok(RoomSlug(raw.to_owned()))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RoomSlug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["a", "my-room", "7"] {
            assert_eq!(RoomSlug::parse(good).map(|slug| slug.to_string()), Ok(good.to_owned()));
        }
        for bad in ["A", "-a", "a-", "a/b", "..", "a b", "房间"] {
            assert_eq!(RoomSlug::parse(bad), Err(SlugError::Character), "{bad}");
        }
        assert_eq!(RoomSlug::parse(""), Err(SlugError::Length));
        assert_eq!(RoomSlug::parse(&"a".repeat(41)), Err(SlugError::Length));
    }
}
