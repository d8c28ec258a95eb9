//! How much one viewer may have sent again.

use std::time::{Duration, Instant};

/// How much of what is sent may be resends before they stop: beyond this the link is full, not lossy.
const RESEND_SHARE_MAX: f32 = 0.4;

/// The time over which that share is taken.
const WINDOW: Duration = Duration::from_secs(1);

/// The parts the window moves by.
const PARTS: usize = 8;

/// Numbers a viewer may ask for in a second. A link so bad that it loses more is not helped by resends; whoever asks
/// for more has the rest of its wishes passed over unread.
const ASKED_MAX: u32 = 2_000;

/// The bytes sent for the first time and again, and the numbers asked for, over the last second.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    parts: [Part; PARTS],
    /// The part now, and when it began.
    at: usize,
    since: Option<Instant>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Part {
    first: u32,
    again: u32,
    asked: u32,
}

impl Budget {
    pub(crate) fn sent(&mut self, bytes: usize, now: Instant) {
        let part = self.part(now);
        part.first = part.first.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// Takes a resend's bytes, unless resends are too large a share already.
    pub(crate) fn take(&mut self, bytes: usize, now: Instant) -> bool {
        self.part(now);
        let first: f32 = self.parts.iter().map(|part| part.first as f32).sum();
        let again: f32 = self.parts.iter().map(|part| part.again as f32).sum();
        if again > RESEND_SHARE_MAX * (first + again) {
            return false;
        }
        let part = self.part(now);
        part.again = part.again.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        true
    }

    /// Takes a wish for one number, unless there were too many.
    pub(crate) fn ask(&mut self, now: Instant) -> bool {
        self.part(now).asked += 1;
        self.parts.iter().map(|part| part.asked).sum::<u32>() <= ASKED_MAX
    }

    fn part(&mut self, now: Instant) -> &mut Part {
        let length = WINDOW / PARTS as u32;
        let since = *self.since.get_or_insert(now);
        let passed = now.saturating_duration_since(since);
        if passed >= length {
            let steps = (passed.as_micros() / length.as_micros()) as u32;
            for _ in 0..steps.min(PARTS as u32) {
                self.at = (self.at + 1) % PARTS;
                self.parts[self.at] = Part::default();
            }
            self.since = Some(since + length * steps);
        }
        &mut self.parts[self.at]
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn resends_stop_at_their_share_and_go_on_when_it_is_past() {
        let (mut budget, mut now) = (Budget::default(), Instant::now());
        let mut taken = 0;
        for _ in 0..100 {
            budget.sent(1_000, now);
            (0..5).for_each(|_| taken += u32::from(budget.take(1_000, now)));
            now += 5 * MS;
        }
        assert!((64..=68).contains(&taken), "of a hundred packets' link, {taken} resends");
        assert!(!budget.take(1_000, now));
        now += 1_500 * MS;
        assert!(budget.take(1_000, now), "the second has passed");
        assert!(!budget.take(1_000, now), "nothing else was sent meanwhile");
    }

    #[test]
    fn a_storm_of_wishes_is_passed_over() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        let heard = (0..10_000).filter(|_| budget.ask(now)).count();
        assert_eq!(heard, ASKED_MAX as usize);
        assert!(budget.ask(now + 1_200 * MS));
    }
}
