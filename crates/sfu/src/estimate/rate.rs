//! The rate that follows the queue: up fast while nothing is known of the link's end, slowly near it, and down below what arrives as soon as the queue grows.

/// Until a round trip is known.
pub(super) const ROUND_TRIP_DEFAULT: u64 = 100_000;

/// What is sent after the queue has grown, of what arrived while it did: less, so that it empties.
const BACKOFF: f64 = 0.87;

/// Growth in a second, far from the link's end.
const GROWTH: f64 = 0.08;

/// The estimate is never farther above what arrives: more than that nothing has shown.
const AHEAD: f64 = 1.5;

/// Growth in a second near the link's end, and the least of it in bits.
const GROWTH_NEAR: f64 = 0.025;
const GROWTH_NEAR_BITS: f64 = 10_000.0;

/// The queue must have been calm for so long before a burst is worth sending.
const CALM_MICROS: u64 = 1_500_000;

/// Which way the queue goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    Under,
    Normal,
    Over,
}

/// What arrived, in bits a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Of late: while the queue is full, this is what the link carries.
    pub(super) short_bps: u64,
    pub(super) long_bps: u64,
}

#[derive(Debug)]
pub(super) struct Rate {
    bps: f64,
    /// The queue has emptied or has been normal since it last grew.
    settled: bool,
    /// What the link carried when it was full: mean and variance, the latter in units of the mean.
    capacity: Option<(f64, f64)>,
    updated_at: u64,
    lowered_at: Option<u64>,
    over_at: Option<u64>,
}

impl Rate {
    pub(super) fn new(start_bps: u64) -> Rate {
        Rate {
            bps: start_bps as f64,
            settled: true,
            capacity: None,
            updated_at: 0,
            lowered_at: None,
            over_at: None,
        }
    }

    pub(super) fn bps(&self) -> u64 {
        self.bps as u64
    }

    /// Whether the queue has been calm for a while.
    pub(super) fn is_calm(&self, at: u64) -> bool {
        self.over_at.is_none_or(|over| at.saturating_sub(over) >= CALM_MICROS)
    }

    pub(super) fn update(&mut self, usage: Usage, seen: Seen, round_trip: u64, at: u64) {
        let passed = at.saturating_sub(self.updated_at).min(1_000_000);
        self.updated_at = at;
        match usage {
            Usage::Over => {
                self.over_at = Some(at);
                self.settled = false;
                let wait = round_trip.clamp(50_000, 300_000);
                if self.lowered_at.is_none_or(|lowered| at.saturating_sub(lowered) >= wait) {
                    self.lower(seen, at);
                }
            }
            // The queue empties: let it.
            Usage::Under => self.settled = false,
            Usage::Normal if !self.settled => self.settled = true,
            Usage::Normal => self.raise(seen, passed),
        }
    }

    /// A burst got through at this rate.
    pub(super) fn found(&mut self, bps: u64, at: u64) {
        let bps = bps as f64;
        if bps > self.bps && self.is_calm(at) {
            self.bps = bps;
            if self.capacity.is_some_and(|capacity| bps > upper(capacity)) {
                self.capacity = None;
            }
        }
    }

    fn lower(&mut self, seen: Seen, at: u64) {
        let carried = seen.short_bps as f64;
        let mut next = BACKOFF * carried;
        if (seen.long_bps as f64) < 0.5 * self.bps {
            // Little is sent, so what arrives says little of the link: step by step.
            next = next.max(0.7 * self.bps);
        } else {
            self.note_capacity(carried);
        }
        if next < self.bps {
            self.bps = next;
            self.lowered_at = Some(at);
        }
    }

    fn raise(&mut self, seen: Seen, passed: u64) {
        let limit = AHEAD * seen.long_bps as f64 + 10_000.0;
        if self.bps >= limit {
            return;
        }
        if self.capacity.is_some_and(|capacity| seen.long_bps as f64 > upper(capacity)) {
            // The link's end has moved.
            self.capacity = None;
        }
        let seconds = passed as f64 / 1e6;
        let near = self.capacity.is_some_and(|capacity| self.bps > lower(capacity) * BACKOFF);
        let step = if near {
            (self.bps * GROWTH_NEAR).max(GROWTH_NEAR_BITS) * seconds
        } else {
            self.bps * ((1.0 + GROWTH).powf(seconds) - 1.0)
        };
        self.bps = (self.bps + step).min(limit);
    }

    fn note_capacity(&mut self, carried: f64) {
        let Some((mean, variance)) =
            self.capacity.filter(|one| (lower(*one)..=upper(*one)).contains(&carried))
        else {
            self.capacity = Some((carried, 0.4));
            return;
        };
        let mean = 0.95 * mean + 0.05 * carried;
        let off = (mean - carried) * (mean - carried) / mean.max(1.0);
        // In kilobits the variance is near one, which its bounds rely on.
        self.capacity = Some((mean, (0.95 * variance + 0.05 * off / 1_000.0).clamp(0.4, 2.5)));
    }
}

fn deviation((mean, variance): (f64, f64)) -> f64 {
    (variance * mean / 1_000.0).sqrt() * 1_000.0
}

fn upper(capacity: (f64, f64)) -> f64 {
    capacity.0 + 3.0 * deviation(capacity)
}

fn lower(capacity: (f64, f64)) -> f64 {
    (capacity.0 - 3.0 * deviation(capacity)).max(0.0)
}
