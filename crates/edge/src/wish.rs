//! How fast one viewer's wishes are followed.

use std::time::{Duration, Instant};

/// Wishes in a row that are followed at once: a window that is drawn larger says so a few times.
const AT_ONCE: u32 = 8;

/// After that, one in this time. Each may cost the publisher a keyframe, and so every viewer bandwidth.
const EVERY: Duration = Duration::from_millis(500);

/// What one viewer has left.
#[derive(Debug)]
pub(crate) struct Wishes {
    left: u32,
    since: Option<Instant>,
}

impl Default for Wishes {
    fn default() -> Wishes {
        Wishes { left: AT_ONCE, since: None }
    }
}

impl Wishes {
    /// Whether another wish may be followed now.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        let back = now.saturating_duration_since(since).as_millis() / EVERY.as_millis();
        if back > 0 {
            self.left = self.left.saturating_add(u32::try_from(back).unwrap_or(AT_ONCE)).min(AT_ONCE);
            self.since = Some(now);
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_followed_and_then_two_a_second() {
        let start = Instant::now();
        let mut wishes = Wishes::default();
        let followed = |wishes: &mut Wishes, ms: u64| wishes.take(start + Duration::from_millis(ms));
        let burst: Vec<bool> = (0..10).map(|n| followed(&mut wishes, n * 10)).collect();
        assert_eq!(burst.iter().filter(|may| **may).count(), 8);
        assert!(followed(&mut wishes, 600));
        assert!(!followed(&mut wishes, 700));
        assert!(followed(&mut wishes, 60_000));
    }
}
