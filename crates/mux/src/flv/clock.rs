//! The time of sound by how long its packets last, because an encoder's milliseconds are rounded and players hear gaps
//! of one.

use media::MediaTime;

/// How far counting may be from what the encoder says before it is believed: a packet was left out, or its clock is
/// not ours. Less than people notice between lips and words.
const APART_MAX: MediaTime = MediaTime(MediaTime::PER_SECOND / 1_000 * 60);

/// Counts one stream of sound.
#[derive(Debug, Default)]
pub(super) struct Clock {
    next: Option<MediaTime>,
}

impl Clock {
    /// When a packet begins that the encoder places at `said` and that lasts `duration`.
    pub(super) fn place(&mut self, said: MediaTime, duration: Option<MediaTime>) -> MediaTime {
        let apart = |next: MediaTime| MediaTime((said - next).0.saturating_abs());
        let at = match self.next {
            Some(next) if apart(next) <= APART_MAX => next,
            // Never back: the time before it has been given out.
            Some(next) => next.max(said),
            None => said,
        };
        self.next = Some(at + duration.unwrap_or(MediaTime::ZERO));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> MediaTime {
        MediaTime::from_millis(millis)
    }

    #[test]
    fn rounded_milliseconds_become_exact() {
        let duration = MediaTime::from_ticks(1_024, 44_100);
        let mut clock = Clock::default();
        for n in 0..10_000 {
            let exact = MediaTime::from_ticks(1_024 * n, 44_100);
            assert_eq!(
                clock.place(ms(exact.0 * 1_000 / MediaTime::PER_SECOND), Some(duration)),
                exact,
                "packet {n}"
            );
        }
    }

    #[test]
    fn a_gap_is_a_gap() {
        let mut clock = Clock::default();
        let said = [0, 20, 40, 200, 220];
        let placed = said.map(|at| clock.place(ms(at), Some(ms(20))).as_millis());
        assert_eq!(placed, said);
    }

    #[test]
    fn a_clock_that_goes_too_slow_is_waited_for_and_never_goes_back() {
        let mut clock = Clock::default();
        let placed: Vec<_> = (0..6).map(|n| clock.place(ms(n), Some(ms(20))).as_millis()).collect();
        assert_eq!(placed, [0, 20, 40, 60, 80, 100]);
    }
}
