//! One stream on its way to one viewer: its numbers, and what its reports say.

use std::time::{Duration, Instant};

use super::agreed::Stream;
use super::ntp::NtpClock;
use super::rtcp::SenderInfo;
use super::sent::SentPackets;
use super::window::Window;
use crate::Outgoing;

/// How often a sender report goes out: soon enough that sound and picture of who has just joined come together.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// One stream.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) stream: Stream,
    /// Numbers that were sealed. One is never sealed twice: see [`super::egress`].
    pub(crate) sealed: Window,
    /// The number of the next resend in its own stream.
    pub(crate) next_resend: u64,
    pub(crate) sent: SentPackets,
    packets: u32,
    octets: u32,
    newest: Option<Newest>,
    report_at: Option<Instant>,
    /// The most its reports said was lost.
    lost: i64,
}

/// The newest packet's time, and when its picture or sound was.
#[derive(Debug, Clone, Copy)]
struct Newest {
    time: u64,
    clock_hz: u32,
    wallclock: Instant,
}

impl Lane {
    pub(crate) fn new(stream: Stream) -> Lane {
        Lane {
            stream,
            sealed: Window::default(),
            // Zero is a number like any other, but some receivers take it for the time before the first.
            next_resend: 1,
            sent: SentPackets::default(),
            packets: 0,
            octets: 0,
            newest: None,
            report_at: None,
            lost: 0,
        }
    }

    /// A packet is on its way.
    pub(crate) fn note(&mut self, outgoing: &Outgoing) {
        if self.newest.is_none_or(|newest| outgoing.time >= newest.time) {
            let clock_hz = outgoing.packet.description.codec.clock_hz();
            self.newest = Some(Newest { time: outgoing.time, clock_hz, wallclock: outgoing.wallclock });
            self.report_at.get_or_insert(outgoing.wallclock);
        }
    }

    /// A packet was sent.
    pub(crate) fn count(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }

    /// When the next report is due.
    pub(crate) fn report_at(&self) -> Option<Instant> {
        self.report_at
    }

    /// Whether it is time for a report; the next is then due an interval later.
    pub(crate) fn takes_report(&mut self, now: Instant) -> bool {
        let due = self.report_at.is_some_and(|at| now >= at);
        if due {
            self.report_at = Some(now + REPORT_INTERVAL);
        }
        due
    }

    /// What a report says now. It joins the time of day to the stream's own, by which a player keeps sound and
    /// picture together; so it goes on from the newest packet by the time that has passed since that one's moment.
    pub(crate) fn sender_info(&self, clock: NtpClock, now: Instant) -> Option<SenderInfo> {
        let newest = self.newest?;
        let passed = now.saturating_duration_since(newest.wallclock).as_micros();
        let ticks = u64::try_from(passed * u128::from(newest.clock_hz) / 1_000_000).unwrap_or(0);
        Some(SenderInfo {
            ssrc: self.stream.ssrc,
            ntp: clock.ntp(now),
            time: (newest.time.wrapping_add(ticks) & 0xffff_ffff) as u32,
            packets: self.packets,
            octets: self.octets,
        })
    }

    /// Takes what a receiver says was lost since the beginning; says by how much it has grown.
    pub(crate) fn lost(&mut self, lost: i32) -> u64 {
        let grown = (i64::from(lost) - self.lost).max(0);
        self.lost += grown;
        grown.unsigned_abs()
    }
}
