//! How often one may try: a pure machine, the time comes in.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Timestamp;

/// Keys that are counted at once: some megabytes at most. When it is full, what would be forgotten anyway goes first,
/// then whoever tried least; so a flood of new keys pushes out itself, and not the one under attack.
const KEYS_MAX: usize = 20_000;

/// How attempts are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Attempts without a wait.
    pub free: u32,
    /// The wait after the first that is not free; each further one doubles it.
    pub wait_first: Duration,
    /// The longest wait.
    pub wait_max: Duration,
    /// After how long without an attempt they are all forgotten. Longer than the longest wait.
    pub forget_after: Duration,
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// When the next is possible.
    pub retry_at: Timestamp,
}

/// Attempts by key.
#[derive(Debug)]
pub struct Limiter<K> {
    policy: Policy,
    keys_max: usize,
    tries: BTreeMap<K, Tries>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Timestamp,
}

impl<K: Ord + Clone> Limiter<K> {
    /// A limiter that has counted nothing yet.
    pub fn new(policy: Policy) -> Limiter<K> {
        Limiter { policy, keys_max: KEYS_MAX, tries: BTreeMap::new() }
    }

    /// When the next attempt is possible, if not now. Counts nothing.
    pub fn ask(&self, key: &K, now: Timestamp) -> Result<(), TooMany> {
        let Some(tries) = self.tries.get(key).filter(|tries| !self.forgotten(tries, now)) else {
            return Ok(());
        };
        let retry_at = tries.last + self.wait_after(tries.count);
        if now < retry_at { Err(TooMany { retry_at }) } else { Ok(()) }
    }

    /// Counts an attempt, before its outcome is known, so that many at once are many; refuses one that comes too
    /// early, without counting it.
    pub fn attempt(&mut self, key: &K, now: Timestamp) -> Result<(), TooMany> {
        self.ask(key, now)?;
        let before =
            self.tries.get(key).filter(|tries| !self.forgotten(tries, now)).map_or(0, |tries| tries.count);
        if !self.tries.contains_key(key) {
            self.make_room(now);
        }
        self.tries.insert(key.clone(), Tries { count: before.saturating_add(1), last: now });
        Ok(())
    }

    /// The attempt was a good one: it is not held against the key any more, and no other is.
    pub fn forgive(&mut self, key: &K) {
        self.tries.remove(key);
    }

    /// The attempt was a good one: it alone is not held against the key.
    pub fn forgive_one(&mut self, key: &K) {
        if let Some(tries) = self.tries.get_mut(key) {
            tries.count = tries.count.saturating_sub(1);
        }
    }

    fn forgotten(&self, tries: &Tries, now: Timestamp) -> bool {
        now.since(tries.last) >= self.policy.forget_after
    }

    fn wait_after(&self, count: u32) -> Duration {
        let Some(doublings) = count.checked_sub(self.policy.free.max(1)) else { return Duration::ZERO };
        let factor = 2u32.checked_pow(doublings).unwrap_or(u32::MAX);
        self.policy.wait_first.saturating_mul(factor).min(self.policy.wait_max)
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.tries.len() < self.keys_max {
            return;
        }
        let forget_after = self.policy.forget_after;
        self.tries.retain(|_, tries| now.since(tries.last) < forget_after);
        if self.tries.len() < self.keys_max {
            return;
        }
        let least = self.tries.iter().min_by_key(|(_, tries)| (tries.count, tries.last));
        if let Some(key) = least.map(|(key, _)| key.clone()) {
            self.tries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: Policy = Policy {
        free: 3,
        wait_first: Duration::from_secs(1),
        wait_max: Duration::from_secs(8),
        forget_after: Duration::from_secs(60),
    };

    /// A story of `<seconds> <key>` (an attempt), `<seconds> <key> good` and `<seconds> <key> best`.
    #[track_caller]
    fn check(story: &str, expected: &str) {
        let mut limiter = Limiter::new(POLICY);
        let mut transcript = Vec::new();
        for step in story.split(" · ") {
            let words: Vec<&str> = step.split(' ').collect();
            let (now, key) =
                (Timestamp(words[0].parse::<u64>().expect("a time") * 1_000), words[1].to_owned());
            match words.get(2) {
                None => transcript.push(match limiter.attempt(&key, now) {
                    Ok(()) => "ok".to_owned(),
                    Err(too_many) => format!("at {}", too_many.retry_at.0 / 1_000),
                }),
                Some(&"good") => limiter.forgive_one(&key),
                Some(_) => limiter.forgive(&key),
            }
        }
        assert_eq!(transcript.join(" · "), expected);
    }

    #[test]
    fn waits_double() {
        check(
            "0 a · 0 a · 0 a · 0 a · 0 b · 1 a · 2 a · 3 a · 6 a · 7 a · 14 a · 15 a · 22 a · 23 a",
            "ok · ok · ok · at 1 · ok · ok · at 3 · ok · at 7 · ok · at 15 · ok · at 23 · ok",
        );
    }

    #[test]
    fn attempts_are_forgotten_and_forgiven() {
        check(
            "0 a · 0 a · 0 a · 0 a · 60 a · 60 a · 60 a · 60 a",
            "ok · ok · ok · at 1 · ok · ok · ok · at 61",
        );
        check("0 a · 0 a · 0 a · 0 a best · 0 a · 0 a", "ok · ok · ok · ok · ok");
        check("0 a · 0 a · 0 a · 0 a good · 0 a · 0 a", "ok · ok · ok · ok · at 1");
    }

    #[test]
    fn a_flood_pushes_out_itself() {
        let mut limiter = Limiter::new(POLICY);
        limiter.keys_max = 100;
        for _ in 0..3 {
            limiter.attempt(&0, Timestamp(0)).expect("free");
        }
        for key in 1..10_000 {
            limiter.attempt(&key, Timestamp(1)).expect("free");
            assert!(limiter.tries.len() <= 100);
        }
        assert_eq!(limiter.ask(&0, Timestamp(2)), Err(TooMany { retry_at: Timestamp(1_000) }));
    }

    proptest! {
        /// However fast somebody tries, no more than this many attempts pass in an hour; and the time they are
        /// told to wait for is one at which they pass.
        #[test]
        fn the_rate_is_bounded(steps in prop::collection::vec(0u64..3_000, 1..2_000)) {
            let mut limiter = Limiter::new(POLICY);
            let (mut now, mut passed) = (Timestamp(0), 0u64);
            for step in steps {
                now = now + Duration::from_millis(step);
                match limiter.attempt(&(), now) {
                    Ok(()) => passed += 1,
                    Err(TooMany { retry_at }) => {
                        prop_assert!(retry_at > now);
                        prop_assert!(retry_at.since(now) <= POLICY.wait_max);
                        prop_assert_eq!(limiter.ask(&(), retry_at), Ok(()));
                    }
                }
            }
            // Three free ones, the doubling ones, and then one in eight seconds.
            prop_assert!(passed <= 3 + 3 + now.0 / 8_000 + 1);
        }
    }
}
