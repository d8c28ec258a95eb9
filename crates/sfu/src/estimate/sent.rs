//! Packets under way, until the viewer says what became of them.

use std::collections::VecDeque;

use super::Cluster;

/// The most packets remembered: four seconds of a 5 Mbit/s show. What is reported later is of no use any more.
const SENT_MAX: usize = 2_048;

/// Packets by their number, which has no gaps.
#[derive(Debug, Default)]
pub(super) struct SentLog {
    first: u64,
    packets: VecDeque<Sent>,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    at: u64,
    bytes: u16,
    cluster: Option<Cluster>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    UnderWay,
    Arrived,
    Lost,
}

/// What is known of a packet the viewer has told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) sent: u64,
    pub(super) bytes: u16,
    pub(super) cluster: Option<Cluster>,
    /// It had been told to be lost.
    pub(super) was_lost: bool,
}

impl SentLog {
    pub(super) fn push(&mut self, seq: u64, bytes: usize, cluster: Option<Cluster>, at: u64) {
        if self.first + self.packets.len() as u64 != seq {
            // Numbers that were passed over make what came before meaningless.
            self.packets.clear();
            self.first = seq;
        }
        if self.packets.len() == SENT_MAX {
            self.packets.pop_front();
            self.first += 1;
        }
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        self.packets.push_back(Sent { at, bytes, cluster, state: State::UnderWay });
    }

    /// What the viewer tells of a packet; `None` if that is not new.
    pub(super) fn report(&mut self, seq: u16, arrived: bool) -> Option<Report> {
        let last = self.first + (self.packets.len() as u64).checked_sub(1)?;
        let full = last - u64::from((last as u16).wrapping_sub(seq));
        let place = usize::try_from(full.checked_sub(self.first)?).ok()?;
        let packet = self.packets.get_mut(place)?;
        let was_lost = packet.state == State::Lost;
        if packet.state == State::Arrived || (was_lost && !arrived) {
            return None;
        }
        packet.state = if arrived { State::Arrived } else { State::Lost };
        Some(Report { sent: packet.at, bytes: packet.bytes, cluster: packet.cluster, was_lost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_is_reported_once_and_may_turn_up_after_all() {
        let mut log = SentLog::default();
        for seq in 65_534..65_540 {
            log.push(seq, 1_000, None, seq);
        }
        let mut told = |seq, arrived| log.report(seq, arrived).map(|report| (report.sent, report.was_lost));
        assert_eq!(told(65_535, true), Some((65_535, false)));
        assert_eq!(told(65_535, true), None, "again");
        assert_eq!(told(1, false), Some((65_537, false)));
        assert_eq!(told(1, true), Some((65_537, true)), "late, not lost");
        assert_eq!(told(9, true), None, "never sent");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut log = SentLog::default();
        for seq in 0..10_000 {
            log.push(seq, 125, None, seq * 1_000);
        }
        assert_eq!(log.packets.len(), SENT_MAX);
        assert_eq!(log.first, 10_000 - SENT_MAX as u64);
    }
}
