//! A name a person shows.

use thiserror::Error;

/// The longest nickname, in characters. Room for a full Chinese or English name, short enough for a chat row.
const NICKNAME_CHARS_MAX: usize = 24;

/// A name as shown in a room: 1 to 24 characters, trimmed, no control or invisible formatting characters.
/// It is not unique among guests; account names are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nickname(String);

/// Why a name is not a nickname.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NicknameError {
    /// Nothing is left after trimming.
    #[error("a name needs at least one character")]
    Empty,
    /// More than 24 characters.
    #[error("a name has at most 24 characters")]
    TooLong,
    /// A control, bidirectional or zero-width character, with which one name could pass for another.
    #[error("a name may not hold control or invisible characters")]
    Invisible,
}

impl Nickname {
    /// Takes a name as typed: inner white space folds to single spaces, outer is cut.
    pub fn parse(raw: &str) -> Result<Nickname, NicknameError> {
        // Control characters are refused before white space folds, so that a newline is no space.
        if raw.chars().any(is_invisible) {
            return Err(NicknameError::Invisible);
        }
        let name = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(NicknameError::Empty);
        }
        if name.chars().count() > NICKNAME_CHARS_MAX {
            return Err(NicknameError::TooLong);
        }
        Ok(Nickname(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that show nothing or reorder what stands beside them. U+200D (zero-width joiner) stays: it
/// builds emoji and is needed in several scripts.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Result<&str, NicknameError>) {
        let name = Nickname::parse(raw);
        assert_eq!(name.as_ref().map(Nickname::as_str).map_err(|e| *e), expected);
    }

    #[test]
    fn names() {
        check("  梅   老师 ", Ok("梅 老师"));
        check("👩‍🏫 Ada", Ok("👩‍🏫 Ada"));
        check("   ", Err(NicknameError::Empty));
        check(&"字".repeat(24), Ok(&"字".repeat(24)));
        check(&"字".repeat(25), Err(NicknameError::TooLong));
        check("ho\u{200B}st", Err(NicknameError::Invisible));
        check("a\nb", Err(NicknameError::Invisible));
        check("\u{202E}tsoh", Err(NicknameError::Invisible));
    }
}
