//! Time of media, exact for every clock that media has.

use std::ops::{Add, Sub};

/// A moment on a stream's own line of time, or a length of it, in flicks: 1/705,600,000 of a second. Milliseconds,
/// the 90 kHz of video and every usual sampling rate (44.1 kHz too) are whole numbers of flicks, so adding frames up
/// for a week is off by nothing. 63 bits of them last four centuries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MediaTime(pub i64);

impl MediaTime {
    /// Flicks in a second.
    pub const PER_SECOND: i64 = 705_600_000;

    /// The beginning.
    pub const ZERO: MediaTime = MediaTime(0);

    /// `ticks` of a clock of `hz`; rounded down where the clock does not divide a flick.
    pub fn from_ticks(ticks: i64, hz: u32) -> MediaTime {
        let flicks = i128::from(ticks) * i128::from(Self::PER_SECOND);
        MediaTime(clamp(flicks.div_euclid(i128::from(hz.max(1)))))
    }

    /// In ticks of a clock of `hz`, to the nearest.
    pub fn to_ticks(self, hz: u32) -> i64 {
        let doubled = i128::from(self.0) * i128::from(hz) * 2 + i128::from(Self::PER_SECOND);
        clamp(doubled.div_euclid(i128::from(Self::PER_SECOND) * 2))
    }

    /// From milliseconds.
    pub fn from_millis(millis: i64) -> MediaTime {
        MediaTime::from_ticks(millis, 1_000)
    }

    /// In milliseconds, to the nearest.
    pub fn as_millis(self) -> i64 {
        self.to_ticks(1_000)
    }

    /// In seconds.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / Self::PER_SECOND as f64
    }
}

impl Add for MediaTime {
    type Output = MediaTime;

    fn add(self, other: MediaTime) -> MediaTime {
        MediaTime(self.0.saturating_add(other.0))
    }
}

impl Sub for MediaTime {
    type Output = MediaTime;

    fn sub(self, other: MediaTime) -> MediaTime {
        MediaTime(self.0.saturating_sub(other.0))
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ticks_of_every_usual_clock_come_back(ticks in -1i64 << 40..1i64 << 40) {
            for hz in [1_000, 8_000, 16_000, 44_100, 48_000, 90_000] {
                prop_assert_eq!(MediaTime::from_ticks(ticks, hz).to_ticks(hz), ticks);
            }
        }
    }

    #[test]
    fn a_week_of_aac_frames_is_off_by_nothing() {
        let frame = MediaTime::from_ticks(1_024, 44_100);
        let frames = 7 * 86_400 * 44_100 / 1_024;
        assert_eq!(MediaTime(frame.0 * frames).to_ticks(44_100), frames * 1_024);
    }

    #[test]
    fn what_is_too_long_for_any_show_is_as_long_as_it_gets() {
        assert_eq!(MediaTime::from_ticks(i64::MAX, 1), MediaTime(i64::MAX));
        assert_eq!(MediaTime(i64::MIN) - MediaTime(1), MediaTime(i64::MIN));
    }
}
