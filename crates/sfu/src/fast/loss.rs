//! How much of what a viewer is sent gets lost, by what it says itself.

use std::time::{Duration, Instant};

/// The share of a viewer's packets whose loss makes its resends go out twice. A browser that only watches knows no
/// round trip and asks again for what did not come only after 100 ms: a resend that is lost too is a stutter, one
/// packet more is not. Below this, stutters are rarer than one in ten seconds.
const LOSSY_SHARE_MIN: f32 = 0.01;

/// Above this the link is more likely full than lossy, and more packets would fill it further.
const LOSSY_SHARE_MAX: f32 = 0.15;

/// The time over which the share is taken.
const WINDOW: Duration = Duration::from_secs(2);

/// Fewer packets than this say nothing.
const PACKETS_MIN: u32 = 20;

/// The loss of one viewer's link.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    received: u32,
    lost: u32,
    since: Option<Instant>,
    /// When transport-wide feedback last made a share.
    told: Option<Instant>,
    share: f32,
}

impl Loss {
    /// Transport-wide feedback has spoken of so many packets.
    pub(crate) fn count(&mut self, received: u32, lost: u32, now: Instant) {
        let since = *self.since.get_or_insert(now);
        self.received += received;
        self.lost += lost;
        if now >= since + WINDOW && self.received + self.lost >= PACKETS_MIN {
            self.share = self.lost as f32 / (self.received + self.lost) as f32;
            self.told = Some(now);
            self.since = Some(now);
            (self.received, self.lost) = (0, 0);
        }
    }

    /// A receiver report has told the share, in 256ths. It counts where there is no transport-wide feedback.
    pub(crate) fn report(&mut self, fraction: u8, now: Instant) {
        if self.told.is_none_or(|told| now >= told + 3 * WINDOW) {
            self.share = f32::from(fraction) / 256.0;
        }
    }

    /// The share of packets lost lately, resends included.
    pub(crate) fn share(&self) -> f32 {
        self.share
    }

    /// Whether resends are worth sending twice.
    pub(crate) fn is_lossy(&self) -> bool {
        (LOSSY_SHARE_MIN..LOSSY_SHARE_MAX).contains(&self.share())
    }
}
