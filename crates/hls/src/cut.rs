//! Where segments end. All renditions are cut at the same places, so that a media sequence number means the same
//! moment in each of them; each gets there in its own time.

use media::MediaTime;
use std::collections::VecDeque;

/// The end of a segment, in every rendition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where.
    pub at: MediaTime,
    /// Whether what follows is of another making.
    pub discontinuity: bool,
}

/// The cuts that not all renditions have reached. They are few: a rendition that is late by more than a moment is
/// taken along.
#[derive(Debug, Default)]
pub struct Cuts {
    first: u64,
    ahead: VecDeque<Cut>,
}

impl Cuts {
    /// The first cut to come is the end of segment `first`.
    pub fn new(first: u64) -> Cuts {
        Cuts { first, ahead: VecDeque::new() }
    }

    /// The end of a segment, if it is decided.
    pub fn of(&self, msn: u64) -> Option<Cut> {
        let place = usize::try_from(msn.checked_sub(self.first)?).ok()?;
        self.ahead.get(place).copied()
    }

    /// Decides the end of the next segment.
    pub fn push(&mut self, cut: Cut) {
        self.ahead.push_back(cut);
    }

    /// Forgets the ends of the segments before `msn`, which every rendition has passed.
    pub fn forget_before(&mut self, msn: u64) {
        while self.first < msn && self.ahead.pop_front().is_some() {
            self.first += 1;
        }
    }
}
