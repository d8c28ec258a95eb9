//! The time of rooms, and the only place that reads it for them.

use model::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells rooms the time.
pub trait Clock: Send + Sync + 'static {
    /// Now. Never before what it said last.
    fn now(&self) -> Timestamp;
}

/// The machine's clock, made monotonic: when somebody sets it back, it stands until the time has caught up.
#[derive(Debug, Default)]
pub struct WallClock {
    latest: AtomicU64,
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 reads as 0, and `fetch_max` keeps what was said last.
        let read = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        Timestamp(self.latest.fetch_max(read, Ordering::Relaxed).max(read))
    }
}

/// A clock that follows tokio's: where a test pauses and advances tokio's time, rooms follow.
#[derive(Debug)]
pub struct VirtualClock {
    origin: Timestamp,
    started: tokio::time::Instant,
}

impl VirtualClock {
    /// A clock that reads `origin` now. Call it inside a tokio runtime.
    pub fn starting_at(origin: Timestamp) -> VirtualClock {
        VirtualClock { origin, started: tokio::time::Instant::now() }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.origin + self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_does_not_go_back() {
        let clock = WallClock::default();
        let first = clock.now();
        assert!(first.0 > 1_700_000_000_000, "reads the machine's clock");
        clock.latest.store(first.0 + 60_000, Ordering::Relaxed);
        assert_eq!(clock.now(), Timestamp(first.0 + 60_000), "the machine's clock is a minute behind");
    }
}
