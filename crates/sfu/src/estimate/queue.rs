//! How long packets wait on the way, beyond the shortest time the way has taken of late.

use std::collections::VecDeque;

/// A queue of this length is one: below it, what a trend shows is jitter.
pub(super) const BUSY_MICROS: u64 = 20_000;

/// A queue of this length that does not get shorter is too long, though it may not grow.
pub(super) const STANDING_MICROS: u64 = 80_000;

/// How long the shortest way is remembered. Clocks drift apart by less than a millisecond in this time.
const MEMORY_MICROS: u64 = 20_000_000;

/// Slots that memory is kept in.
const SLOT_MICROS: u64 = MEMORY_MICROS / 10;

/// Sending less must have made the queue shorter by the second of these within the first; else it is not a queue but a
/// longer way.
const TRIAL_MICROS: u64 = 2_000_000;
const SHORTER_MICROS: i64 = 20_000;

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The shortest time in each slot. The clocks differ, so only differences mean something.
    shortest: VecDeque<(u64, i64)>,
    waits: i64,
    /// Since when less is sent because of the queue, and how long it was then.
    acted: Option<(u64, i64)>,
}

impl Queue {
    /// A packet took so long, by two clocks.
    pub(super) fn add(&mut self, took: i64, at: u64) {
        let slot = at / SLOT_MICROS;
        match self.shortest.back_mut() {
            Some((of, least)) if *of == slot => *least = took.min(*least),
            _ => self.shortest.push_back((slot, took)),
        }
        while self.shortest.front().is_some_and(|(of, _)| of + 10 < slot) {
            self.shortest.pop_front();
        }
        let base = self.shortest.iter().map(|(_, least)| *least).min().unwrap_or(took);
        // A single late packet is chance.
        self.waits += (took - base - self.waits) / 4;
    }

    /// How long packets wait now.
    pub(super) fn micros(&self) -> u64 {
        self.waits.max(0) as u64
    }

    /// Less is sent because of the queue from now on.
    pub(super) fn acted(&mut self, at: u64) {
        if self.waits < BUSY_MICROS as i64 {
            self.acted = None;
            return;
        }
        let (since, waits) = *self.acted.get_or_insert((at, self.waits));
        if at.saturating_sub(since) < TRIAL_MICROS {
            return;
        }
        if self.waits > waits - SHORTER_MICROS {
            self.shortest.clear();
            self.waits = 0;
        }
        self.acted = None;
    }
}
