//! A coded frame, and what its decoder has to know first.

use std::sync::Arc;

use crate::{Codec, Kind, MediaTime};

/// One picture or one packet of sound, as its encoder made it, whichever way it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Sound or picture.
    pub kind: Kind,
    /// When it is decoded, on the line of time that the stream's sound and picture share.
    pub decode: MediaTime,
    /// When it is shown; later than `decode` where pictures are sent out of order (B-frames).
    pub show: MediaTime,
    /// Whether decoding can begin here. True of every packet of sound.
    pub keyframe: bool,
    /// The bytes. H.264 and H.265: NAL units, each after its length in four bytes, without parameter sets (they are
    /// in the configuration). AV1: OBUs with their sizes, without temporal delimiters. VP8, VP9: the frame. AAC: one
    /// raw access unit without ADTS. Opus: one packet. MP3: one frame with its header.
    pub data: Arc<[u8]>,
}

/// What a decoder has to know before the first frame. Another configuration in the middle of a stream is a new
/// resolution, profile or codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodecConfig {
    /// Of a picture.
    Video(VideoConfig),
    /// Of sound.
    Audio(AudioConfig),
}

/// A picture's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// The codec.
    pub codec: Codec,
    /// The decoder's configuration record as MP4 holds it: the content of `avcC`, `hvcC`, `av1C` or `vpcC`; empty for VP8.
    pub record: Arc<[u8]>,
    /// Width in pixels, as shown.
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
}

/// How sound is coded. More than can be forwarded by WebRTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AudioCodec {
    /// AAC, of any object type that the record names.
    Aac,
    /// Opus.
    Opus,
    /// MPEG-1 or MPEG-2 layer 3.
    Mp3,
}

/// Sound's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioConfig {
    /// How it is coded.
    pub codec: AudioCodec,
    /// AAC: the AudioSpecificConfig (ISO/IEC 14496-3). Opus: the content of `dOps`. MP3: empty.
    pub record: Arc<[u8]>,
    /// Samples a second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u8,
}

impl CodecConfig {
    /// Whether it is of sound or picture.
    pub fn kind(&self) -> Kind {
        match self {
            CodecConfig::Video(_) => Kind::Video,
            CodecConfig::Audio(_) => Kind::Audio,
        }
    }
}
