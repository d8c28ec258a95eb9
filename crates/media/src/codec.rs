//! The codecs that can be forwarded.

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// A codec by name. What else it says of itself is in its [`Description`](crate::Description).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// H.264, of any profile.
    H264,
    /// H.265.
    H265,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// AV1.
    Av1,
    /// Opus.
    Opus,
}

impl Codec {
    /// Every codec there is.
    pub const ALL: [Codec; 6] = [Codec::H264, Codec::H265, Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::Opus];

    /// The codec of an `a=rtpmap` encoding name, which is not case-sensitive.
    pub fn parse(name: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The name in SDP's spelling.
    pub fn name(self) -> &'static str {
        match self {
            Codec::H264 => "H264",
            Codec::H265 => "H265",
            Codec::Vp8 => "VP8",
            Codec::Vp9 => "VP9",
            Codec::Av1 => "AV1",
            Codec::Opus => "opus",
        }
    }

    /// Whether it is sound or picture.
    pub fn kind(self) -> Kind {
        match self {
            Codec::H264 | Codec::H265 | Codec::Vp8 | Codec::Vp9 | Codec::Av1 => Kind::Video,
            Codec::Opus => Kind::Audio,
        }
    }

    /// Ticks of its RTP clock in a second.
    pub fn clock_hz(self) -> u32 {
        match self.kind() {
            Kind::Video => 90_000,
            Kind::Audio => 48_000,
        }
    }
}
