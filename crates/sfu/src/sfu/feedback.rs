//! The broadcast way between the machine and its viewers: what they are sent, and what they say of it.

use std::time::{Duration, Instant};

use super::Sfu;
use super::entry::PeerEnd;
use crate::PeerId;
use crate::fast::{NtpClock, Way};
use crate::peer::Datagram;

impl Sfu {
    /// Takes RTCP of a viewer on the broadcast way.
    pub(super) fn hear(&mut self, id: PeerId, datagram: &[u8], now: Instant) {
        let clock = self.clock(now);
        let Some(entry) = self.peers.get_mut(&id) else { return };
        let room = self.rooms.get(&entry.room);
        let PeerEnd::Viewer(viewer) = &mut entry.end else { return };
        let Some(fast) = &mut viewer.fast else { return };
        let packet_of = |layer, number| room.and_then(|room| room.layers.track(layer)?.packet(number));
        let heard = fast.hear(datagram, clock, now, &mut self.opened, packet_of);
        self.totals.packets_out_lost += heard.lost;
        if heard.wrote {
            self.dirty.insert(id);
        }
        if heard.keyframe {
            self.viewer_wants_keyframe(id, now);
        }
    }

    /// Seals the next viewer's packets into the buffer; says where they go, and how long each is but the last.
    pub(super) fn seal_next(&mut self) -> Option<(Way, usize)> {
        let now = self.flushed?;
        let clock = self.clock(now);
        while let Some(id) = self.sending.front().copied() {
            if let Some(PeerEnd::Viewer(viewer)) = self.peers.get_mut(&id).map(|entry| &mut entry.end)
                && let Some(fast) = &mut viewer.fast
                && let Some(way) = viewer.peer.way
                && let Some(burst) = fast.burst(clock, now, &mut self.buffer)
            {
                self.totals.packets_out += burst.packets;
                self.totals.bytes_out += burst.bytes;
                self.totals.packets_retransmitted += burst.resent;
                self.totals.packets_repair += burst.repairs;
                return Some((way, burst.segment));
            }
            self.sending.pop_front();
        }
        None
    }

    /// Puts what a viewer that is leaving still gets among the datagrams, because its place is cleared next.
    pub(super) fn last_words(&mut self, id: PeerId, now: Instant) {
        let clock = self.clock(now);
        let Some(entry) = self.peers.get_mut(&id).filter(|entry| entry.closing) else { return };
        let PeerEnd::Viewer(viewer) = &mut entry.end else { return };
        let (Some(fast), Some(way)) = (&mut viewer.fast, viewer.peer.way) else { return };
        while let Some(burst) = fast.burst(clock, now, &mut self.buffer) {
            self.totals.packets_out += burst.packets;
            self.totals.bytes_out += burst.bytes;
            self.totals.packets_retransmitted += burst.resent;
            self.totals.packets_repair += burst.repairs;
            let Way { proto, source, destination } = way;
            for datagram in self.buffer.chunks(burst.segment.max(1)) {
                let contents = datagram.to_vec().into();
                self.transmits.push_back(Datagram { proto, source, destination, contents });
            }
        }
    }

    fn clock(&mut self, now: Instant) -> NtpClock {
        *self.clock.get_or_insert_with(|| NtpClock::new(now, Duration::ZERO))
    }
}
