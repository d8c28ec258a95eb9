//! Fragmented MP4, as CMAF (ISO/IEC 23000-19) has it: an init segment that says what comes, and fragments of a track.
//!
//! Written here and not by a library: the codec's record goes in as its encoder made it, and the samples' bytes are
//! copied once, straight into the fragment.

mod boxes;
mod entry;
mod fragment;
mod init;
mod producer;
mod reader;

pub use fragment::{Fragment, SEGMENT_TYPE, Sample};
pub use init::Init;
pub use producer::ProducerTime;
pub use reader::{Movie, Piece, ReadError, TrackInfo};

use media::AudioConfig;

/// Ticks in a second of a picture's track.
pub const VIDEO_TIMESCALE: u32 = 90_000;

/// A track of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// The picture.
    Video,
    /// The sound.
    Audio,
}

impl Track {
    /// Its number in the file, the same whether or not the other one is there.
    pub fn id(self) -> u32 {
        match self {
            Track::Video => 1,
            Track::Audio => 2,
        }
    }
}

/// Ticks in a second of a sound's track: its sampling rate.
pub fn audio_timescale(config: &AudioConfig) -> u32 {
    config.rate_hz.max(1)
}
