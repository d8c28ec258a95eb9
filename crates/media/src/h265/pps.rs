//! H.265's picture parameter set (ITU-T H.265, 7.3.2.3): what a slice header's form depends on.

use crate::bits::{Bits, unescape};

/// What a picture parameter set says of slice headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pps {
    pub(crate) output_flag: bool,
    pub(crate) extra_bits: usize,
}

impl Pps {
    /// Reads a unit, header included.
    pub(crate) fn parse(unit: &[u8]) -> Option<Pps> {
        if unit.first()? >> 1 & 0x3f != 34 {
            return None;
        }
        let bytes = unescape(unit.get(2..)?, 16);
        let mut bits = Bits::new(&bytes);
        bits.golomb()?;
        bits.golomb()?;
        bits.skip(1)?;
        let output_flag = bits.flag()?;
        Some(Pps { output_flag, extra_bits: usize::from(bits.small(3)?) })
    }
}
