//! Bullet comments: how they look, and how often one may send them.

use std::f64::consts::LN_2;
use std::ops::RangeInclusive;

use model::{ParticipantId, Timestamp};

use crate::Refusal;
use crate::pace::SPEAKERS_MAX;
use crate::recent::Recent;
use crate::text::Extent;

/// A danmaku is read in flight: a hundred characters, on one line.
const EXTENT: Extent = Extent { chars_max: 100, lines_max: 1 };

/// The allowance a pause fills up to: a laugh, a word and a second thought at once. More would let who waited
/// long cover the picture.
const BURST: f64 = 3.0;

/// The legal f_max, in danmaku per minute: up to ten a second.
const PER_MINUTE: RangeInclusive<u32> = 1..=600;

/// The legal τ, in milliseconds: up to ten minutes.
const TAU_MS: RangeInclusive<u32> = 100..=600_000;

/// Sums of many refills are a whole danmaku when they miss it by no more than rounding does.
const ROUNDING: f64 = 1e-9;

/// How a danmaku moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// From right to left.
    Scroll,
    /// Still, at the top.
    Top,
    /// Still, at the bottom.
    Bottom,
}

/// How large a danmaku is drawn, relative to the viewer's own setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// Three quarters of the viewer's size.
    Small,
    /// The viewer's size.
    Normal,
    /// A third larger.
    Large,
}

/// A colour, 0xRRGGBB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Colour(u32);

impl Colour {
    /// White, the default.
    pub const WHITE: Colour = Colour(0xFF_FF_FF);

    /// A colour from 0xRRGGBB; `None` above 0xFFFFFF.
    pub fn from_rgb(rgb: u32) -> Option<Colour> {
        (rgb <= 0xFF_FF_FF).then_some(Colour(rgb))
    }

    /// 0xRRGGBB.
    pub fn rgb(self) -> u32 {
        self.0
    }
}

/// The send-rate curve f(Δt) = f_max / (1 + e^(-Δt/τ)): the rate at which a viewer's allowance refills Δt after
/// their last danmaku. Half of f_max in a burst, all of it after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DanmakuCurve {
    /// f_max in danmaku per minute, 1 to 600.
    pub per_minute_max: u32,
    /// τ in milliseconds, 100 to 600,000.
    pub tau_ms: u32,
}

impl Default for DanmakuCurve {
    /// One a second after a pause, one in two seconds in a burst; a pause is some ten seconds.
    fn default() -> DanmakuCurve {
        DanmakuCurve { per_minute_max: 60, tau_ms: 5_000 }
    }
}

impl DanmakuCurve {
    /// Whether both numbers are within their limits.
    pub fn is_legal(self) -> bool {
        PER_MINUTE.contains(&self.per_minute_max) && TAU_MS.contains(&self.tau_ms)
    }

    /// f_max per millisecond, and τ in milliseconds; within their limits whatever the fields say.
    fn rate_and_tau(self) -> (f64, f64) {
        let rate = self.per_minute_max.clamp(*PER_MINUTE.start(), *PER_MINUTE.end());
        let tau = self.tau_ms.clamp(*TAU_MS.start(), *TAU_MS.end());
        (f64::from(rate) / 60_000.0, f64::from(tau))
    }

    /// How much the allowance refills in the first Δt milliseconds after a danmaku: the integral of f, which is
    /// f_max·τ·(ln(1 + e^(Δt/τ)) − ln 2). Written so that no Δt overflows: ln(1 + e^x) = x + ln(1 + e^-x).
    fn refill(self, delta_ms: u64) -> f64 {
        let (rate, tau) = self.rate_and_tau();
        let x = delta_ms as f64 / tau;
        rate * tau * (x + (-x).exp().ln_1p() - LN_2)
    }

    /// The Δt in milliseconds, rounded up, at which `refill` gives `amount`: its inverse, x = y + ln(1 − e^-y).
    fn delta_ms(self, amount: f64) -> u64 {
        let (rate, tau) = self.rate_and_tau();
        let y = amount / (rate * tau) + LN_2;
        // A cast of a float saturates, so the largest is only a very long wait.
        (tau * (y + (-(-y).exp()).ln_1p())).ceil() as u64
    }
}

/// What each person below staff had left after their last danmaku, and when that was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Allowances {
    after_last: Recent<ParticipantId, (f64, Timestamp)>,
}

impl Allowances {
    pub(crate) fn new() -> Allowances {
        Allowances { after_last: Recent::new(SPEAKERS_MAX) }
    }

    /// When `who` may send one; not after `now` if they may now.
    pub(crate) fn free_at(&self, who: ParticipantId, curve: DanmakuCurve, now: Timestamp) -> Timestamp {
        let Some((left, at)) = self.after_last.get(who).copied() else { return now };
        let suffices = |delta_ms: u64| left + curve.refill(delta_ms) >= 1.0 - ROUNDING;
        if suffices(now.0.saturating_sub(at.0)) {
            return now;
        }
        // The inverse may be off by its own rounding; the refill itself has the last word.
        let mut delta_ms = curve.delta_ms(1.0 - left);
        while delta_ms > 0 && suffices(delta_ms - 1) {
            delta_ms -= 1;
        }
        while !suffices(delta_ms) {
            delta_ms += 1;
        }
        Timestamp(at.0.saturating_add(delta_ms))
    }

    /// `who` sent one at `at`.
    pub(crate) fn spend(&mut self, who: ParticipantId, curve: DanmakuCurve, at: Timestamp) {
        let allowance = match self.after_last.get(who) {
            Some((left, last)) => (left + curve.refill(at.0.saturating_sub(last.0))).min(BURST),
            None => BURST,
        };
        self.after_last.put(who, ((allowance - 1.0).max(0.0), at));
    }
}

/// The text as it will fly, or why it cannot.
pub(crate) fn check(text: &str) -> Result<String, Refusal> {
    EXTENT.check(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: DanmakuCurve = DanmakuCurve { per_minute_max: 60, tau_ms: 5_000 };

    #[test]
    fn the_refill_is_the_integral_of_the_curve() {
        let f = |ms: f64| 0.001 / (1.0 + (-ms / 5_000.0).exp());
        let mut sum = 0.0;
        for ms in 0..20_000_u32 {
            sum += f(f64::from(ms) + 0.5);
            let refill = CURVE.refill(u64::from(ms) + 1);
            assert!((refill - sum).abs() < 1e-6, "{ms} ms: {refill} is not {sum}");
        }
    }

    #[test]
    fn somebody_who_never_pauses_gets_half_of_f_max() {
        let mut allowances = Allowances::new();
        let (mei, mut now, mut sent) = (ParticipantId(1), Timestamp(0), Vec::new());
        while now.0 < 12_000 {
            now = allowances.free_at(mei, CURVE, now);
            allowances.spend(mei, CURVE, now);
            sent.push(now.0);
        }
        // Three at once, then one each 5 s · ln(e^(0.2 + ln 2) − 1): near the two seconds of f_max/2.
        assert_eq!(sent, [0, 0, 0, 1_833, 3_666, 5_499, 7_332, 9_165, 10_998, 12_831]);
    }

    #[test]
    fn no_number_is_too_large() {
        for per_minute_max in [0, 1, 600, u32::MAX] {
            for tau_ms in [0, 1, 600_000, u32::MAX] {
                let curve = DanmakuCurve { per_minute_max, tau_ms };
                for delta_ms in [0, 1, 1 << 53, u64::MAX] {
                    assert!(curve.refill(delta_ms).is_finite(), "{curve:?} {delta_ms}");
                }
                assert!(curve.delta_ms(1.0) > 0, "{curve:?}");
            }
        }
        let mut allowances = Allowances::new();
        for _ in 0..4 {
            allowances.spend(ParticipantId(1), CURVE, Timestamp(u64::MAX));
        }
        assert_eq!(allowances.free_at(ParticipantId(1), CURVE, Timestamp(0)), Timestamp(u64::MAX));
    }
}
