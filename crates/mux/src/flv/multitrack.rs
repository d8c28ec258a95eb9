//! What enhanced RTMP's extended headers of sound and picture have in common: extensions, and several tracks in one
//! message.

use super::FourCc;

/// Tracks of one message that are looked at; encoders that send several send two to five.
const TRACKS_MAX: usize = 16;

/// Extensions before one header. One is defined.
const EXTENSIONS_MAX: usize = 8;

const EXTENSION: u8 = 7;
const NANO_OFFSET: u8 = 0;

/// The forms a message of several tracks has: one of them; several of one codec; several, each with its codec.
const ONE_TRACK: u8 = 0;
const MANY_TRACKS: u8 = 1;
const MANY_CODECS: u8 = 2;

/// The part of one message that is one track's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Which; 0 is the one an encoder with a single track sends.
    pub(super) track: u8,
    pub(super) codec: FourCc,
    /// What it is: a configuration, a frame.
    pub(super) packet: u8,
    /// Nanoseconds to be added to the message's time.
    pub(super) nanos: u32,
    pub(super) body: &'a [u8],
}

/// Reads the extensions. Gives the packet's kind after them, the offset, and the rest.
pub(super) fn extensions(mut packet: u8, mut rest: &[u8]) -> Option<(u8, u32, &[u8])> {
    let mut nanos = 0;
    for _ in 0..EXTENSIONS_MAX {
        if packet != EXTENSION {
            return Some((packet, nanos, rest));
        }
        let (&[size], after) = rest.split_first_chunk()?;
        let mut size = usize::from(size) + 1;
        rest = after;
        if size == 256 {
            let (long, after) = rest.split_first_chunk()?;
            size = usize::from(u16::from_be_bytes(*long)) + 1;
            rest = after;
        }
        let (data, after) = rest.split_at_checked(size)?;
        let (&[kinds], after) = after.split_first_chunk()?;
        if let (NANO_OFFSET, [a, b, c, ..]) = (kinds >> 4, data) {
            // Never a millisecond or more: that is the message's own time.
            nanos = u32::from_be_bytes([0, *a, *b, *c]).min(999_999);
        }
        packet = kinds & 0xf;
        rest = after;
    }
    None
}

/// Reads a message's tracks; `multitrack` is the packet's kind that says that there are several.
pub(super) fn parts(packet: u8, multitrack: u8, nanos: u32, rest: &[u8]) -> Option<Vec<Part<'_>>> {
    if packet != multitrack {
        let (codec, body) = rest.split_first_chunk()?;
        return Some(vec![Part { track: 0, codec: FourCc(*codec), packet, nanos, body }]);
    }
    let (&[kinds], mut rest) = rest.split_first_chunk()?;
    let (form, packet) = (kinds >> 4, kinds & 0xf);
    if packet == multitrack || packet == EXTENSION || ![ONE_TRACK, MANY_TRACKS, MANY_CODECS].contains(&form) {
        return None;
    }
    let mut codec = FourCc([0; 4]);
    if form != MANY_CODECS {
        let (letters, after) = rest.split_first_chunk()?;
        (codec, rest) = (FourCc(*letters), after);
    }
    let mut parts = Vec::new();
    while !rest.is_empty() && parts.len() < TRACKS_MAX {
        if form == MANY_CODECS {
            let (letters, after) = rest.split_first_chunk()?;
            (codec, rest) = (FourCc(*letters), after);
        }
        let (&[track], after) = rest.split_first_chunk()?;
        let body;
        (body, rest) = if form == ONE_TRACK {
            (after, &[][..])
        } else {
            let ([a, b, c], after) = after.split_first_chunk()?;
            let size = u32::from_be_bytes([0, *a, *b, *c]);
            after.split_at_checked(usize::try_from(size).ok()?)?
        };
        parts.push(Part { track, codec, packet, nanos, body });
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MULTITRACK: u8 = 6;

    fn told(kind: u8, rest: &[u8]) -> Option<Vec<String>> {
        let (packet, nanos, rest) = extensions(kind, rest)?;
        let parts = parts(packet, MULTITRACK, nanos, rest)?;
        let line = |part: &Part| format!("{} {} {} {:?}", part.track, part.codec, part.packet, part.body);
        Some(parts.iter().map(line).collect())
    }

    #[track_caller]
    fn check(kind: u8, rest: &[u8], expected: &[&str]) {
        assert_eq!(told(kind, rest).expect("it makes sense"), expected);
    }

    #[test]
    fn one_track_two_tracks_and_two_codecs() {
        check(1, b"hvc1\x09", &["0 hvc1 1 [9]"]);
        check(6, b"\x01hvc1\x03\x09\x08", &["3 hvc1 1 [9, 8]"]);
        let two = b"\x11hvc1\x00\x00\x00\x01\x09\x01\x00\x00\x02\x08\x07";
        check(6, two, &["0 hvc1 1 [9]", "1 hvc1 1 [8, 7]"]);
        let codecs = b"\x20avc1\x00\x00\x00\x01\x09hvc1\x01\x00\x00\x00";
        check(6, codecs, &["0 avc1 0 [9]", "1 hvc1 0 []"]);
    }

    #[test]
    fn extensions_are_passed_over_and_the_offset_is_taken() {
        let nanos = |rest| extensions(7, rest).map(|(packet, nanos, rest)| (packet, nanos, rest.len()));
        assert_eq!(nanos(b"\x02\x00\x01\x00\x01avc1"), Some((1, 256, 4)));
        assert_eq!(nanos(b"\x00\x55\xf7\x02\x00\x00\x07\x03z"), Some((3, 7, 1)), "an unknown one before");
        let long = [&[255, 0x01, 0x00][..], &[0; 257], &[0x01]].concat();
        assert_eq!(nanos(&long), Some((1, 0, 0)));
        assert_eq!(nanos(&[0, 0, 0x07].repeat(9)), None, "extensions without end");
    }

    #[test]
    fn a_track_longer_than_its_message_is_refused() {
        assert_eq!(told(6, b"\x11hvc1\x00\x00\x00\x09\x09"), None);
        assert_eq!(told(6, b"\x16hvc1\x00\x00\x00\x01\x09"), None, "several inside several");
        assert_eq!(told(6, b"\x31hvc1\x00"), None, "a form there is not");
    }
}
