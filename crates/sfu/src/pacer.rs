//! Spreads what would leave in one burst: keyframes, what a viewer catches up on, and probes.
//!
//! A frame of the usual size passes untouched. Only what is far more than the link carries in the time of a frame waits
//! here, so that it does not push sound and everything else off the link's own queue. Sound never waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The link is given so many times what it is believed to carry: the estimate may be low, and a keyframe that trickles
/// is a picture that stands.
const AHEAD: f64 = 2.5;

/// What passes at once after a pause: so much time of the link's rate.
const SLACK: Duration = Duration::from_millis(40);

/// What passes at once on the slowest link: a frame of eight packets.
const SLACK_BYTES_MIN: f64 = 9_600.0;

/// The most packets that wait: a keyframe of 1.2 MB. When more come, the oldest leaves at once; nothing is lost here.
pub const PACED_MAX: usize = 1_024;

/// How often packets that wait are let go.
const INTERVAL: Duration = Duration::from_millis(5);

/// Packets of one viewer's picture that wait for their turn.
#[derive(Debug)]
pub struct Pacer<T> {
    waiting: VecDeque<(usize, T)>,
    bps: f64,
    /// Bytes that may leave now.
    credit: f64,
    refilled: Option<Instant>,
}

impl<T> Pacer<T> {
    /// A pacer for a link that carries `bps`.
    pub fn new(bps: u64) -> Pacer<T> {
        let mut pacer = Pacer { waiting: VecDeque::new(), bps: 0.0, credit: 0.0, refilled: None };
        pacer.set_bitrate(bps);
        pacer.credit = pacer.slack();
        pacer
    }

    /// What the link carries now.
    pub fn set_bitrate(&mut self, bps: u64) {
        self.bps = bps as f64 * AHEAD;
    }

    /// Takes a packet of the picture. It comes back if it may leave at once.
    pub fn push(&mut self, bytes: usize, packet: T, now: Instant) -> Option<T> {
        self.refill(now);
        if self.waiting.is_empty() && self.credit > 0.0 {
            self.credit -= bytes as f64;
            return Some(packet);
        }
        self.waiting.push_back((bytes, packet));
        if self.waiting.len() > PACED_MAX { self.take() } else { None }
    }

    /// The next packet whose turn has come.
    pub fn poll(&mut self, now: Instant) -> Option<T> {
        self.refill(now);
        if self.credit > 0.0 { self.take() } else { None }
    }

    /// When to come back.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.waiting.is_empty() {
            return None;
        }
        let owed = Duration::from_secs_f64((-self.credit).max(0.0) * 8.0 / self.bps.max(1.0));
        self.refilled.map(|refilled| refilled + owed.max(INTERVAL))
    }

    /// Forgets what waits: another layer begins, or the viewer leaves.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    fn take(&mut self) -> Option<T> {
        let (bytes, packet) = self.waiting.pop_front()?;
        self.credit -= bytes as f64;
        Some(packet)
    }

    fn refill(&mut self, now: Instant) {
        let passed = self.refilled.map_or(Duration::ZERO, |then| now.saturating_duration_since(then));
        self.refilled = Some(now);
        self.credit = (self.credit + passed.as_secs_f64() * self.bps / 8.0).min(self.slack());
    }

    fn slack(&self) -> f64 {
        (self.bps / 8.0 * SLACK.as_secs_f64()).max(SLACK_BYTES_MIN)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    /// Packets of 1,200 bytes come in `frames`, every 33 ms; how many wait after each, and in which order all leave.
    fn told(bps: u64, frames: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let begin = Instant::now();
        let (mut pacer, mut left, mut waits) = (Pacer::new(bps), Vec::new(), Vec::new());
        let mut next = 0;
        for (frame, packets) in frames.iter().enumerate() {
            let now = begin + Duration::from_millis(33) * frame as u32;
            while pacer.poll_timeout().is_some_and(|due| due <= now) {
                let due = pacer.poll_timeout().expect("just seen");
                while let Some(packet) = pacer.poll(due) {
                    left.push(packet);
                }
            }
            for _ in 0..*packets {
                left.extend(pacer.push(1_200, next, now));
                next += 1;
            }
            waits.push(pacer.waiting.len());
        }
        (waits, left)
    }

    #[test]
    fn usual_frames_pass_and_a_keyframe_is_spread() {
        let (waits, left) = told(2_500_000, &[9, 9, 80, 9, 9, 9, 9, 9]);
        assert_eq!(waits[..2], [0, 0]);
        assert!(waits[2] > 40 && waits[3] < waits[2] && waits[7] == 0, "{waits:?}");
        assert!(left.is_sorted(), "in order");
    }

    #[test]
    fn what_waits_is_bounded_and_nothing_is_lost() {
        let (waits, left) = told(50_000, &[PACED_MAX + 500]);
        assert_eq!(waits, [PACED_MAX]);
        assert_eq!(left.len(), 500);
    }
}
