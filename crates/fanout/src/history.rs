//! The recent events of a room, for who comes back and who comes late.

use model::{Epoch, Seq, StreamPosition};
use std::collections::VecDeque;

/// How much is kept. What is above is forgotten from the old end; who stood there is told to start anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryMax {
    /// Events.
    pub count: usize,
    /// Bytes of their encoded form.
    pub bytes: usize,
}

impl Default for HistoryMax {
    /// Minutes of a lively chat, seconds of a stormy one; and a welcome that holds all of it still fits an outbox.
    fn default() -> HistoryMax {
        HistoryMax { count: 1_000, bytes: 128 * 1024 }
    }
}

/// A ring of the events that were shown. An event that viewers are told by counts alone is not in it and takes no
/// room, so that thousands coming and going do not push the talk out.
#[derive(Debug)]
pub struct History<T> {
    epoch: Epoch,
    max: HistoryMax,
    kept: VecDeque<Kept<T>>,
    bytes: usize,
    /// Invariant: every shown event after this number and not forgotten by [`History::forget`] is in `kept`.
    floor: Seq,
    /// The last event of the room that could be in `kept`.
    through: Seq,
}

#[derive(Debug)]
struct Kept<T> {
    seq: Seq,
    bytes: usize,
    item: T,
}

/// What is known of the events after a position.
#[derive(Debug, PartialEq, Eq)]
pub enum Recovery<T> {
    /// All of them, in order.
    Recovered(Vec<T>),
    /// Some have been forgotten, or the position is of another log.
    TooOld,
}

impl<T: Clone> History<T> {
    /// An empty history of a log that stands at `last`: nothing before it can be recovered.
    pub fn new(epoch: Epoch, max: HistoryMax, last: Seq) -> History<T> {
        History { epoch, max, kept: VecDeque::new(), bytes: 0, floor: last, through: last }
    }

    /// Takes an event that was shown. They come in the order of their numbers, each once.
    pub fn push(&mut self, seq: Seq, item: T, bytes: usize) {
        debug_assert!(self.kept.back().is_none_or(|last| last.seq < seq), "events come in order");
        self.kept.push_back(Kept { seq, bytes, item });
        self.bytes += bytes;
        self.through = self.through.max(seq);
        while self.kept.len() > self.max.count || self.bytes > self.max.bytes {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.bytes;
            self.floor = oldest.seq;
        }
    }

    /// Says that everything up to `seq` has been shown or is told by counts.
    pub fn reach(&mut self, seq: Seq) {
        self.through = self.through.max(seq);
    }

    /// Takes an event out, as if it had never been said: it was deleted.
    pub fn forget(&mut self, seq: Seq) {
        if let Ok(at) = self.kept.binary_search_by_key(&seq, |kept| kept.seq)
            && let Some(gone) = self.kept.remove(at)
        {
            self.bytes -= gone.bytes;
        }
    }

    /// The event of this number, if it is kept.
    pub fn get(&self, seq: Seq) -> Option<&T> {
        let at = self.kept.binary_search_by_key(&seq, |kept| kept.seq).ok()?;
        Some(&self.kept[at].item)
    }

    /// Every event after `position`, or the admission that they are not all known.
    pub fn since(&self, position: StreamPosition, last: Seq) -> Recovery<T> {
        if position.epoch != self.epoch || position.seq < self.floor || position.seq > last {
            return Recovery::TooOld;
        }
        let from = self.kept.partition_point(|kept| kept.seq <= position.seq);
        Recovery::Recovered(self.kept.range(from..).map(|kept| kept.item.clone()).collect())
    }

    /// The last `count` events that `wanted` picks, oldest first.
    pub fn recent(&self, count: usize, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let newest_first = self.kept.iter().rev().map(|kept| &kept.item).filter(|item| wanted(item));
        let mut recent: Vec<T> = newest_first.take(count).cloned().collect();
        recent.reverse();
        recent
    }

    /// Where a reader stands who knows all of it.
    pub fn position(&self) -> StreamPosition {
        StreamPosition { epoch: self.epoch, seq: self.through }
    }
}
