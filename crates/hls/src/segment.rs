//! What a programme is made of: parts, and the segments they make up.

use std::sync::Arc;

use media::MediaTime;

/// A piece of a segment, on offer while the segment still grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, counted through all segments of the rendition.
    pub number: u64,
    /// How long it lasts.
    pub duration: MediaTime,
    /// Whether decoding can begin with it.
    pub independent: bool,
    /// One CMAF chunk; `None` where there was nothing to be had.
    pub bytes: Option<Arc<[u8]>>,
}

/// A finished segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its media sequence number.
    pub msn: u64,
    /// Where it begins on the programme's line.
    pub start: MediaTime,
    /// How long it lasts.
    pub duration: MediaTime,
    /// The wall clock where it begins, in Unix milliseconds.
    pub wall_ms: i64,
    /// Whether it is of another making than the one before.
    pub discontinuity: bool,
    /// The initialization it needs.
    pub init: u32,
    /// Whether decoding can begin with it.
    pub independent: bool,
    /// Whether there was nothing to be had; its bytes are then a segment without samples.
    pub gap: bool,
    /// All of its parts' bytes.
    pub bytes: Arc<[u8]>,
    /// How many parts it has.
    pub parts_count: u64,
    /// Its parts, while they are kept.
    pub parts: Vec<Part>,
}

impl Segment {
    /// Where it ends on the programme's line.
    pub fn end(&self) -> MediaTime {
        self.start + self.duration
    }

    /// What it weighs, its parts included.
    pub fn weight(&self) -> usize {
        let parts = self.parts.iter().filter_map(|part| part.bytes.as_ref());
        self.bytes.len() + parts.map(|bytes| bytes.len()).sum::<usize>()
    }
}
