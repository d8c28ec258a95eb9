//! The packets of one track that may be asked for again, shared by all its viewers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::Packet;

/// The most packets kept: two seconds of 16 Mbit/s. The oldest goes.
const PACKETS_MAX: usize = 4_096;

/// The most bytes of payload kept, for the same two seconds. The oldest goes.
const BYTES_MAX: usize = 4 << 20;

/// What is older helps nobody: a player that waits so long has stopped, and asks for a keyframe.
const AGE_MAX: Duration = Duration::from_secs(2);

/// Packets by their numbers.
#[derive(Debug, Default)]
pub(crate) struct PacketStore {
    /// The place `n` is of the number `first + n`; a hole is a packet that has not come.
    packets: VecDeque<Option<Arc<Packet>>>,
    first: u64,
    bytes: usize,
}

impl PacketStore {
    /// Keeps a packet, and lets go of what is too old or too much.
    pub(crate) fn keep(&mut self, packet: &Arc<Packet>) {
        let number = packet.seq;
        if self.packets.is_empty() {
            self.first = number;
        }
        let Some(place) = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok()) else {
            return;
        };
        if place >= self.packets.len() + PACKETS_MAX {
            self.clear();
            self.first = number;
            return self.keep(packet);
        }
        if place >= self.packets.len() {
            self.packets.resize(place + 1, None);
        }
        if self.packets[place].is_none() {
            self.bytes += packet.payload.len();
            self.packets[place] = Some(Arc::clone(packet));
        }
        while self.packets.len() > PACKETS_MAX || self.bytes > BYTES_MAX || self.is_old(packet) {
            self.drop_first();
        }
    }

    /// The packet of a number, if it is still kept.
    pub(crate) fn get(&self, number: u64) -> Option<&Arc<Packet>> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.packets.get(place)?.as_ref()
    }

    /// Lets go of everything.
    pub(crate) fn clear(&mut self) {
        *self = PacketStore::default();
    }

    /// Whether the first place is a hole, or too old beside the packet that has just come. Never true of that packet
    /// itself, so the store never runs empty by it.
    fn is_old(&self, newest: &Packet) -> bool {
        match self.packets.front() {
            Some(Some(first)) => newest.arrived.saturating_duration_since(first.arrived) > AGE_MAX,
            Some(None) => true,
            None => false,
        }
    }

    fn drop_first(&mut self) {
        if let Some(gone) = self.packets.pop_front() {
            self.first += 1;
            self.bytes -= gone.map_or(0, |packet| packet.payload.len());
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use std::time::Instant;

    use media::{Codec, Description};
    use proptest::prelude::*;

    use super::*;

    fn packet(seq: u64, size: usize, arrived: Instant) -> Arc<Packet> {
        Arc::new(Packet {
            description: Description::parse(Codec::Vp8, ""),
            seq,
            time: seq * 3_000,
            marker: false,
            keyframe: false,
            arrived,
            payload: vec![0; size].into(),
            picture: None,
            layer: 0,
            earlier: Vec::new(),
        })
    }

    proptest! {
        #[test]
        fn what_is_kept_is_found_within_the_bounds(
            steps in proptest::collection::vec((0u64..6, 0u64..4, 1usize..9_000, 0u64..40), 1..900),
        ) {
            let start = Instant::now();
            let (mut store, mut number, mut at) = (PacketStore::default(), 100u64, start);
            for (forward, back, size, ms) in steps {
                number += forward;
                at += Duration::from_millis(ms);
                let newest = packet(number.saturating_sub(back), size, at);
                store.keep(&newest);
                prop_assert!(store.packets.len() <= PACKETS_MAX && store.bytes <= BYTES_MAX);
                let kept: Vec<&Arc<Packet>> = store.packets.iter().flatten().collect();
                prop_assert_eq!(store.bytes, kept.iter().map(|packet| packet.payload.len()).sum::<usize>());
                for packet in kept {
                    prop_assert!(store.get(packet.seq).is_some_and(|found| Arc::ptr_eq(found, packet)));
                }
                prop_assert!(store.packets.front().is_none_or(|first| first.is_some()));
            }
        }
    }

    #[test]
    fn a_jump_of_the_numbers_begins_anew() {
        let now = Instant::now();
        let mut store = PacketStore::default();
        store.keep(&packet(1, 10, now));
        store.keep(&packet(1 << 40, 10, now));
        assert!(store.get(1).is_none() && store.get(1 << 40).is_some());
        store.keep(&packet(1, 10, now));
        assert!(store.get(1).is_none(), "from before the beginning");
    }
}
