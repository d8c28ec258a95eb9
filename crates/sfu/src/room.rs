//! One room's media on one loop: who publishes, who watches, what is kept.

use std::collections::BTreeSet;

use media::Kind;

use crate::intake::{Figures, Intake};
use crate::track::Track;
use crate::{Config, PeerId};

pub(crate) struct Room {
    /// The publisher, if it is on this loop.
    pub(crate) publisher: Option<PeerId>,
    pub(crate) viewers: BTreeSet<PeerId>,
    /// Viewers who are connected, for the count that is told.
    pub(crate) watching: u32,
    pub(crate) told_watching: u32,
    pub(crate) audio: Track,
    pub(crate) video: Track,
    pub(crate) audio_intake: Intake,
    pub(crate) video_intake: Intake,
    /// Whether other loops want the packets.
    pub(crate) relayed: bool,
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
            audio: Track::new(config),
            video: Track::new(config),
            audio_intake: Intake::default(),
            video_intake: Intake::default(),
            relayed: false,
            stats: RoomStats::default(),
        }
    }

    pub(crate) fn track(&self, kind: Kind) -> &Track {
        match kind {
            Kind::Audio => &self.audio,
            Kind::Video => &self.video,
        }
    }

    pub(crate) fn track_mut(&mut self, kind: Kind) -> &mut Track {
        match kind {
            Kind::Audio => &mut self.audio,
            Kind::Video => &mut self.video,
        }
    }

    /// Reads the intake's counters of the last `seconds` into the figures that are shown.
    pub(crate) fn measure(&mut self, seconds: f32) -> Figures {
        let (audio, video) = (self.audio_intake.figures(), self.video_intake.figures());
        let sum = Figures {
            packets: audio.packets + video.packets,
            bytes: audio.bytes + video.bytes,
            expected: audio.expected + video.expected,
        };
        let lost = sum.expected.saturating_sub(sum.packets);
        self.stats.ingest_bps = (sum.bytes as f32 * 8.0 / seconds.max(0.001)) as u32;
        self.stats.ingest_loss = if sum.expected == 0 { 0.0 } else { lost as f32 / sum.expected as f32 };
        self.stats.video_codec = self.video_intake.description().map(|d| d.codec.name());
        self.stats.audio_codec = self.audio_intake.description().map(|d| d.codec.name());
        self.stats.watching = self.watching;
        sum
    }
}
