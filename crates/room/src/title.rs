//! A room's title.

/// The longest title, in characters: two lines on a phone.
const TITLE_CHARS_MAX: usize = 80;

/// A room's title: 1 to 80 characters, trimmed, on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Title(String);

impl Title {
    /// Takes a title as typed; white space folds to single spaces. `None` if nothing is left, if it is too
    /// long, or if it holds a control character.
    pub fn parse(raw: &str) -> Option<Title> {
        let title = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = title.chars().count();
        let legal = (1..=TITLE_CHARS_MAX).contains(&length) && !title.chars().any(char::is_control);
        legal.then_some(Title(title))
    }

    /// The title as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
