//! Room time.

use std::time::Duration;

/// Milliseconds since the Unix epoch, made monotonic by `house::Clock`. Rooms keep this and not `Instant`,
/// because their events are stored and replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Timestamp;

    /// Saturates: a time too far to count is the last one that can be.
    fn add(self, after: Duration) -> Timestamp {
        let ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        Timestamp(self.0.saturating_add(ms))
    }
}
