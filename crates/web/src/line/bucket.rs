//! How much one line may say.

/// Frames a line may send at once.
const BURST: u32 = 60;

/// Frames a second it may send for ever: more than a person's hands and a page's pings together.
const PER_SECOND: u32 = 20;

/// A bucket of frames, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    milli: u32,
    at_ms: u64,
}

impl Bucket {
    pub(super) fn full(now_ms: u64) -> Bucket {
        Bucket { milli: BURST * 1_000, at_ms: now_ms }
    }

    /// Takes one frame; `false` if the line has sent too many.
    pub(super) fn take(&mut self, now_ms: u64) -> bool {
        // More than a minute fills the bucket anyway, and a minute's worth fits.
        let passed_ms = now_ms.saturating_sub(self.at_ms).min(60_000) as u32;
        self.at_ms = now_ms;
        self.milli = (self.milli + passed_ms * PER_SECOND).min(BURST * 1_000);
        let enough = self.milli >= 1_000;
        if enough {
            self.milli -= 1_000;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_rate() {
        let mut bucket = Bucket::full(0);
        let burst = (0..100).filter(|_| bucket.take(0)).count();
        let second = (1..=100).filter(|tenth_s| bucket.take(tenth_s * 10)).count();
        assert_eq!((burst, second), (60, 20));
    }
}
