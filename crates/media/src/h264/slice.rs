//! The front of H.264's slice header (ITU-T H.264, 7.3.3): what kind of picture it is, and when it is shown.

use super::{Order, Sps};
use crate::bits::{Bits, unescape};
use crate::order::Slice;

/// Bytes of a slice that are read; what is asked for stands in the first few.
const BYTES_MAX: usize = 40;

/// Whether a slice holds the first macroblock of its picture, so that none came before it.
pub(crate) fn begins_picture(unit: &[u8]) -> bool {
    // First macroblock 0 is a single 1 bit.
    unit.get(1).is_some_and(|byte| byte & 0x80 != 0)
}

/// Reads a slice, unit header included.
pub(crate) fn parse(unit: &[u8], sps: &Sps) -> Option<Slice> {
    let header = *unit.first()?;
    let instant = header & 0x1f == 5;
    if !instant && header & 0x1f != 1 {
        return None;
    }
    let bytes = unescape(unit.get(1..)?, BYTES_MAX);
    let mut bits = Bits::new(&bytes);
    bits.golomb()?;
    let kind = bits.golomb()? % 5;
    bits.golomb()?;
    if sps.separate_planes {
        bits.skip(2)?;
    }
    bits.skip(sps.frame_number_bits as usize)?;
    if !sps.frames_only && bits.flag()? {
        bits.skip(1)?;
    }
    if instant {
        bits.golomb()?;
    }
    let shown = match sps.order {
        Order::Number { bits: wide } => Some((bits.number(wide)?, wide)),
        Order::Cycle | Order::Decode => None,
    };
    Some(Slice {
        bidirectional: kind == 1,
        instant,
        reference: header & 0x60 != 0,
        shown,
        in_decode_order: sps.order == Order::Decode,
    })
}
