//! When a fragment was made, by the producer's clock (`prft`; ISO/IEC 14496-12, 8.16.5): what players measure latency by.

use super::Track;
use super::boxes::{put_full, put32, put64};

/// Seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX_SECONDS: u64 = 2_208_988_800;

/// A moment of a track and of the world that belong together. It stands before the fragment it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerTime {
    /// The track.
    pub track: Track,
    /// The moment on the track, in its ticks.
    pub decode: u64,
    /// The moment in the world, in milliseconds since 1970.
    pub unix_ms: u64,
}

impl ProducerTime {
    /// Writes it.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        let seconds = (self.unix_ms / 1_000).wrapping_add(NTP_TO_UNIX_SECONDS);
        let fraction = ((self.unix_ms % 1_000) << 32) / 1_000;
        // 24: when the encoder took it in.
        put_full(&mut out, b"prft", 1, 24, |out| {
            put32(out, self.track.id());
            put64(out, seconds << 32 | fraction);
            put64(out, self.decode);
        });
        out
    }
}
