//! The four letters by which enhanced RTMP names a codec.

use std::fmt;

use media::{AudioCodec, Codec};

/// Four letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// The pictures that are taken, best known first.
    pub const VIDEO: [FourCc; 4] = [FourCc(*b"avc1"), FourCc(*b"hvc1"), FourCc(*b"av01"), FourCc(*b"vp09")];

    /// The sounds that are taken.
    pub const AUDIO: [FourCc; 3] = [FourCc(*b"mp4a"), FourCc(*b"Opus"), FourCc(*b".mp3")];

    /// The letters as a text, where they are letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("????")
    }

    pub(super) fn video(self) -> Option<Codec> {
        match &self.0 {
            b"avc1" => Some(Codec::H264),
            b"hvc1" => Some(Codec::H265),
            b"av01" => Some(Codec::Av1),
            b"vp09" => Some(Codec::Vp9),
            _ => None,
        }
    }

    pub(super) fn audio(self) -> Option<AudioCodec> {
        match &self.0 {
            b"mp4a" => Some(AudioCodec::Aac),
            b"Opus" => Some(AudioCodec::Opus),
            b".mp3" => Some(AudioCodec::Mp3),
            _ => None,
        }
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}
