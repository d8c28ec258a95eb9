//! The transport-wide numbers of one viewer: which packets went out when, and what its feedback says of them.

use std::time::{Duration, Instant};

use super::recovery::Content;
use super::rtcp::Transport;

/// Packets remembered until feedback speaks of them: more than two seconds at 5 Mbit/s. Later feedback says nothing.
pub(crate) const HISTORY_MAX: usize = 1_024;

/// What a feedback says of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// Its transport-wide number, without wrapping.
    pub(crate) number: u64,
    /// Its bytes on the wire, without those of UDP and IP.
    pub(crate) bytes: u16,
    /// When it was sent.
    pub(crate) sent: Instant,
    /// When it arrived, in microseconds of the viewer's clock; `None` if it has not.
    pub(crate) arrived_us: Option<i64>,
    /// Feedback has said before that it had not.
    pub(crate) was_lost: bool,
    /// What it was.
    pub(crate) content: Content,
}

/// The numbers given out.
#[derive(Debug)]
pub(crate) struct TransportNumbers {
    /// Sending times are kept as microseconds since this.
    epoch: Instant,
    next: u64,
    /// The place of a number is its remainder. Grows with the first packets.
    sent: Vec<Record>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    at_us: u64,
    bytes: u16,
    /// Feedback has said that it arrived; what it says later is a repetition.
    arrived: bool,
    lost: bool,
    content: Content,
}

impl TransportNumbers {
    pub(crate) fn new(now: Instant) -> TransportNumbers {
        TransportNumbers { epoch: now, next: 0, sent: Vec::new() }
    }

    /// The number of the next packet.
    pub(crate) fn next(&self) -> u16 {
        self.next as u16
    }

    /// The packet of [`TransportNumbers::next`] goes out.
    pub(crate) fn note(&mut self, bytes: usize, content: Content, now: Instant) {
        let at_us = u64::try_from(now.saturating_duration_since(self.epoch).as_micros()).unwrap_or(u64::MAX);
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        let record = Record { at_us, bytes, arrived: false, lost: false, content };
        match self.sent.get_mut(place(self.next)) {
            Some(slot) => *slot = record,
            None => self.sent.push(record),
        }
        self.next += 1;
    }

    /// What a feedback says of packets that are still remembered, in the order they were sent. One that arrived is
    /// told of once.
    pub(crate) fn acknowledge(&mut self, feedback: &Transport<'_>, out: &mut Vec<Acknowledged>) {
        out.clear();
        for (low, arrived_us) in feedback.arrivals() {
            let back = u64::from((self.next as u16).wrapping_sub(low));
            let Some(number) =
                self.next.checked_sub(back).filter(|_| back >= 1 && back <= HISTORY_MAX as u64)
            else {
                continue;
            };
            let Some(record) = self.sent.get_mut(place(number)).filter(|record| !record.arrived) else {
                continue;
            };
            record.arrived = arrived_us.is_some();
            let was_lost = std::mem::replace(&mut record.lost, arrived_us.is_none());
            let (bytes, content) = (record.bytes, record.content);
            let sent = self.epoch + Duration::from_micros(record.at_us);
            out.push(Acknowledged { number, bytes, sent, arrived_us, was_lost, content });
        }
    }
}

fn place(number: u64) -> usize {
    (number % HISTORY_MAX as u64) as usize
}
