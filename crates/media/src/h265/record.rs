//! H.265's decoder configuration record: the content of `hvcC` (ISO/IEC 14496-15, 8.3.3.1).

use super::Sps;
use crate::{Codec, ParameterSets};

/// The sets in a record; `None` if it lies about its lengths.
pub(crate) fn parameters(record: &[u8]) -> Option<ParameterSets> {
    let (front, mut rest) = record.split_first_chunk::<23>()?;
    // Version 0 was written by encoders of before the standard was final.
    if front[0] > 1 {
        return None;
    }
    let mut sets = ParameterSets::default();
    for _ in 0..front[22] {
        let (&[_, high, low], mut units) = rest.split_first_chunk::<3>()?;
        for _ in 0..u16::from_be_bytes([high, low]) {
            let (length, after) = units.split_first_chunk::<2>()?;
            let (unit, next) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            sets.take(Codec::H265, unit);
            units = next;
        }
        rest = units;
    }
    Some(sets)
}

/// How many bytes the lengths before a frame's units have, by the record that came with it.
pub(crate) fn length_bytes(record: &[u8]) -> Option<usize> {
    record.get(21).map(|byte| usize::from(byte & 0x03) + 1)
}

/// Writes a record whose frames have lengths of four bytes.
pub(crate) fn write(sets: &ParameterSets) -> Option<Vec<u8>> {
    let sps = Sps::parse(sets.sequence.first()?)?;
    let mut out = vec![1];
    out.extend(sps.profile);
    // Nothing is said of spatial segmentation, parallelism and the frame rate.
    out.extend([0xf0, 0x00, 0xfc, 0xfc | sps.chroma_format]);
    out.extend([0xf8 | (sps.luma_bits - 8), 0xf8 | (sps.chroma_bits - 8), 0, 0]);
    out.push(sps.layers << 3 | u8::from(sps.nested) << 2 | 3);
    out.push(3);
    for (kind, units) in [(32, &sets.video), (33, &sets.sequence), (34, &sets.picture)] {
        // All sets of this kind are in the record.
        out.push(0x80 | kind);
        out.extend(u16::try_from(units.len()).ok()?.to_be_bytes());
        for unit in units {
            out.extend(u16::try_from(unit.len()).ok()?.to_be_bytes());
            out.extend(unit);
        }
    }
    Some(out)
}
