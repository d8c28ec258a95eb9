//! A sound's tag, old and enhanced.

use media::AudioCodec;

use super::multitrack::{extensions, parts};

// The old formats.
const MP3: u8 = 2;
const EXTENDED: u8 = 9;
const AAC: u8 = 10;
const MP3_8_KHZ: u8 = 14;

// The enhanced packets.
const SEQUENCE_START: u8 = 0;
const CODED_FRAMES: u8 = 1;
const SEQUENCE_END: u8 = 2;
const MULTICHANNEL: u8 = 4;
const MULTITRACK: u8 = 5;

/// What one track of a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AudioPart<'a> {
    pub(super) track: u8,
    pub(super) nanos: u32,
    pub(super) says: Audio<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Audio<'a> {
    Config {
        codec: AudioCodec,
        record: &'a [u8],
    },
    Frame {
        codec: AudioCodec,
        data: &'a [u8],
    },
    /// A codec that is not taken.
    Unknown(String),
    /// The order of channels, the end: nothing that is needed here.
    Aside,
}

/// Reads a tag's body; `None` if it makes no sense.
pub(super) fn parse(body: &[u8]) -> Option<Vec<AudioPart<'_>>> {
    let (&[first], rest) = body.split_first_chunk()?;
    if first >> 4 != EXTENDED {
        let says = legacy(first >> 4, rest)?;
        return Some(vec![AudioPart { track: 0, nanos: 0, says }]);
    }
    let (packet, nanos, rest) = extensions(first & 0xf, rest)?;
    let parts = parts(packet, MULTITRACK, nanos, rest)?;
    let read = parts.into_iter().map(|part| {
        let says = match part.codec.audio() {
            Some(codec) => enhanced(codec, part.packet, part.body)?,
            None => Audio::Unknown(part.codec.to_string()),
        };
        Some(AudioPart { track: part.track, nanos: part.nanos, says })
    });
    read.collect()
}

fn legacy(format: u8, rest: &[u8]) -> Option<Audio<'_>> {
    match format {
        MP3 | MP3_8_KHZ => Some(Audio::Frame { codec: AudioCodec::Mp3, data: rest }),
        AAC => {
            let (&[packet], body) = rest.split_first_chunk()?;
            enhanced(AudioCodec::Aac, packet, body)
        }
        number => Some(Audio::Unknown(format!("number {number}"))),
    }
}

fn enhanced(codec: AudioCodec, packet: u8, body: &[u8]) -> Option<Audio<'_>> {
    match packet {
        SEQUENCE_START => Some(Audio::Config { codec, record: body }),
        CODED_FRAMES => Some(Audio::Frame { codec, data: body }),
        SEQUENCE_END | MULTICHANNEL => Some(Audio::Aside),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], expected: Audio<'_>) {
        let read = parse(body).expect("it makes sense");
        assert_eq!(read.into_iter().map(|part| part.says).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn old_and_enhanced_tags() {
        check(&[0xaf, 0, 0x12, 0x10], Audio::Config { codec: AudioCodec::Aac, record: &[0x12, 0x10] });
        check(&[0xaf, 1, 7], Audio::Frame { codec: AudioCodec::Aac, data: &[7] });
        check(&[0x2f, 0xff, 0xfb], Audio::Frame { codec: AudioCodec::Mp3, data: &[0xff, 0xfb] });
        check(b"\x90OpusOpusHead", Audio::Config { codec: AudioCodec::Opus, record: b"OpusHead" });
        check(b"\x91Opus\xfc", Audio::Frame { codec: AudioCodec::Opus, data: &[0xfc] });
        check(b"\x91mp4a\x07", Audio::Frame { codec: AudioCodec::Aac, data: &[7] });
        check(b"\x91.mp3\xff", Audio::Frame { codec: AudioCodec::Mp3, data: &[0xff] });
        check(b"\x94Opus\x00\x02", Audio::Aside);
        check(b"\x90fLaC", Audio::Unknown("fLaC".into()));
        check(&[0x72, 1], Audio::Unknown("number 7".into()));
    }

    #[test]
    fn what_ends_too_early_makes_no_sense() {
        for body in [&[][..], &[0xaf], &[0xaf, 7], b"\x91Op", b"\x99Opus"] {
            assert_eq!(parse(body), None, "{body:?}");
        }
    }
}
