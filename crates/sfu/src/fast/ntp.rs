//! The time of day as sender reports tell it.

use std::time::{Duration, Instant};

/// Seconds from NTP's beginning to Unix's.
const UNIX_BEGINS: u64 = 2_208_988_800;

/// Turns the machine's time into NTP's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NtpClock {
    at: Instant,
    since_unix: Duration,
}

impl NtpClock {
    /// The clock that showed `since_unix` at `at`.
    pub(crate) fn new(at: Instant, since_unix: Duration) -> NtpClock {
        NtpClock { at, since_unix }
    }

    /// Seconds, and their fractions in 2^-32.
    pub(crate) fn ntp(&self, now: Instant) -> u64 {
        let since_unix = self.since_unix + now.saturating_duration_since(self.at);
        let fraction = (u64::from(since_unix.subsec_nanos()) << 32) / 1_000_000_000;
        (since_unix.as_secs() + UNIX_BEGINS) << 32 | fraction
    }

    /// The middle 32 bits, by which reports refer to each other.
    pub(crate) fn middle(&self, now: Instant) -> u32 {
        (self.ntp(now) >> 16 & 0xffff_ffff) as u32
    }
}
