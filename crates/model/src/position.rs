//! Where a reader stands in a room's log.

/// The number of an event in its room's log. The first event is 1; there are no gaps. 0 is "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

/// Which log a [`Seq`] counts in. It changes when a room's log is replaced (a restore from a backup), so
/// that nobody resumes into another history. Drawn at random when the log is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

/// A reader's place: everything up to and including `seq` of `epoch` has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamPosition {
    /// Which log.
    pub epoch: Epoch,
    /// The last event read.
    pub seq: Seq,
}
