//! What the machine tells, and what it counts.

use std::sync::Arc;

use model::RoomId;

use crate::{Layer, Packet};

/// A peer, for as long as its loop runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// Something the machine tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A publisher's media arrives.
    PublisherConnected {
        /// Where.
        room: RoomId,
    },
    /// It stopped without a word.
    PublisherLost {
        /// Where.
        room: RoomId,
    },
    /// How many watch on this loop.
    Watching {
        /// Where.
        room: RoomId,
        /// How many now.
        count: u32,
    },
    /// A packet for the loops that have viewers of the room.
    Relay {
        /// Where.
        room: RoomId,
        /// The packet, shared.
        packet: Arc<Packet>,
    },
    /// Viewers here need a keyframe of a publisher on another loop.
    KeyframeWanted {
        /// Where.
        room: RoomId,
        /// Of which layer.
        layer: u8,
    },
    /// What is known of a publisher's layers, for the loops that have viewers of the room.
    Layers {
        /// Where.
        room: RoomId,
        /// All of them.
        layers: Vec<Layer>,
    },
    /// Viewers here want these layers of a publisher on another loop, and no others.
    LayersWanted {
        /// Where.
        room: RoomId,
        /// Bit n is layer n.
        wanted: u8,
    },
    /// A peer is no more.
    Gone {
        /// Which.
        peer: PeerId,
        /// Where it was.
        room: RoomId,
    },
}

/// Whom a datagram was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// A peer of this loop, which has it.
    Here,
    /// Whoever answers to this ICE name, if another loop knows it.
    Named(String),
    /// Nobody can tell.
    Unknown,
}

/// Counters since the machine was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Publishers now.
    pub publishers: u64,
    /// Connected viewers now.
    pub viewers: u64,
    /// Packets taken from publishers.
    pub packets_in: u64,
    /// Bytes of payload taken from publishers.
    pub bytes_in: u64,
    /// Publishers' packets that never came.
    pub packets_in_lost: u64,
    /// Packets sent to viewers, resent ones included.
    pub packets_out: u64,
    /// Bytes of those.
    pub bytes_out: u64,
    /// Packets viewers say they lost.
    pub packets_out_lost: u64,
    /// Packets sent again.
    pub packets_retransmitted: u64,
    /// Packets sent ahead to repair others.
    pub packets_repair: u64,
    /// Keyframes asked of publishers.
    pub keyframes_asked: u64,
    /// Peers dropped because their state machine failed.
    pub peers_failed: u64,
}
