//! What may be said: which texts a room shows.

use unicode_segmentation::UnicodeSegmentation;

use crate::Refusal;

/// The most characters that may stack into one that is seen. The longest emoji and syllables in use have some
/// ten; towers of accents, which spill over the lines above, have more.
const STACK_CHARS_MAX: usize = 16;

/// How much a text may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) chars_max: usize,
    pub(crate) lines_max: usize,
}

impl Extent {
    /// The text without the white space around it, or why it cannot be shown. Nothing inside it is changed.
    pub(crate) fn check(self, raw: &str) -> Result<String, Refusal> {
        let text = raw.trim();
        if text.chars().all(is_blank) {
            return Err(Refusal::EmptyText);
        }
        // Counted no further than needed: what comes in may be long.
        if text.chars().nth(self.chars_max).is_some() {
            return Err(Refusal::TextTooLong { max: self.chars_max });
        }
        let stacked = text.graphemes(true).any(|seen| seen.chars().nth(STACK_CHARS_MAX).is_some());
        if text.chars().any(is_unfit) || text.split('\n').count() > self.lines_max || stacked {
            return Err(Refusal::BadText);
        }
        Ok(text.to_owned())
    }
}

/// Characters that show nothing; a text of nothing else is empty.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}')
}

/// Control characters, line breaks that are none to `split('\n')`, and the marks that reorder what stands beside
/// them, with which a text could show something else than it says.
fn is_unfit(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Result<&str, Refusal>) {
        let text = Extent { chars_max: 20, lines_max: 3 }.check(raw);
        assert_eq!(text.as_deref().map_err(|e| *e), expected, "{raw:?}");
    }

    #[test]
    fn texts_that_are_shown_as_they_are() {
        check(" 大家好  hi \n", Ok("大家好  hi"));
        check("a\nb\nc", Ok("a\nb\nc"));
        check("👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿", Ok("👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿"));
        check("<b>&amp;", Ok("<b>&amp;"));
        check(&"字".repeat(20), Ok(&"字".repeat(20)));
    }

    #[test]
    fn texts_that_are_refused() {
        check(" \n\t ", Err(Refusal::EmptyText));
        check("\u{200B}\u{3164}", Err(Refusal::EmptyText));
        check(&"字".repeat(21), Err(Refusal::TextTooLong { max: 20 }));
        check("a\u{7}b", Err(Refusal::BadText));
        check("a\tb", Err(Refusal::BadText));
        check("a\r\nb", Err(Refusal::BadText));
        check("a\u{2028}b", Err(Refusal::BadText));
        check("\u{202E}live", Err(Refusal::BadText));
        check("1\n2\n3\n4", Err(Refusal::BadText));
        check(&format!("e{}", "\u{301}".repeat(16)), Err(Refusal::BadText));
    }
}
