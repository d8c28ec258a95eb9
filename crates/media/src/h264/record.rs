//! H.264's decoder configuration record: the content of `avcC` (ISO/IEC 14496-15, 5.3.3.1).

use super::Sps;
use crate::Codec;
use crate::ParameterSets;

/// The sets in a record; `None` if it lies about its lengths.
pub(crate) fn parameters(record: &[u8]) -> Option<ParameterSets> {
    let (&[version, _, _, _, _, sequences], mut rest) = record.split_first_chunk::<6>()?;
    if version != 1 {
        return None;
    }
    let mut sets = ParameterSets::default();
    for _ in 0..sequences & 0x1f {
        rest = take(rest, &mut sets)?;
    }
    let (&pictures, mut rest) = rest.split_first()?;
    for _ in 0..pictures {
        rest = take(rest, &mut sets)?;
    }
    Some(sets)
}

fn take<'a>(rest: &'a [u8], sets: &mut ParameterSets) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<2>()?;
    let (unit, next) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    sets.take(Codec::H264, unit);
    Some(next)
}

/// How many bytes the lengths before a frame's units have, by the record that came with it.
pub(crate) fn length_bytes(record: &[u8]) -> Option<usize> {
    record.get(4).map(|byte| usize::from(byte & 0x03) + 1)
}

/// Writes a record whose frames have lengths of four bytes.
pub(crate) fn write(sets: &ParameterSets) -> Option<Vec<u8>> {
    let first = sets.sequence.first()?;
    let sps = Sps::parse(first)?;
    let &[profile, constraints, level] = first.get(1..4)?.first_chunk::<3>()?;
    let mut out = vec![1, profile, constraints, level, 0xfc | 3];
    out.push(0xe0 | u8::try_from(sets.sequence.len()).ok()?);
    put(&sets.sequence, &mut out)?;
    out.push(u8::try_from(sets.picture.len()).ok()?);
    put(&sets.picture, &mut out)?;
    // Baseline, main and extended have no other sampling of colours than the one.
    if !matches!(profile, 66 | 77 | 88) {
        out.extend([0xfc | sps.chroma_format, 0xf8 | (sps.luma_bits - 8), 0xf8 | (sps.chroma_bits - 8), 0]);
    }
    Some(out)
}

fn put(sets: &[Vec<u8>], out: &mut Vec<u8>) -> Option<()> {
    for set in sets {
        out.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
        out.extend(set);
    }
    Some(())
}
