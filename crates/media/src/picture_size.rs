//! How large a picture is, read from the packet that begins its keyframe.

use crate::{Codec, Vp8Descriptor, av1, h264, h265, vp8};

/// The most units looked at in one aggregation packet; parameter sets come first.
const UNITS_MAX: usize = 16;

/// Width and height in pixels, where `payload` is a packet that says them: the first of a keyframe of VP8 or AV1, a
/// sequence parameter set of H.264 or H.265. `None` for everything else; a VP9 picture says its size behind more than
/// is worth reading for each packet.
pub fn picture_size(codec: Codec, payload: &[u8]) -> Option<(u16, u16)> {
    let (width, height) = match codec {
        Codec::Vp8 => {
            let descriptor = Vp8Descriptor::parse(payload)?;
            if !descriptor.starts_keyframe(payload) {
                return None;
            }
            vp8::size(payload.get(descriptor.bytes..)?)?
        }
        Codec::H264 => {
            let sps = h264::Sps::parse(set(payload, 1, |first| first & 0x1f, 7, 24)?)?;
            (sps.width, sps.height)
        }
        Codec::H265 => {
            let sps = h265::Sps::parse(set(payload, 2, |first| first >> 1 & 0x3f, 33, 48)?)?;
            (sps.width, sps.height)
        }
        Codec::Av1 => {
            let sequence = av1::first_sequence(payload)?;
            (sequence.width, sequence.height)
        }
        Codec::Vp9 | Codec::Opus => return None,
    };
    Some((u16::try_from(width).ok()?, u16::try_from(height).ok()?))
}

/// The unit of the wanted kind in a packet: alone, or in an aggregate behind a header of so many bytes.
fn set(payload: &[u8], header: usize, kind: fn(u8) -> u8, wanted: u8, aggregate: u8) -> Option<&[u8]> {
    let first = kind(*payload.first()?);
    if first == wanted {
        return Some(payload);
    }
    if first != aggregate {
        return None;
    }
    let mut rest = payload.get(header..)?;
    for _ in 0..UNITS_MAX {
        let (size, after) = rest.split_first_chunk::<2>()?;
        let unit = after.get(..usize::from(u16::from_be_bytes(*size)))?;
        if kind(*unit.first()?) == wanted {
            return Some(unit);
        }
        rest = after.get(unit.len()..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What x264 writes for 640x360, as `ffprobe -show_streams` reads it.
    const BASELINE_640_360: [u8; 23] = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x3c, 0x0f, 0x16,
    ];

    #[test]
    fn sizes() {
        let vp8 = [0x90, 0x80, 0x05, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02];
        assert_eq!(picture_size(Codec::Vp8, &vp8), Some((1_280, 720)));
        assert_eq!(picture_size(Codec::Vp8, &[0x90, 0x80, 0x05, 0x11, 0x02, 0x00]), None, "no keyframe");
        assert_eq!(picture_size(Codec::H264, &BASELINE_640_360), Some((640, 360)));
        let mut aggregate = vec![0x78, 0, 2, 0x09, 0xf0, 0, 23];
        aggregate.extend(BASELINE_640_360);
        assert_eq!(picture_size(Codec::H264, &aggregate), Some((640, 360)));
        assert_eq!(picture_size(Codec::H264, &[0x7c, 0x85, 0x88]), None, "a fragment has no set");
    }

    proptest! {
        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            for codec in Codec::ALL {
                picture_size(codec, &payload);
            }
        }
    }
}
