//! What one viewer's link carries, told by when its packets arrive (transport-wide congestion control).
//!
//! The viewer reports when each packet came. Packets that come ever later fill a queue on the way: the rate is taken
//! down before the queue overflows (`trend`, `queue`, `rate`; after draft-ietf-rmcat-gcc-02). Losses that go with the
//! rate are a link without a queue; losses that do not are the link's nature, and no reason to slow down (`loss`). A
//! show sends no more than it has, so what the link could carry beyond that is found out by short bursts (`probe`).

mod arrival;
mod delivery;
mod loss;
mod probe;
mod queue;
mod rate;
mod trend;
mod window;

#[cfg(test)]
mod link;
#[cfg(test)]
mod stories;

use std::time::{Duration, Instant};

use arrival::Groups;
use delivery::Delivery;
use loss::LossBound;
use probe::Prober;
pub use probe::{Cluster, Probe};
use queue::Queue;
use rate::{Rate, Usage};
use trend::Trend;
pub use window::{LossWindow, Losses};

/// The estimate never falls below this: sound alone takes so much.
pub const BITRATE_MIN: u64 = 50_000;

/// The estimate never rises above this: no show has more for one viewer.
pub const BITRATE_MAX: u64 = 50_000_000;

/// Round trips older than this are of another network.
const ROUND_TRIP_AGE: Duration = Duration::from_secs(10);

/// Where the clock in a viewer's messages begins anew: 24 bits of 64 ms.
const CLOCK_MICROS: i64 = (1 << 24) * 64_000;

/// What a viewer tells of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// When it was sent.
    pub sent: Instant,
    /// All of its bytes.
    pub bytes: u16,
    /// When it came, in microseconds of the viewer's clock; `None` if it has not come.
    pub arrived_us: Option<i64>,
    /// It was told before that it had not come.
    pub was_lost: bool,
    /// The burst it was sent for, if any.
    pub cluster: Option<Cluster>,
}

/// What one viewer's link carries.
#[derive(Debug)]
pub struct Estimator {
    epoch: Instant,
    groups: Groups,
    trend: Trend,
    queue: Queue,
    delivery: Delivery,
    rate: Rate,
    loss: LossBound,
    window: LossWindow,
    prober: Prober,
    round_trip: Option<(u64, Instant)>,
    clock: Option<i64>,
    /// What is wanted at most: nothing beyond it is probed for.
    wanted_bps: u64,
}

impl Estimator {
    /// An estimator that believes in `start_bps` until it hears from the viewer.
    pub fn new(start_bps: u64, now: Instant) -> Estimator {
        Estimator {
            epoch: now,
            groups: Groups::default(),
            trend: Trend::default(),
            queue: Queue::default(),
            delivery: Delivery::default(),
            rate: Rate::new(start_bps.clamp(BITRATE_MIN, BITRATE_MAX)),
            loss: LossBound::default(),
            window: LossWindow::default(),
            prober: Prober::default(),
            round_trip: None,
            clock: None,
            wanted_bps: 0,
        }
    }

    /// The viewer tells what became of packets, in the order in which they were sent.
    pub fn hear(&mut self, told: &[Told], now: Instant) {
        let at = self.micros(now);
        let mut arrived = Vec::with_capacity(told.len());
        let mut newest = None;
        for packet in told {
            let sent = self.micros(packet.sent);
            self.loss.told(sent, packet.bytes, packet.arrived_us.is_some(), packet.was_lost);
            match (packet.arrived_us, packet.was_lost) {
                (Some(_), true) => self.window.found(at),
                (Some(_), false) => self.window.arrived(at),
                (None, false) => self.window.lost(at),
                (None, true) => {}
            }
            let Some(micros) = packet.arrived_us else { continue };
            newest = newest.max(Some(sent));
            let came = self.unwrapped(micros);
            arrived.push(Arrived {
                sent,
                arrived: came,
                bytes: u64::from(packet.bytes),
                cluster: packet.cluster,
            });
        }
        arrived.sort_by_key(|one| one.arrived);
        if let Some(sent) = newest {
            self.note_round_trip(at.saturating_sub(sent), now);
        }
        if !arrived.is_empty() {
            self.learn(&arrived, at);
        }
    }

    /// The round trip as a receiver report tells it: nearer to the truth than what feedback shows.
    pub fn set_round_trip(&mut self, round_trip: Duration, now: Instant) {
        self.round_trip = Some((round_trip.as_micros() as u64, now));
    }

    /// What more there would be to send than is sent now. Zero: nothing, and nothing is probed for.
    pub fn set_wanted(&mut self, bps: u64) {
        self.wanted_bps = bps;
    }

    /// What the link carries, in bits a second.
    pub fn bitrate(&self) -> u64 {
        let bound = self.loss.bound_bps().unwrap_or(BITRATE_MAX);
        self.rate.bps().min(bound).clamp(BITRATE_MIN, BITRATE_MAX)
    }

    /// What arrived in the last second, in bits a second.
    pub fn delivered(&self) -> u64 {
        self.delivery.bps(delivery::LONG_MICROS)
    }

    /// What was lost lately.
    pub fn losses(&self) -> Losses {
        self.window.losses()
    }

    /// The round trip, if it is known.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip.map(|(micros, _)| Duration::from_micros(micros))
    }

    /// How long packets wait on the way, beyond the way itself.
    pub fn queued(&self) -> Duration {
        Duration::from_micros(self.queue.micros())
    }

    /// A burst to be sent now, to learn whether the link carries more. What it is made of is the caller's: resends and
    /// repair packets are of most use.
    pub fn poll_probe(&mut self, now: Instant) -> Option<Probe> {
        let at = self.micros(now);
        let calm = self.queue.micros() < queue::BUSY_MICROS && self.rate.is_calm(at);
        self.prober.poll(self.bitrate(), self.wanted_bps, calm, self.loss.is_bounding(), at)
    }

    fn learn(&mut self, arrived: &[Arrived], at: u64) {
        for one in arrived {
            self.delivery.add(one.arrived, one.bytes);
            self.queue.add(one.arrived - one.sent as i64, at);
            if let Some(delta) = self.groups.add(one) {
                self.trend.add(&delta);
            }
        }
        let natural = self.loss.natural();
        let delivered = self.delivery.corrected(delivery::SHORT_MICROS, natural);
        let usage = self.usage(at);
        let round_trip = self.round_trip.map_or(rate::ROUND_TRIP_DEFAULT, |(micros, _)| micros);
        let long = self.delivery.corrected(delivery::LONG_MICROS, natural);
        let before = self.rate.bps();
        self.rate.update(usage, rate::Seen { short_bps: delivered, long_bps: long }, round_trip, at);
        if self.rate.bps() < before {
            self.prober.fell(at);
            self.queue.acted(at);
        }
        let queued = self.queue.micros() >= queue::BUSY_MICROS;
        self.loss.update(self.delivered(), queued, at);
        for one in arrived {
            if let Some(cluster) = one.cluster {
                self.prober.arrived(cluster, one.sent, one.arrived, one.bytes);
            }
        }
        if let Some(found) = self.prober.results(natural, at)
            && self.queue.micros() < queue::STANDING_MICROS
        {
            self.rate.found(found, at);
            self.loss.found(found);
        }
    }

    /// The trend says which way the queue goes, and its length whether that matters.
    fn usage(&self, at: u64) -> Usage {
        let queue = self.queue.micros();
        if queue >= queue::STANDING_MICROS && !self.trend.falls() {
            return Usage::Over;
        }
        match self.trend.usage() {
            Usage::Over if queue < queue::BUSY_MICROS || self.prober.disturbs(at) => Usage::Normal,
            usage @ (Usage::Over | Usage::Normal | Usage::Under) => usage,
        }
    }

    fn note_round_trip(&mut self, micros: u64, now: Instant) {
        // A report waits at the viewer until it is sent, so the shortest of late is the nearest.
        let old = self.round_trip.is_none_or(|(_, at)| now.saturating_duration_since(at) > ROUND_TRIP_AGE);
        if old || self.round_trip.is_some_and(|(least, _)| micros < least) {
            self.round_trip = Some((micros, now));
        }
    }

    /// The viewer's clock begins anew when the 24 bits of its messages' reference time overflow, every twelve days.
    fn unwrapped(&mut self, micros: i64) -> i64 {
        let near = self.clock.unwrap_or(micros);
        let turns = (near - micros + CLOCK_MICROS / 2).div_euclid(CLOCK_MICROS);
        let whole = micros + turns * CLOCK_MICROS;
        self.clock = Some(near.max(whole));
        whole
    }

    fn micros(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_micros() as u64
    }
}

/// A packet that is known to have arrived.
#[derive(Debug, Clone, Copy)]
struct Arrived {
    /// When it was sent, in microseconds since the estimator began.
    sent: u64,
    /// When it came, in microseconds of the viewer's clock.
    arrived: i64,
    bytes: u64,
    cluster: Option<Cluster>,
}
