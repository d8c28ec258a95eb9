//! Turning what happened into bytes, once for everybody.

use bytes::Bytes;
use fanout::{Counts, Tick};
use model::{Seq, StreamPosition};
use room::Entry;
use std::sync::Arc;

/// Knows the wire. Implemented above the house.
pub trait Encode: Send + Sync + 'static {
    /// One event as listeners are told it, standing for `times` like it; `None` for what the counts alone tell.
    fn event(&self, entry: &Entry, times: u32) -> Option<Bytes>;

    /// One tick; `None` if there is nothing in it to be told.
    fn tick(&self, parts: &TickParts<'_>) -> Option<Tick>;
}

/// An event that was shown: kept for who comes back.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What happened.
    pub entry: Arc<Entry>,
    /// How [`Encode::event`] tells it.
    pub bytes: Bytes,
}

/// One tick, its events encoded.
#[derive(Debug)]
pub struct TickParts<'a> {
    /// Where who has all of the tick stands.
    pub position: StreamPosition,
    /// Where the tick before ended.
    pub before: Seq,
    /// Class A.
    pub must: &'a [Bytes],
    /// Class B.
    pub ordered: &'a [Bytes],
    /// The first and last number of class B.
    pub ordered_span: Option<(Seq, Seq)>,
    /// Class C.
    pub mergeable: &'a [Bytes],
    /// How many of class C are not among them.
    pub sampled_out: u32,
    /// The counts, where they changed.
    pub counts: Option<Counts>,
    /// Entries that say who came in.
    pub joined: &'a [Arc<Entry>],
}
