//! H.264's sequence parameter set (ITU-T H.264, 7.3.2.1.1), as far as anybody here asks.

use crate::bits::{Bits, unescape};

/// Bytes of a set that are read; everything before its VUI fits in far less, scaling lists included.
const BYTES_MAX: usize = 1_024;

/// What a sequence parameter set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sps {
    pub(crate) chroma_format: u8,
    pub(crate) separate_planes: bool,
    pub(crate) luma_bits: u8,
    pub(crate) chroma_bits: u8,
    pub(crate) frame_number_bits: u32,
    pub(crate) order: Order,
    pub(crate) frames_only: bool,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// How pictures say when they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// By a number in each slice, of so many bits.
    Number { bits: u32 },
    /// By a cycle that the set describes.
    Cycle,
    /// They are shown in the order in which they are decoded.
    Decode,
}

/// Profiles whose sets say how colours are sampled.
const HIGH: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

impl Sps {
    /// Reads a unit, header included.
    pub(crate) fn parse(unit: &[u8]) -> Option<Sps> {
        if unit.first()? & 0x1f != 7 {
            return None;
        }
        let bytes = unescape(unit.get(1..)?, BYTES_MAX);
        let mut bits = Bits::new(&bytes);
        let profile = bits.small(8)?;
        bits.skip(16)?;
        bits.golomb()?;
        let (mut chroma_format, mut separate_planes, mut luma_bits, mut chroma_bits) = (1, false, 8, 8);
        if HIGH.contains(&profile) {
            chroma_format = at_most(bits.golomb()?, 3)?;
            if chroma_format == 3 {
                separate_planes = bits.flag()?;
            }
            luma_bits = 8 + at_most(bits.golomb()?, 6)?;
            chroma_bits = 8 + at_most(bits.golomb()?, 6)?;
            bits.skip(1)?;
            if bits.flag()? {
                scaling_lists(&mut bits, if chroma_format == 3 { 12 } else { 8 })?;
            }
        }
        let frame_number_bits = 4 + u32::from(at_most(bits.golomb()?, 12)?);
        let order = order(&mut bits)?;
        bits.golomb()?;
        bits.skip(1)?;
        let columns = bits.golomb()?.checked_add(1)?;
        let rows = bits.golomb()?.checked_add(1)?;
        let frames_only = bits.flag()?;
        if !frames_only {
            bits.skip(1)?;
        }
        bits.skip(1)?;
        let mut crop = [0; 4];
        if bits.flag()? {
            for side in &mut crop {
                *side = bits.golomb()?;
            }
        }
        let fields = if frames_only { 1 } else { 2 };
        // Cropping counts in samples of the colours, and both fields of a row.
        let (across, down) = match chroma_format {
            _ if separate_planes => (1, 1),
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let [left, right, top, bottom] = crop;
        let width = cropped(columns.checked_mul(16)?, left, right, across)?;
        let height = cropped(rows.checked_mul(16 * fields)?, top, bottom, down * fields)?;
        let set = Sps {
            chroma_format,
            separate_planes,
            luma_bits,
            chroma_bits,
            frame_number_bits,
            order,
            frames_only,
            width,
            height,
        };
        Some(set)
    }
}

/// A length without what is cut off at both ends, in steps; `None` when nothing is left or it is absurd.
pub(crate) fn cropped(length: u32, before: u32, after: u32, step: u32) -> Option<u32> {
    let cut = before.checked_add(after)?.checked_mul(step)?;
    length.checked_sub(cut).filter(|left| (1..=65_535).contains(left))
}

fn at_most(number: u32, most: u8) -> Option<u8> {
    u8::try_from(number).ok().filter(|small| *small <= most)
}

fn order(bits: &mut Bits<'_>) -> Option<Order> {
    match bits.golomb()? {
        0 => Some(Order::Number { bits: 4 + u32::from(at_most(bits.golomb()?, 12)?) }),
        1 => {
            bits.skip(1)?;
            bits.signed_golomb()?;
            bits.signed_golomb()?;
            for _ in 0..at_most(bits.golomb()?, 255)? {
                bits.signed_golomb()?;
            }
            Some(Order::Cycle)
        }
        2 => Some(Order::Decode),
        _ => None,
    }
}

fn scaling_lists(bits: &mut Bits<'_>, lists: usize) -> Option<()> {
    for list in 0..lists {
        if !bits.flag()? {
            continue;
        }
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = last.wrapping_add(bits.signed_golomb()?).rem_euclid(256);
            }
            if next != 0 {
                last = next;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets as encoders wrote them; what they say is what `ffmpeg -bsf:v trace_headers` reads.
    #[test]
    fn sets_of_encoders() {
        // x264, constrained baseline, cropped to 642x362, without B-frames.
        let x264 = [
            0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x90, 0xbf, 0x88, 0x92, 0x6a, 0x0c, 0x02, 0x0d, 0x6e, 0x00,
            0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x78, 0x1e, 0x2c, 0x5d, 0x40,
        ];
        let set = Sps::parse(&x264).expect("whole");
        assert_eq!((set.width, set.height, set.order), (642, 362, Order::Decode));
        assert_eq!((set.frame_number_bits, set.frames_only), (4, true));
        // A camera's, 720x480.
        let camera = [
            0x27, 0x42, 0xe0, 0x1e, 0xa9, 0x18, 0x16, 0x87, 0xb6, 0x00, 0xd4, 0x18, 0x04, 0x1a, 0xdb, 0x0a,
            0xd7, 0xbd, 0xf0, 0x10,
        ];
        let set = Sps::parse(&camera).expect("whole");
        assert_eq!((set.width, set.height), (720, 480));
        assert_eq!((set.frame_number_bits, set.order), (5, Order::Number { bits: 7 }));
    }

    #[test]
    fn a_set_cut_short_or_absurd_is_none() {
        let whole = [0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x90, 0xbf, 0x88, 0x92];
        for end in 0..whole.len() - 1 {
            assert_eq!(Sps::parse(&whole[..end]), None, "{end}");
        }
        assert_eq!(Sps::parse(&[0x68, 0xce]), None);
    }
}
