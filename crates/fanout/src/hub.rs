//! Gathers what happened into ticks.
//!
//! A tick is flushed at once when the last one is 50 ms ago or longer, so a lone message is not delayed; else it
//! waits for the rest of those 50 ms. At one write per viewer and tick, that wait decides what a room costs.

use model::{Seq, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest an event waits for its tick. Below what people notice in a chat, and 20 writes a second at most.
pub const TICK: Duration = Duration::from_millis(50);

/// Events of the classes A and B that wait for one tick. At this many the tick is flushed early, so that no frame
/// grows beyond what a phone reads in one piece.
const WAITING_MAX: usize = 512;

/// Different mergeable events that wait for one tick, far above any cap. Past it they are only counted.
const MERGEABLE_MAX: usize = 1_024;

/// Names of people who came in that go into one tick; the count says the rest.
const JOINED_MAX: usize = 3;

/// Gathers events and gives out ticks.
///
/// `T` is what happened; `K` says which mergeable events are the same to a viewer.
#[derive(Debug)]
pub struct Hub<T, K> {
    limits: HubLimits,
    /// The last event published.
    published: Seq,
    /// The last event flushed. Invariant: never above `published`.
    flushed: Seq,
    flushed_at: Option<Timestamp>,
    must: Vec<T>,
    ordered: Vec<(Seq, T)>,
    mergeable: Vec<(Seq, Merged<T>)>,
    /// Where in `mergeable` each kind of the same stands.
    same: BTreeMap<K, usize>,
    /// Mergeable events that were published since the last flush and are not in `mergeable`.
    uncounted: u32,
    joined: Vec<T>,
    counts: Counts,
    counts_changed: bool,
    allowance: Allowance,
}

/// What a room may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubLimits {
    /// Mergeable events shown in a second; those above are merged, then sampled.
    pub mergeable_per_second: u32,
}

impl Default for HubLimits {
    /// A 720p picture has room for some 24 danmaku a second without overlap, a large screen for four times that.
    fn default() -> HubLimits {
        HubLimits { mergeable_per_second: 100 }
    }
}

/// How an event goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane<K> {
    /// Class A: always, and first.
    Must,
    /// Class B: always, in order, unless the reader is too slow.
    Ordered,
    /// Class C, shown one by one as long as there are few. Events with the same key are merged; `None` is like no other.
    Mergeable(Option<K>),
    /// Class C, told by the counts alone.
    Counted,
    /// Class C, told by the counts, with a few of the names.
    Joined,
}

/// Absolute counts; the latest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many people are here.
    pub present: u32,
    /// Likes since the room began.
    pub likes: u64,
}

/// A mergeable event and how many it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged<T> {
    /// The first of them.
    pub item: T,
    /// How many, itself included.
    pub times: u32,
}

/// One tick's worth of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flush<T> {
    /// The last event of the tick before.
    pub before: Seq,
    /// The last event of this tick.
    pub through: Seq,
    /// Class A, in order.
    pub must: Vec<T>,
    /// Class B, in order.
    pub ordered: Vec<T>,
    /// The first and last number in `ordered`.
    pub ordered_span: Option<(Seq, Seq)>,
    /// Class C, in order of each kind's first.
    pub mergeable: Vec<Merged<T>>,
    /// How many mergeable events are not in `mergeable`, because they were above the cap.
    /// Invariant: with the sum of `times` it makes all that were published.
    pub sampled_out: u32,
    /// The counts, where they changed.
    pub counts: Option<Counts>,
    /// Some of those who came in.
    pub joined: Vec<T>,
}

impl<T, K: Ord> Hub<T, K> {
    /// A hub for a room whose log stands at `last`.
    pub fn new(limits: HubLimits, last: Seq, counts: Counts) -> Hub<T, K> {
        Hub {
            limits,
            published: last,
            flushed: last,
            flushed_at: None,
            must: Vec::new(),
            ordered: Vec::new(),
            mergeable: Vec::new(),
            same: BTreeMap::new(),
            uncounted: 0,
            joined: Vec::new(),
            counts,
            counts_changed: false,
            allowance: Allowance::full(limits.mergeable_per_second),
        }
    }

    /// Takes one event. They come in the order of their numbers.
    pub fn publish(&mut self, seq: Seq, lane: Lane<K>, item: T) {
        debug_assert!(seq > self.published, "events are published once, in order");
        self.published = seq;
        match lane {
            Lane::Must => self.must.push(item),
            Lane::Ordered => self.ordered.push((seq, item)),
            Lane::Mergeable(key) => self.merge(key, seq, item),
            Lane::Counted => {}
            Lane::Joined if self.joined.len() < JOINED_MAX => self.joined.push(item),
            Lane::Joined => {}
        }
    }

    /// Takes back an event that waits for its tick: it was deleted before anybody saw it.
    pub fn withdraw(&mut self, seq: Seq) {
        self.ordered.retain(|(waiting, _)| *waiting != seq);
        if let Some(gone) = self.mergeable.iter().position(|(waiting, _)| *waiting == seq) {
            let (_, merged) = self.mergeable.remove(gone);
            // Those that were merged into it say the same words. They are counted, and not shown in its place.
            self.uncounted += merged.times - 1;
            self.same.retain(|_, at| *at != gone);
            for at in self.same.values_mut().filter(|at| **at > gone) {
                *at -= 1;
            }
        }
    }

    /// Takes the counts as they are now; the latest before the tick is told, if it differs from the last told.
    pub fn count(&mut self, counts: Counts) {
        if self.counts != counts {
            self.counts = counts;
            self.counts_changed = true;
        }
    }

    /// When [`Hub::poll_flush`] has something to give; `None` while nothing waits.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if !self.is_waiting() {
            return None;
        }
        if self.must.len() + self.ordered.len() >= WAITING_MAX {
            return Some(Timestamp(0));
        }
        Some(self.flushed_at.map_or(Timestamp(0), |at| at + TICK))
    }

    /// The tick that is due at `now`, if one is.
    pub fn poll_flush(&mut self, now: Timestamp) -> Option<Flush<T>> {
        if self.poll_timeout().is_none_or(|due| due > now) {
            return None;
        }
        let before = self.flushed;
        let (mergeable, sampled_out) = self.take_sample(now);
        let ordered_span = self.ordered.first().zip(self.ordered.last()).map(|(a, b)| (a.0, b.0));
        self.flushed = self.published;
        self.flushed_at = Some(now);
        Some(Flush {
            before,
            through: self.published,
            must: std::mem::take(&mut self.must),
            ordered: self.ordered.drain(..).map(|(_, item)| item).collect(),
            ordered_span,
            mergeable,
            sampled_out,
            counts: std::mem::take(&mut self.counts_changed).then_some(self.counts),
            joined: std::mem::take(&mut self.joined),
        })
    }

    /// The last event that went out in a tick: where a new reader starts.
    pub fn flushed(&self) -> Seq {
        self.flushed
    }

    /// The last event published.
    pub fn published(&self) -> Seq {
        self.published
    }

    fn is_waiting(&self) -> bool {
        !self.must.is_empty()
            || !self.ordered.is_empty()
            || !self.mergeable.is_empty()
            || self.uncounted > 0
            || self.counts_changed
    }

    fn merge(&mut self, key: Option<K>, seq: Seq, item: T) {
        if let Some(at) = key.as_ref().and_then(|key| self.same.get(key)) {
            self.mergeable[*at].1.times += 1;
            return;
        }
        if self.mergeable.len() >= MERGEABLE_MAX {
            self.uncounted += 1;
            return;
        }
        if let Some(key) = key {
            self.same.insert(key, self.mergeable.len());
        }
        self.mergeable.push((seq, Merged { item, times: 1 }));
    }

    /// What the allowance lets through, evenly spread over the tick, and how many events that leaves out.
    fn take_sample(&mut self, now: Timestamp) -> (Vec<Merged<T>>, u32) {
        self.same.clear();
        let all = std::mem::take(&mut self.mergeable);
        let mut sampled_out = std::mem::take(&mut self.uncounted);
        let count = all.len();
        let taken = self.allowance.take(count, now, self.limits.mergeable_per_second);
        let mut kept = Vec::with_capacity(taken);
        for (at, (_, merged)) in all.into_iter().enumerate() {
            if (at + 1) * taken / count > at * taken / count {
                kept.push(merged);
            } else {
                sampled_out += merged.times;
            }
        }
        (kept, sampled_out)
    }
}

/// A bucket that fills at the cap and holds one second of it.
#[derive(Debug)]
struct Allowance {
    /// In thousandths of an event, so that a cap below one a tick still fills it.
    milli: u64,
    at: Option<Timestamp>,
}

impl Allowance {
    fn full(per_second: u32) -> Allowance {
        Allowance { milli: u64::from(per_second) * 1_000, at: None }
    }

    fn take(&mut self, wanted: usize, now: Timestamp, per_second: u32) -> usize {
        let full = u64::from(per_second) * 1_000;
        let passed_ms = self.at.map_or(0, |at| now.0.saturating_sub(at.0)).min(1_000);
        self.at = Some(now);
        self.milli = (self.milli + passed_ms * u64::from(per_second)).min(full);
        let taken = (wanted as u64).min(self.milli / 1_000);
        self.milli -= taken * 1_000;
        // `taken` is at most `wanted`, which is a usize.
        taken as usize
    }
}
