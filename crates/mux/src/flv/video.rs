//! A picture's tag, old and enhanced.

use media::Codec;

use super::multitrack::{extensions, parts};

const EXTENDED: u8 = 0x80;
const KEYFRAME: u8 = 1;
const COMMAND: u8 = 5;

// The old codec numbers. 12 was never in the standard, but cameras and whole countries use it.
const AVC: u8 = 7;
const HEVC: u8 = 12;

// The enhanced packets; of the old ones 0 to 2 mean the same.
const SEQUENCE_START: u8 = 0;
const CODED_FRAMES: u8 = 1;
const SEQUENCE_END: u8 = 2;
const CODED_FRAMES_X: u8 = 3;
const METADATA: u8 = 4;
const MPEG2TS_SEQUENCE_START: u8 = 5;
const MULTITRACK: u8 = 6;

/// What one track of a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VideoPart<'a> {
    pub(super) track: u8,
    pub(super) nanos: u32,
    pub(super) says: Video<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Video<'a> {
    Config {
        codec: Codec,
        record: &'a [u8],
    },
    Frame {
        codec: Codec,
        keyframe: bool,
        /// How much later than decoded it is shown, in milliseconds.
        composition_ms: i32,
        data: &'a [u8],
    },
    /// A codec that is not taken.
    Unknown(String),
    /// Colours, commands of a player, the end: nothing that is needed here.
    Aside,
}

/// Reads a tag's body; `None` if it makes no sense.
pub(super) fn parse(body: &[u8]) -> Option<Vec<VideoPart<'_>>> {
    let (&[first], rest) = body.split_first_chunk()?;
    if first & EXTENDED == 0 {
        let says = legacy(first, rest)?;
        return Some(vec![VideoPart { track: 0, nanos: 0, says }]);
    }
    let frame = first >> 4 & 7;
    let (packet, nanos, rest) = extensions(first & 0xf, rest)?;
    if frame == COMMAND && packet != METADATA {
        return Some(vec![VideoPart { track: 0, nanos, says: Video::Aside }]);
    }
    let parts = parts(packet, MULTITRACK, nanos, rest)?;
    let read = parts.into_iter().map(|part| {
        let says = match part.codec.video() {
            Some(codec) => enhanced(codec, part.packet, frame == KEYFRAME, part.body)?,
            None => Video::Unknown(part.codec.to_string()),
        };
        Some(VideoPart { track: part.track, nanos: part.nanos, says })
    });
    read.collect()
}

fn legacy(first: u8, rest: &[u8]) -> Option<Video<'_>> {
    if first >> 4 == COMMAND {
        return Some(Video::Aside);
    }
    let codec = match first & 0xf {
        AVC => Codec::H264,
        HEVC => Codec::H265,
        number => return Some(Video::Unknown(format!("number {number}"))),
    };
    let (&[packet], rest) = rest.split_first_chunk()?;
    match packet {
        SEQUENCE_START => {
            let (_, record) = rest.split_at_checked(3)?;
            Some(Video::Config { codec, record })
        }
        CODED_FRAMES => timed(codec, first >> 4 == KEYFRAME, rest),
        SEQUENCE_END => Some(Video::Aside),
        _ => None,
    }
}

fn enhanced(codec: Codec, packet: u8, keyframe: bool, body: &[u8]) -> Option<Video<'_>> {
    let at_once = Video::Frame { codec, keyframe, composition_ms: 0, data: body };
    match packet {
        SEQUENCE_START => Some(Video::Config { codec, record: body }),
        CODED_FRAMES => match codec {
            Codec::H264 | Codec::H265 => timed(codec, keyframe, body),
            // These never show a frame later than it is decoded.
            Codec::Av1 | Codec::Vp9 | Codec::Vp8 => Some(at_once),
            Codec::Opus => None,
        },
        CODED_FRAMES_X => Some(at_once),
        SEQUENCE_END | METADATA | MPEG2TS_SEQUENCE_START => Some(Video::Aside),
        _ => None,
    }
}

fn timed(codec: Codec, keyframe: bool, body: &[u8]) -> Option<Video<'_>> {
    let ([a, b, c], data) = body.split_first_chunk()?;
    // 24 bits with a sign.
    let composition_ms = i32::from_be_bytes([*a, *b, *c, 0]) >> 8;
    Some(Video::Frame { codec, keyframe, composition_ms, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], expected: Video<'_>) {
        let read = parse(body).expect("it makes sense");
        assert_eq!(read.into_iter().map(|part| part.says).collect::<Vec<_>>(), [expected]);
    }

    fn frame(codec: Codec, keyframe: bool, composition_ms: i32, data: &[u8]) -> Video<'_> {
        Video::Frame { codec, keyframe, composition_ms, data }
    }

    #[test]
    fn old_tags() {
        check(&[0x17, 0, 0, 0, 0, 1, 2], Video::Config { codec: Codec::H264, record: &[1, 2] });
        check(&[0x1c, 0, 0, 0, 0, 1, 2], Video::Config { codec: Codec::H265, record: &[1, 2] });
        check(&[0x17, 1, 0, 0, 80, 9], frame(Codec::H264, true, 80, &[9]));
        check(&[0x27, 1, 0xff, 0xff, 0xf6, 9], frame(Codec::H264, false, -10, &[9]));
        check(&[0x17, 2, 0, 0, 0], Video::Aside);
        check(&[0x57, 0], Video::Aside);
        check(&[0x22, 1, 2, 3], Video::Unknown("number 2".into()));
    }

    #[test]
    fn enhanced_tags() {
        check(b"\x90hvc1\x01", Video::Config { codec: Codec::H265, record: &[1] });
        check(b"\x91hvc1\x00\x00\x28\x09", frame(Codec::H265, true, 40, &[9]));
        check(b"\xa3hvc1\x09", frame(Codec::H265, false, 0, &[9]));
        check(b"\xa1avc1\xff\xff\xff\x09", frame(Codec::H264, false, -1, &[9]));
        check(b"\x91av01\x12\x00", frame(Codec::Av1, true, 0, &[0x12, 0]));
        check(b"\xa1vp09\x86", frame(Codec::Vp9, false, 0, &[0x86]));
        check(b"\x94hvc1\x02\x00", Video::Aside);
        check(b"\xd0\x00", Video::Aside);
        check(b"\x90vvc1\x01", Video::Unknown("vvc1".into()));
        check(b"\x90\x00\xff\"1\x01", Video::Unknown("\\x00\\xff\\\"1".into()));
    }

    #[test]
    fn what_ends_too_early_makes_no_sense() {
        for body in
            [&[][..], &[0x17], &[0x17, 0, 0], &[0x17, 1, 0, 0], &[0x17, 9, 0, 0, 0], b"\x91hv", b"\x99hvc1"]
        {
            assert_eq!(parse(body), None, "{body:?}");
        }
    }
}
