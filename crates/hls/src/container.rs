//! Frames into boxes, in the ticks of their rendition's own clock.

use std::sync::Arc;

use media::{CodecConfig, Frame, MediaTime};
use mux::fmp4::{Fragment, Init, SEGMENT_TYPE, Sample, Track, VIDEO_TIMESCALE, audio_timescale};

/// What a decoder needs before the first segment.
pub fn init(config: &CodecConfig) -> Arc<[u8]> {
    match config {
        CodecConfig::Video(video) => Init::write(Some(video), None),
        CodecConfig::Audio(audio) => Init::write(None, Some(audio)),
    }
    .into()
}

/// Frames on their way into a part.
#[derive(Debug)]
pub struct Chunk {
    track: Track,
    hz: u32,
    sequence: u32,
    base: MediaTime,
    samples: Vec<Sample>,
}

impl Chunk {
    /// Of a rendition with this configuration.
    pub fn new(config: &CodecConfig) -> Chunk {
        let (track, hz) = match config {
            CodecConfig::Video(_) => (Track::Video, VIDEO_TIMESCALE),
            CodecConfig::Audio(audio) => (Track::Audio, audio_timescale(audio)),
        };
        Chunk { track, hz, sequence: 0, base: MediaTime::ZERO, samples: Vec::new() }
    }

    /// The same, for what comes after another configuration; fragments go on being counted.
    pub fn reconfigured(&self, config: &CodecConfig) -> Chunk {
        Chunk { sequence: self.sequence, ..Chunk::new(config) }
    }

    /// Adds a frame after which the next begins at `until`. Frame and `until` are on the programme's line.
    pub fn add(&mut self, frame: &Frame, until: MediaTime) {
        if self.samples.is_empty() {
            self.base = frame.decode;
        }
        self.samples.push(Sample::of(frame, until, self.hz));
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Whether decoding can begin with its first frame.
    pub fn is_independent(&self) -> bool {
        self.samples.first().is_some_and(|first| first.keyframe)
    }

    /// What was added, as one CMAF chunk; the next begins empty.
    pub fn take(&mut self) -> Arc<[u8]> {
        self.sequence = self.sequence.wrapping_add(1);
        let base_decode = u64::try_from(self.base.to_ticks(self.hz)).unwrap_or(0);
        let Chunk { track, sequence, .. } = *self;
        let bytes = Fragment { sequence, track, base_decode, samples: &self.samples }.write();
        self.samples.clear();
        bytes.into()
    }
}

/// A segment without samples, for players that fetch what is marked as missing: only its type.
pub fn nothing() -> Arc<[u8]> {
    Arc::from(SEGMENT_TYPE)
}
