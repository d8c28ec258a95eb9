//! The front of H.265's slice segment header (ITU-T H.265, 7.3.6.1): what kind of picture it is, and when it is shown.

use super::Sps;
use super::pps::Pps;
use crate::bits::{Bits, unescape};
use crate::order::Slice;

/// Bytes of a slice that are read.
const BYTES_MAX: usize = 40;

/// Whether a slice segment is the first of its picture.
pub(crate) fn begins_picture(unit: &[u8]) -> bool {
    unit.get(2).is_some_and(|byte| byte & 0x80 != 0)
}

/// Reads the first slice segment of a picture, unit header included.
pub(crate) fn parse(unit: &[u8], sps: &Sps, pps: &Pps) -> Option<Slice> {
    let kind = unit.first()? >> 1 & 0x3f;
    if kind > 21 {
        return None;
    }
    let temporal = unit.get(1)? & 0x07;
    let bytes = unescape(unit.get(2..)?, BYTES_MAX);
    let mut bits = Bits::new(&bytes);
    if !bits.flag()? {
        return None;
    }
    if kind >= 16 {
        bits.skip(1)?;
    }
    bits.golomb()?;
    bits.skip(pps.extra_bits)?;
    let slice = bits.golomb()?;
    if pps.output_flag {
        bits.skip(1)?;
    }
    if sps.separate_planes {
        bits.skip(2)?;
    }
    let instant = matches!(kind, 19 | 20);
    let number = if instant { 0 } else { bits.number(sps.order_bits)? };
    Some(Slice {
        bidirectional: slice == 0,
        instant,
        // Numbers go on from pictures of the lowest sub-layer that others refer to: no leading pictures.
        reference: temporal <= 1 && !matches!(kind, 0 | 2 | 4 | 6..=9 | 10 | 12 | 14),
        shown: Some((number, sps.order_bits)),
        in_decode_order: false,
    })
}
