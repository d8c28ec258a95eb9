//! One stream of one room, the sound or a layer of the picture: the group of pictures kept for who joins late, and the asking for keyframes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::Description;

use crate::fast::PacketStore;
use crate::{Config, Packet};

/// The publisher is asked for a keyframe at most this often, however many viewers ask: each one costs every viewer
/// bandwidth.
pub(crate) const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);

/// Packets since the last keyframe, in order, and what a viewer who joins gets of them.
#[derive(Debug)]
pub(crate) struct Track {
    /// What viewers may ask for again.
    store: PacketStore,
    gop: VecDeque<Arc<Packet>>,
    gop_bytes: usize,
    /// The newest time in it: with pictures sent out of order not the last packet's.
    newest: u64,
    /// The group outgrew its bounds: only its keyframe is left.
    cut: bool,
    packets_max: usize,
    bytes_max: usize,
    wanted: bool,
    asked: Option<Instant>,
    description: Option<Description>,
}

impl Track {
    pub(crate) fn new(config: &Config) -> Track {
        Track {
            store: PacketStore::default(),
            gop: VecDeque::new(),
            gop_bytes: 0,
            newest: 0,
            cut: false,
            packets_max: config.gop_packets_max.max(1),
            bytes_max: config.gop_bytes_max.max(1),
            wanted: false,
            asked: None,
            description: None,
        }
    }

    /// Keeps a packet. A keyframe with a new time begins a new group.
    pub(crate) fn keep(&mut self, packet: &Arc<Packet>) {
        self.store.keep(packet);
        if self.description != Some(packet.description) {
            self.description = Some(packet.description);
            self.clear();
        }
        let newest = self.gop.front().map(|first| first.time);
        if packet.keyframe && newest.is_none_or(|time| packet.time > time) {
            // What came before of the same frame (a delimiter, or a packet that overtook this one) belongs to it.
            self.gop.retain(|kept| kept.time == packet.time);
            self.gop_bytes = self.gop.iter().map(|kept| kept.payload.len()).sum();
            self.cut = false;
            self.wanted = false;
            self.newest = packet.time;
        }
        let Some(first) = self.gop.front().map(|first| first.time) else {
            if packet.keyframe {
                self.insert(packet);
            }
            return;
        };
        if packet.time < first || (self.cut && packet.time != first) {
            return;
        }
        self.insert(packet);
        if self.gop.len() > self.packets_max || self.gop_bytes > self.bytes_max {
            self.cut = true;
            self.gop.retain(|kept| kept.time == first);
            self.gop_bytes = self.gop.iter().map(|kept| kept.payload.len()).sum();
            if self.gop.len() > self.packets_max || self.gop_bytes > self.bytes_max {
                self.clear();
            }
        }
    }

    /// Forgets the group: its publisher has gone, or it has another codec.
    pub(crate) fn clear(&mut self) {
        self.gop.clear();
        self.gop_bytes = 0;
        self.cut = false;
    }

    /// The group from its keyframe on, and whether it is whole; `None` while there is none.
    pub(crate) fn kept(&self) -> Option<(&VecDeque<Arc<Packet>>, bool)> {
        (!self.gop.is_empty()).then_some((&self.gop, !self.cut))
    }

    /// The packet of a number, for who has lost it. Who is still catching up asks for what is older than the store
    /// keeps, but not than the group.
    pub(crate) fn packet(&self, number: u64) -> Option<Arc<Packet>> {
        let in_group = || {
            let place = self.gop.binary_search_by_key(&number, |kept| kept.seq).ok()?;
            self.gop.get(place)
        };
        self.store.get(number).or_else(in_group).map(Arc::clone)
    }

    /// The newest time in the group.
    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    /// How many bytes the group has.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.gop_bytes
    }

    /// What the track carried last.
    pub(crate) fn description(&self) -> Option<Description> {
        self.description
    }

    /// Somebody needs a keyframe.
    pub(crate) fn want_keyframe(&mut self) {
        self.wanted = true;
    }

    /// Whether to ask the publisher now. Wishes within [`KEYFRAME_INTERVAL`] of the last asking become one.
    pub(crate) fn ask_keyframe(&mut self, now: Instant) -> bool {
        let early = self.asked.is_some_and(|asked| now < asked + KEYFRAME_INTERVAL);
        if !self.wanted || early {
            return false;
        }
        self.wanted = false;
        self.asked = Some(now);
        true
    }

    fn insert(&mut self, packet: &Arc<Packet>) {
        // Nearly always the newest: the place is looked for from the end.
        let place = self.gop.iter().rposition(|kept| kept.seq <= packet.seq).map_or(0, |at| at + 1);
        if place > 0 && self.gop[place - 1].seq == packet.seq {
            return;
        }
        self.gop_bytes += packet.payload.len();
        self.newest = self.newest.max(packet.time);
        self.gop.insert(place, Arc::clone(packet));
    }
}
