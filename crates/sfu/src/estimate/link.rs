//! A link for the stories: a rate, a queue, a way that takes time, and losses.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{CLOCK_MICROS, Cluster, Estimator, Told};

/// Bytes of every packet that is sent.
const PACKET: u64 = 1_200;

/// How often the viewer tells what came.
const FEEDBACK_MS: u64 = 100;

pub(super) struct Link {
    pub(super) bps: u64,
    /// What waits longer than this is dropped.
    pub(super) queue_ms: u64,
    pub(super) delay_ms: u64,
    /// Of 1,000 packets.
    pub(super) loss: u64,
    /// Packets in a row that are lost when one is.
    pub(super) burst: u64,
}

/// What sends: as much as the estimate allows, but no more than it has; in frames, if so.
pub(super) struct Show {
    pub(super) bps_max: u64,
    pub(super) frames: bool,
}

pub(super) struct World {
    pub(super) estimator: Estimator,
    epoch: Instant,
    pub(super) ms: u64,
    seq: u64,
    free_at: u64,
    owed: f64,
    /// A burst: its number, its rate, what is left of it, and what of that is due.
    probe: Option<(Cluster, u64, f64, f64)>,
    under_way: VecDeque<(u64, u64)>,
    /// Number and arrival of what came since the last message, in microseconds.
    came: Vec<(u64, u64)>,
    told: u64,
    reports: VecDeque<(u64, Vec<Told>)>,
    /// What was sent and not told of yet: when, and for which burst.
    sent: VecDeque<(Instant, Option<Cluster>)>,
    luck: u64,
    losing: u64,
    /// The viewer's clock, against the story's.
    clock_ahead: i64,
}

impl World {
    #[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
    pub(super) fn new(start_bps: u64) -> World {
        let epoch = Instant::now();
        World {
            estimator: Estimator::new(start_bps, epoch),
            epoch,
            ms: 0,
            seq: 1,
            free_at: 0,
            owed: 0.0,
            probe: None,
            under_way: VecDeque::new(),
            came: Vec::new(),
            told: 0,
            reports: VecDeque::new(),
            sent: VecDeque::new(),
            luck: 0x9e37_79b9_7f4a_7c15,
            losing: 0,
            // It begins anew within every story.
            clock_ahead: CLOCK_MICROS / 2 - 3_000_000,
        }
    }

    fn now(&self) -> Instant {
        self.epoch + Duration::from_millis(self.ms)
    }

    /// Lets time pass; the estimate at the end of every second.
    pub(super) fn run(&mut self, link: &Link, show: &Show, seconds: u64) -> Vec<u64> {
        let mut estimates = Vec::new();
        for _ in 0..seconds {
            let mut sum = 0;
            for _ in 0..1_000 {
                self.ms += 1;
                self.step(link, show);
                sum += self.estimator.bitrate();
            }
            estimates.push(sum / 1_000);
        }
        estimates
    }

    fn step(&mut self, link: &Link, show: &Show) {
        let now = self.now();
        self.estimator.set_wanted(show.bps_max);
        if self.probe.is_none() {
            let probe = self.estimator.poll_probe(now);
            self.probe = probe.map(|probe| (probe.cluster, probe.bps, probe.bytes as f64, PACKET as f64));
        }
        let bps = self.estimator.bitrate().min(show.bps_max);
        self.owed += bps as f64 / 8_000.0;
        let waits = show.frames && !self.ms.is_multiple_of(33);
        while !waits && self.owed >= PACKET as f64 {
            self.owed -= PACKET as f64;
            self.send(link, self.probe.map(|probe| probe.0));
        }
        if let Some((cluster, bps, mut left, mut due)) = self.probe {
            due += bps as f64 / 8_000.0;
            while due >= PACKET as f64 && left > 0.0 {
                (due, left) = (due - PACKET as f64, left - PACKET as f64);
                self.send(link, Some(cluster));
            }
            self.probe = (left > 0.0).then_some((cluster, bps, left, due));
        }
        let micros = self.ms * 1_000;
        while let Some((seq, at)) = self.under_way.front().copied().filter(|(_, at)| *at <= micros) {
            self.under_way.pop_front();
            self.came.push((seq, at));
        }
        if self.ms.is_multiple_of(FEEDBACK_MS) && !self.came.is_empty() {
            self.tell(link);
        }
        while self.reports.front().is_some_and(|(at, _)| *at <= self.ms) {
            let (_, report) = self.reports.pop_front().expect("just seen");
            self.estimator.hear(&report, now);
        }
    }

    fn send(&mut self, link: &Link, cluster: Option<Cluster>) {
        let micros = self.ms * 1_000;
        let seq = self.seq;
        self.seq += 1;
        self.sent.push_back((self.now(), cluster));
        let begins = self.free_at.max(micros);
        if begins - micros > link.queue_ms * 1_000 {
            return;
        }
        self.free_at = begins + PACKET * 8_000_000 / link.bps;
        if self.loses(link) {
            return;
        }
        self.under_way.push_back((seq, self.free_at + link.delay_ms * 1_000));
    }

    fn loses(&mut self, link: &Link) -> bool {
        if self.losing > 0 {
            self.losing -= 1;
            return true;
        }
        self.luck ^= self.luck << 13;
        self.luck ^= self.luck >> 7;
        self.luck ^= self.luck << 17;
        let loses = self.luck % 1_000 * link.burst < link.loss;
        if loses {
            self.losing = link.burst - 1;
        }
        loses
    }

    fn tell(&mut self, link: &Link) {
        let came = std::mem::take(&mut self.came);
        let (first, last) = (self.told + 1, came.last().expect("not empty").0);
        self.told = last;
        let told = (first..=last).map(|seq| {
            let (sent, cluster) = self.sent.pop_front().expect("everything is told of once");
            let at = came.iter().find(|(of, _)| *of == seq).map(|(_, at)| *at);
            // What a message can say: quarters of a millisecond, on a clock that began long before.
            let arrived_us = at.map(|at| (at / 250 * 250) as i64 + self.clock_ahead);
            let arrived_us =
                arrived_us.map(|us| (us + CLOCK_MICROS / 2).rem_euclid(CLOCK_MICROS) - CLOCK_MICROS / 2);
            Told { sent, bytes: PACKET as u16, arrived_us, was_lost: false, cluster }
        });
        let report = told.collect();
        self.reports.push_back((self.ms + link.delay_ms, report));
    }
}
