//! What is said of a stream that is not as it should be.

use std::fmt;

use media::Kind;

/// Something an encoder should know. Each is said once a stream and kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Only the first of several pictures or sounds is taken.
    MoreTracks(Kind),
    /// A codec that is not taken, by its four letters or its old number.
    UnknownCodec(Kind, String),
    /// Frames came before their configuration, and were left out.
    FrameBeforeConfig(Kind),
    /// A configuration that cannot be read, or is empty; the one before stays.
    BadConfig(Kind),
    /// A tag that ends too early or says nonsense; it was left out.
    BadTag(Kind),
    /// The encoder's clock jumped; the show's time goes on without the jump.
    ClockJumped(Kind),
}

impl Note {
    /// Notes of the same sort are said only once.
    pub(super) fn sort(&self) -> (u8, Kind) {
        match self {
            Note::MoreTracks(kind) => (0, *kind),
            Note::UnknownCodec(kind, _) => (1, *kind),
            Note::FrameBeforeConfig(kind) => (2, *kind),
            Note::BadConfig(kind) => (3, *kind),
            Note::BadTag(kind) => (4, *kind),
            Note::ClockJumped(kind) => (5, *kind),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |kind: &Kind| match kind {
            Kind::Audio => "sound",
            Kind::Video => "picture",
        };
        match self {
            Note::MoreTracks(kind) => {
                write!(f, "the encoder sends more than one {}; only the first is taken", name(kind))
            }
            Note::UnknownCodec(kind, codec) => write!(
                f,
                "the {} is left out: its codec ({codec}) is not taken here; use H.264, H.265, AV1 or VP9, and AAC, Opus \
                 or MP3",
                name(kind)
            ),
            Note::FrameBeforeConfig(kind) => {
                write!(f, "the {} came before its configuration; that much of it is left out", name(kind))
            }
            Note::BadConfig(kind) => write!(f, "a configuration of the {} cannot be read", name(kind)),
            Note::BadTag(kind) => write!(f, "a message of the {} cannot be read and is left out", name(kind)),
            Note::ClockJumped(kind) => {
                write!(
                    f,
                    "the encoder's clock of the {} jumped; the show goes on without the jump",
                    name(kind)
                )
            }
        }
    }
}
