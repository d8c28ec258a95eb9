//! How much a person may send: so much at once, and then so much per time.

use std::time::Duration;

use model::{ParticipantId, Timestamp};

use crate::recent::Recent;

/// People whose pace is kept. Somebody forgotten has been followed by as many others since, so they have waited.
pub(crate) const SPEAKERS_MAX: usize = 16_384;

/// A token bucket for each person, kept as the time at which theirs is full again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pace {
    burst: u32,
    each: Duration,
    full_at: Recent<ParticipantId, Timestamp>,
}

impl Pace {
    /// `burst` at once, and one more after each `each`.
    pub(crate) fn new(burst: u32, each: Duration) -> Pace {
        Pace { burst, each, full_at: Recent::new(SPEAKERS_MAX) }
    }

    /// When `who` may send `count`; not after `now` if they may now. `count` is at most the burst.
    pub(crate) fn free_at(&self, who: ParticipantId, count: u32, now: Timestamp) -> Timestamp {
        let spare = self.each * self.burst.saturating_sub(count);
        match self.full_at.get(who) {
            Some(full_at) if full_at.since(now) > spare => now + (full_at.since(now) - spare),
            Some(_) | None => now,
        }
    }

    /// `who` sent `count` at `at`.
    pub(crate) fn spend(&mut self, who: ParticipantId, count: u32, at: Timestamp) {
        let from = self.full_at.get(who).copied().unwrap_or_default().max(at);
        self.full_at.put(who, from + self.each * count);
    }

    pub(crate) fn clear(&mut self) {
        self.full_at.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_at_once_then_one_a_second() {
        let mut pace = Pace::new(2, Duration::from_secs(1));
        let mei = ParticipantId(1);
        let mut sent = Vec::new();
        for now in (0..4_000).step_by(250).map(Timestamp) {
            if pace.free_at(mei, 1, now) <= now {
                pace.spend(mei, 1, now);
                sent.push(now.0);
            }
        }
        assert_eq!(sent, [0, 250, 1_000, 2_000, 3_000]);
        assert_eq!(pace.free_at(mei, 1, Timestamp(3_100)), Timestamp(4_000));
    }
}
