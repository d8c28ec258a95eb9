//! What the media plane tells the rooms: that something happened, never a packet.

use model::RoomId;

/// A fact about a room's media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaFact {
    /// A publisher's media arrives.
    PublisherConnected {
        /// Where.
        room: RoomId,
    },
    /// The publisher's media stopped without a word.
    PublisherLost {
        /// Where.
        room: RoomId,
    },
    /// The publisher took leave.
    PublisherLeft {
        /// Where.
        room: RoomId,
    },
    /// How many watch by WebRTC changed.
    Watching {
        /// Where.
        room: RoomId,
        /// How many now.
        count: u32,
    },
}

/// What the media plane sees of one room's show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MediaStats {
    /// Whether a publisher is connected.
    pub publishing: bool,
    /// The picture's codec in SDP's spelling, once a picture has arrived.
    pub video_codec: Option<&'static str>,
    /// The sound's codec in SDP's spelling, once sound has arrived.
    pub audio_codec: Option<&'static str>,
    /// What arrives, in bits per second over the last seconds.
    pub ingest_bps: u32,
    /// Of the publisher's packets, the share lost on the way and not mended, 0 to 1.
    pub ingest_loss: f32,
    /// How many watch by WebRTC.
    pub watching: u32,
    /// Of those, how many cannot show the publisher's picture because they know no codec of it.
    pub watching_blind: u32,
}

/// Counters of the whole media plane since it started, for `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MediaTotals {
    /// Publishers connected now.
    pub publishers: u64,
    /// Viewers connected now.
    pub viewers: u64,
    /// Packets taken from publishers.
    pub packets_in: u64,
    /// Bytes taken from publishers.
    pub bytes_in: u64,
    /// Publishers' packets lost and not mended.
    pub packets_in_lost: u64,
    /// Media packets sent to viewers.
    pub packets_out: u64,
    /// Media bytes sent to viewers.
    pub bytes_out: u64,
    /// Packets viewers reported lost.
    pub packets_out_lost: u64,
    /// Packets sent to viewers again because they asked.
    pub packets_retransmitted: u64,
    /// Packets sent ahead to repair others.
    pub packets_repair: u64,
    /// Keyframes asked of publishers.
    pub keyframes_asked: u64,
    /// Datagrams the system would not take because its buffer was full.
    pub datagrams_dropped: u64,
    /// Peers put out because their state machine failed.
    pub peers_failed: u64,
}
