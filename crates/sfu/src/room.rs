//! One room's media on one loop: who publishes, who watches, what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::intake::{Figures, Intake};
use crate::layers::Layers;
use crate::protection::Protection;
use crate::timeline::Timeline;
use crate::{Config, PeerId};

pub(crate) struct Room {
    /// The publisher, if it is on this loop.
    pub(crate) publisher: Option<PeerId>,
    pub(crate) viewers: BTreeSet<PeerId>,
    /// Viewers who are connected, for the count that is told.
    pub(crate) watching: u32,
    pub(crate) told_watching: u32,
    pub(crate) audio: Intake,
    pub(crate) audio_line: Timeline,
    pub(crate) layers: Layers,
    /// Repair packets for viewers on bad links.
    pub(crate) protection: Protection,
    /// Whether other loops want the packets.
    pub(crate) relayed: bool,
    /// The layers that viewers on other loops want, by loop: bit n is layer n.
    pub(crate) wanted_elsewhere: BTreeMap<usize, u8>,
    /// The layers that viewers here were said to want.
    pub(crate) wanted: u8,
    pub(crate) wanted_told: Option<Instant>,
    pub(crate) stats: RoomStats,
}

/// What a loop sees of one room.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RoomStats {
    /// Whether a publisher's media arrives on this loop.
    pub publishing: bool,
    /// The picture's codec, in SDP's spelling.
    pub video_codec: Option<&'static str>,
    /// The sound's codec, in SDP's spelling.
    pub audio_codec: Option<&'static str>,
    /// What arrives, bits per second over the last [`crate::STATS_INTERVAL`].
    pub ingest_bps: u32,
    /// The share of it lost and not mended.
    pub ingest_loss: f32,
    /// Connected viewers on this loop.
    pub watching: u32,
    /// Of those, who know no codec of the picture.
    pub watching_blind: u32,
}

impl Room {
    pub(crate) fn new(config: &Config) -> Room {
        Room {
            publisher: None,
            viewers: BTreeSet::new(),
            watching: 0,
            told_watching: 0,
            audio: Intake::default(),
            audio_line: Timeline::default(),
            layers: Layers::new(config),
            protection: Protection::default(),
            relayed: false,
            wanted_elsewhere: BTreeMap::new(),
            wanted: 0,
            wanted_told: None,
            stats: RoomStats::default(),
        }
    }

    /// Reads the intake's counters of the last `seconds` into the figures that are shown.
    pub(crate) fn measure(&mut self, seconds: f32) -> Figures {
        let (audio, video) = (self.audio.figures(), self.layers.figures());
        let sum = Figures {
            packets: audio.packets + video.packets,
            bytes: audio.bytes + video.bytes,
            expected: audio.expected + video.expected,
        };
        let lost = sum.expected.saturating_sub(sum.packets);
        self.stats.ingest_bps = (sum.bytes as f32 * 8.0 / seconds.max(0.001)) as u32;
        self.stats.ingest_loss = if sum.expected == 0 { 0.0 } else { lost as f32 / sum.expected as f32 };
        self.stats.video_codec = self.layers.description().map(|d| d.codec.name());
        self.stats.audio_codec = self.audio.description().map(|d| d.codec.name());
        self.stats.watching = self.watching;
        sum
    }
}
