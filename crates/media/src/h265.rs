//! H.265: which RTP payloads (RFC 7798) begin a keyframe, and what its parameter sets and slices say.

pub(crate) mod pps;
pub(crate) mod record;
pub(crate) mod slice;
mod sps;

pub(crate) use sps::Sps;

use crate::bits::{Bits, unescape};

/// The number of a video parameter set.
pub(crate) fn video_number(unit: &[u8]) -> Option<u32> {
    unit.get(2).map(|byte| u32::from(byte >> 4))
}

/// The number of a sequence parameter set.
pub(crate) fn sequence_number(unit: &[u8]) -> Option<u32> {
    Sps::parse(unit).map(|sps| sps.number)
}

/// The number of a picture parameter set.
pub(crate) fn picture_number(unit: &[u8]) -> Option<u32> {
    let bytes = unescape(unit.get(2..)?, 8);
    Bits::new(&bytes).golomb()
}

/// The most units looked at in one aggregation packet.
const UNITS_MAX: usize = 64;

/// A single unit, an aggregate of them, or the first fragment of one, that is a random access picture or a
/// parameter set before one.
pub(crate) fn starts_keyframe(payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else { return false };
    match (first >> 1) & 0x3f {
        48 => aggregate(payload.get(2..).unwrap_or_default()),
        49 => payload.get(2).is_some_and(|header| header & 0x80 != 0 && opens(header & 0x3f)),
        unit => opens(unit),
    }
}

fn aggregate(mut rest: &[u8]) -> bool {
    for _ in 0..UNITS_MAX {
        let Some((size, unit)) = rest.split_first_chunk::<2>() else { return false };
        let size = usize::from(u16::from_be_bytes(*size));
        if unit.first().is_some_and(|header| opens((header >> 1) & 0x3f)) {
            return true;
        }
        let Some(next) = unit.get(size..) else { return false };
        rest = next;
    }
    false
}

/// 16 to 21 are pictures from which decoding may begin, 32 and 33 video and sequence parameter sets.
fn opens(unit: u8) -> bool {
    matches!(unit, 16..=21 | 32 | 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads() {
        let vectors: [(&str, &[u8], bool); 8] = [
            ("IDR_W_RADL", &[19 << 1, 1, 0xaf], true),
            ("CRA", &[21 << 1, 1, 0xaf], true),
            ("VPS", &[32 << 1, 1], true),
            ("PPS", &[34 << 1, 1], false),
            ("TRAIL_R", &[1 << 1, 1, 0xd0], false),
            ("AP of VPS", &[48 << 1, 1, 0, 2, 32 << 1, 1], true),
            ("FU, first of IDR", &[49 << 1, 1, 0x80 | 19], true),
            ("FU, later of IDR", &[49 << 1, 1, 19], false),
        ];
        for (what, payload, expected) in vectors {
            assert_eq!(starts_keyframe(payload), expected, "{what}");
        }
    }
}
