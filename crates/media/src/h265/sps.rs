//! H.265's sequence parameter set (ITU-T H.265, 7.3.2.2), as far as anybody here asks.

use crate::bits::{Bits, unescape};
use crate::h264::cropped;

/// Bytes of a set that are read.
const BYTES_MAX: usize = 256;

/// What a sequence parameter set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sps {
    pub(crate) number: u32,
    /// The twelve bytes of general profile, tier and level, which records and codec strings repeat.
    pub(crate) profile: [u8; 12],
    /// Temporal sub-layers.
    pub(crate) layers: u8,
    pub(crate) nested: bool,
    pub(crate) chroma_format: u8,
    pub(crate) separate_planes: bool,
    pub(crate) luma_bits: u8,
    pub(crate) chroma_bits: u8,
    pub(crate) order_bits: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Sps {
    /// Reads a unit, header included.
    pub(crate) fn parse(unit: &[u8]) -> Option<Sps> {
        if unit.first()? >> 1 & 0x3f != 33 {
            return None;
        }
        let bytes = unescape(unit.get(2..)?, BYTES_MAX);
        let mut bits = Bits::new(&bytes);
        bits.skip(4)?;
        let layers = bits.small(3)? + 1;
        let nested = bits.flag()?;
        let mut profile = [0; 12];
        for byte in &mut profile {
            *byte = bits.small(8)?;
        }
        skip_layers(&mut bits, layers)?;
        let number = bits.golomb()?;
        let chroma_format = at_most(bits.golomb()?, 3)?;
        let separate_planes = chroma_format == 3 && bits.flag()?;
        let (width, height) = (bits.golomb()?, bits.golomb()?);
        let mut crop = [0; 4];
        if bits.flag()? {
            for side in &mut crop {
                *side = bits.golomb()?;
            }
        }
        let (across, down) = match chroma_format {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let luma_bits = 8 + at_most(bits.golomb()?, 7)?;
        let chroma_bits = 8 + at_most(bits.golomb()?, 7)?;
        let order_bits = 4 + u32::from(at_most(bits.golomb()?, 12)?);
        let [left, right, top, bottom] = crop;
        Some(Sps {
            number,
            profile,
            layers,
            nested,
            chroma_format,
            separate_planes,
            luma_bits,
            chroma_bits,
            order_bits,
            width: cropped(width, left, right, across)?,
            height: cropped(height, top, bottom, down)?,
        })
    }
}

/// Passes over what the sub-layers say of themselves.
fn skip_layers(bits: &mut Bits<'_>, layers: u8) -> Option<()> {
    let below = layers - 1;
    let mut said = Vec::new();
    for _ in 0..below {
        said.push((bits.flag()?, bits.flag()?));
    }
    if below > 0 {
        bits.skip(2 * usize::from(8 - below))?;
    }
    for (profile, level) in said {
        bits.skip(if profile { 88 } else { 0 })?;
        bits.skip(if level { 8 } else { 0 })?;
    }
    Some(())
}

fn at_most(number: u32, most: u8) -> Option<u8> {
    u8::try_from(number).ok().filter(|small| *small <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets of x265; what they say is what `ffmpeg -bsf:v trace_headers` reads.
    #[test]
    fn sets_of_x265() {
        // Main profile, 1280x720.
        let main = [
            0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03,
            0x00, 0x5d, 0xa0, 0x02, 0x80, 0x80, 0x2d, 0x16, 0x59, 0x59, 0x52, 0x93, 0x0b, 0x9a, 0x83, 0x00,
            0x83, 0x5b, 0x08, 0x00,
        ];
        let set = Sps::parse(&main).expect("whole");
        assert_eq!((set.width, set.height), (1280, 720));
        assert_eq!((set.luma_bits, set.chroma_format, set.layers, set.order_bits), (8, 1, 1, 8));
        assert_eq!((set.profile[0], set.profile[11]), (1, 93));
        assert!((0..22).all(|end| Sps::parse(&main[..end]).is_none()));
        // Main 10, cropped to 642x362.
        let ten = [
            0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03,
            0x00, 0x3f, 0xa0, 0x05, 0x22, 0x01, 0x71, 0xc4, 0x48, 0xd9, 0x65, 0x65, 0x4a, 0x4c, 0x2e, 0x6a,
            0x0c, 0x02, 0x0d, 0x6c,
        ];
        let set = Sps::parse(&ten).expect("whole");
        assert_eq!((set.width, set.height, set.luma_bits, set.chroma_bits), (642, 362, 10, 10));
    }
}
