//! What a packager has to tell.

use media::{Kind, MediaTime};

/// Something that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A rendition has something new: ask for it by [`crate::Packager::rendition`].
    Rendition(Kind),
    /// Something the publisher should know.
    Notice(Notice),
}

/// Something that is not as it should be, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Keyframes are further apart than a segment may be long: segments now begin without one, so that players start
    /// later. Told once.
    KeyframesTooRare {
        /// How long it had been since the last one.
        since: MediaTime,
    },
    /// Times jumped, and the programme goes on after a discontinuity.
    TimesJumped(Kind),
    /// Frames came too late for their segment and were left out.
    Late(Kind),
    /// Nothing of this kind comes, while the other goes on: its segments are marked as gaps. Told once a silence.
    Silent(Kind),
    /// A kind began that the programme did not begin with: it needs a new one.
    Joined(Kind),
}
