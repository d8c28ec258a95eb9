//! H.264: which RTP payloads (RFC 6184) begin a keyframe, and what its parameter sets and slices say.

pub(crate) mod record;
pub(crate) mod slice;
mod sps;

pub(crate) use sps::{Order, Sps, cropped};

use crate::bits::{Bits, unescape};

/// The number of a sequence parameter set.
pub(crate) fn sequence_number(unit: &[u8]) -> Option<u32> {
    let bytes = unescape(unit.get(4..)?, 8);
    Bits::new(&bytes).golomb()
}

/// The number of a picture parameter set.
pub(crate) fn picture_number(unit: &[u8]) -> Option<u32> {
    let bytes = unescape(unit.get(1..)?, 8);
    Bits::new(&bytes).golomb()
}

/// The most units looked at in one aggregation packet. A frame's parameter sets come first, so what lies
/// further back cannot be its beginning.
const UNITS_MAX: usize = 64;

/// A single unit, an aggregate of them, or the first fragment of one, that is an IDR slice or a sequence
/// parameter set.
pub(crate) fn starts_keyframe(payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else { return false };
    match first & 0x1f {
        24 => aggregate(payload.get(1..), 0),
        25 => aggregate(payload.get(3..), 0),
        26 => aggregate(payload.get(3..), 3),
        27 => aggregate(payload.get(3..), 4),
        28 | 29 => payload.get(1).is_some_and(|header| header & 0x80 != 0 && opens(header & 0x1f)),
        unit => opens(unit),
    }
}

/// Walks length-prefixed units, each behind `skip` bytes of its own (an MTAP's order number and time).
fn aggregate(rest: Option<&[u8]>, skip: usize) -> bool {
    let mut rest = rest.unwrap_or_default();
    for _ in 0..UNITS_MAX {
        let Some((size, after)) = rest.split_first_chunk::<2>() else { return false };
        let size = usize::from(u16::from_be_bytes(*size));
        let Some(unit) = after.get(skip..) else { return false };
        match unit.first() {
            Some(header) if opens(header & 0x1f) => return true,
            Some(_) => {}
            None => return false,
        }
        let Some(next) = unit.get(size..) else { return false };
        rest = next;
    }
    false
}

/// 5 is an IDR slice, 7 a sequence parameter set.
fn opens(unit: u8) -> bool {
    matches!(unit, 5 | 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads() {
        let vectors: [(&str, &[u8], bool); 14] = [
            ("IDR slice alone", &[0x65, 0x88], true),
            ("SPS alone, constrained baseline", &[0x67, 0x42, 0xe0, 0x1f], true),
            ("SPS alone, high", &[0x67, 0x64, 0x00, 0x28], true),
            ("PPS alone", &[0x68, 0xce], false),
            ("SEI alone", &[0x06, 0x05], false),
            ("access unit delimiter alone", &[0x09, 0xf0], false),
            ("P slice", &[0x41, 0x9a], false),
            ("STAP-A of SPS and PPS", &[0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce], true),
            ("STAP-A of delimiter and IDR", &[0x78, 0, 2, 0x09, 0xf0, 0, 2, 0x65, 0x88], true),
            ("STAP-A of P slices", &[0x78, 0, 1, 0x41, 0, 1, 0x41], false),
            ("FU-A, first fragment of IDR", &[0x7c, 0x85, 0x88], true),
            ("FU-A, later fragment of IDR", &[0x7c, 0x05, 0x88], false),
            ("FU-A, first fragment of P", &[0x5c, 0x81, 0x9a], false),
            ("STAP-A whose length lies", &[0x78, 0xff, 0xff, 0x41], false),
        ];
        for (what, payload, expected) in vectors {
            assert_eq!(starts_keyframe(payload), expected, "{what}");
        }
        assert!(!starts_keyframe(&[]));
        assert!(!starts_keyframe(&[0x7c]));
    }
}
