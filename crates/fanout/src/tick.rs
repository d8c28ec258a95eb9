//! One tick of a room as bytes, encoded once and shared by all who listen.

use bytes::Bytes;
use model::{Seq, StreamPosition};
use std::ops::Range;

/// All frames of one tick, back to back: first what must arrive, then what is ordered, then what is mergeable.
/// A healthy line writes `frames` whole; a lagging one is owed its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Where a reader stands who has read all of it.
    pub position: StreamPosition,
    /// Every frame, ready for the wire.
    pub frames: Bytes,
    /// Where in `frames` each message stands without its frame's header, for transports with another framing.
    pub messages: Vec<Range<usize>>,
    /// How many bytes of `frames` must arrive. They come first.
    pub must_bytes: usize,
    /// How many bytes of `frames` are ordered. They come second.
    pub ordered_bytes: usize,
    /// The first and last number among the ordered events; what a gap notice names. `None` where there are none.
    pub ordered_span: Option<(Seq, Seq)>,
}

/// The delivery class of a run of frames in a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Class A.
    Must,
    /// Class B.
    Ordered,
    /// Class C.
    Mergeable,
}

impl Part {
    /// Every part, in the order in which they stand in a tick.
    pub const ALL: [Part; 3] = [Part::Must, Part::Ordered, Part::Mergeable];
}

impl Tick {
    /// Where in `frames` a part stands; empty where the tick has nothing of that class.
    pub fn part(&self, part: Part) -> Range<usize> {
        let ordered_from = self.must_bytes;
        let mergeable_from = ordered_from + self.ordered_bytes;
        match part {
            Part::Must => 0..ordered_from,
            Part::Ordered => ordered_from..mergeable_from,
            Part::Mergeable => mergeable_from..self.frames.len(),
        }
    }
}
