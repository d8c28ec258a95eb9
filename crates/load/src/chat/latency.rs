//! How long messages took.

/// Buckets of a tenth of a millisecond up to ten seconds; what takes longer counts as that.
const BUCKETS: usize = 100_000;
const BUCKET_US: u64 = 100;

/// A histogram.
#[derive(Debug, Clone)]
pub struct Latencies {
    buckets: Vec<u64>,
    count: u64,
}

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies { buckets: vec![0; BUCKETS], count: 0 }
    }
}

impl Latencies {
    /// Counts one.
    pub fn add(&mut self, us: u64) {
        let bucket = usize::try_from(us / BUCKET_US).unwrap_or(BUCKETS).min(BUCKETS - 1);
        self.buckets[bucket] += 1;
        self.count += 1;
    }

    /// What `share` of them are not slower than, in milliseconds.
    pub fn share_ms(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut passed = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            passed += count;
            if passed >= wanted {
                return (bucket as f64 + 1.0) * BUCKET_US as f64 / 1_000.0;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        let mut latencies = Latencies::default();
        (1..=100).for_each(|ms| latencies.add(ms * 1_000));
        assert_eq!((latencies.share_ms(0.5), latencies.share_ms(0.99)), (50.1, 99.1));
    }
}
