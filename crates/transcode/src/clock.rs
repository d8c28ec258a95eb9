//! Which time packets have: their own lengths added up, drawn slowly towards what the source says.

use media::MediaTime;

use crate::RATE_HZ;

/// Farther off than this the source has jumped, and time begins anew there.
const JUMP_SECONDS: f64 = 0.5;

/// Nearer than this nothing is corrected: encoders round to milliseconds.
const TOLERANCE_SECONDS: f64 = 0.003;

/// Over how long what the source says is averaged, and over how long the rest is corrected.
const AVERAGE_SECONDS: f64 = 4.0;
const CORRECT_SECONDS: f64 = 15.0;

/// The most that sound is stretched: a thirtieth of a semitone, which nobody hears.
const STRETCH_MAX: f64 = 0.002;

/// Compares where sound lands with where the source says that it belongs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    start: Option<MediaTime>,
    /// By how much the source is ahead, in seconds, averaged.
    ahead: f64,
}

/// What to do with a packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Begin anew at its time.
    Begin,
    /// Go on, and make so much more of it.
    Stretch(f64),
}

impl Clock {
    /// Looks at a packet of `seconds` that belongs at `show`, and will land `landing` samples after the start.
    pub(crate) fn step(&mut self, show: MediaTime, landing: f64, seconds: f64) -> Step {
        let Some(start) = self.start else { return self.begin(show) };
        let ahead = (show - start).as_seconds() - landing / f64::from(RATE_HZ);
        if ahead.abs() > JUMP_SECONDS {
            return self.begin(show);
        }
        self.ahead += (ahead - self.ahead) * (seconds / AVERAGE_SECONDS).min(1.0);
        let off = if self.ahead.abs() < TOLERANCE_SECONDS { 0.0 } else { self.ahead };
        Step::Stretch(1.0 + (off / CORRECT_SECONDS).clamp(-STRETCH_MAX, STRETCH_MAX))
    }

    fn begin(&mut self, show: MediaTime) -> Step {
        *self = Clock { start: Some(show), ahead: 0.0 };
        Step::Begin
    }

    /// The time of what lies so many samples after the start.
    pub(crate) fn time(&self, samples: u64) -> MediaTime {
        let samples = i64::try_from(samples).unwrap_or(i64::MAX);
        self.start.unwrap_or_default() + MediaTime::from_ticks(samples, RATE_HZ)
    }
}
