//! Packets that were sent together, taken as one: only between such groups does the time tell of a queue.

use super::Arrived;

/// Packets sent within this time are one group.
const GROUP_MICROS: u64 = 5_000;

/// Packets that come within this time of each other, though sent apart, were held up together on the way.
const BURST_MICROS: i64 = 5_000;

/// The longest time one group of held-up packets is added to.
const BURST_MICROS_MAX: i64 = 100_000;

/// A group that comes so long after the last tells of a pause, not of a queue.
const GAP_MICROS_MAX: i64 = 3_000_000;

/// How much farther apart two groups came than they were sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delta {
    pub(super) sent_ms: f64,
    pub(super) arrived_ms: f64,
    /// When the later one came, in milliseconds of the viewer's clock.
    pub(super) at_ms: f64,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    first_sent: u64,
    last_sent: u64,
    first_arrived: i64,
    last_arrived: i64,
}

#[derive(Debug, Default)]
pub(super) struct Groups {
    before: Option<Group>,
    open: Option<Group>,
}

impl Groups {
    /// Takes a packet; when it begins a new group, what the two before it tell.
    pub(super) fn add(&mut self, packet: &Arrived) -> Option<Delta> {
        let fresh = Group {
            first_sent: packet.sent,
            last_sent: packet.sent,
            first_arrived: packet.arrived,
            last_arrived: packet.arrived,
        };
        let Some(open) = &mut self.open else {
            self.open = Some(fresh);
            return None;
        };
        if packet.sent < open.first_sent {
            return None;
        }
        if belongs(open, packet) {
            open.last_sent = open.last_sent.max(packet.sent);
            open.last_arrived = open.last_arrived.max(packet.arrived);
            return None;
        }
        let closed = std::mem::replace(open, fresh);
        let before = self.before.replace(closed)?;
        let arrived = closed.last_arrived - before.last_arrived;
        if !(0..=GAP_MICROS_MAX).contains(&arrived) {
            return None;
        }
        Some(Delta {
            sent_ms: (closed.last_sent - before.last_sent) as f64 / 1_000.0,
            arrived_ms: arrived as f64 / 1_000.0,
            at_ms: closed.last_arrived as f64 / 1_000.0,
        })
    }
}

fn belongs(open: &Group, packet: &Arrived) -> bool {
    if packet.sent - open.first_sent <= GROUP_MICROS {
        return true;
    }
    let apart = packet.arrived - open.last_arrived;
    let sent_apart = packet.sent.saturating_sub(open.last_sent) as i64;
    apart < sent_apart && apart <= BURST_MICROS && packet.arrived - open.first_arrived < BURST_MICROS_MAX
}
