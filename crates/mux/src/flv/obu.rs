//! AV1 from FLV: open bitstream units, of which the last may lack its size.

/// Units of one frame that are looked at. A frame of sixty-four tile groups and its headers has less.
const UNITS_MAX: usize = 256;

const TEMPORAL_DELIMITER: u8 = 2;
const PADDING: u8 = 15;

/// The units of a temporal unit, each with its size, without delimiters and padding; `None` where sizes lie.
pub(super) fn normalise(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() + 4);
    let mut rest = data;
    for _ in 0..UNITS_MAX {
        let Some((&[header], after)) = rest.split_first_chunk() else { return Some(out) };
        let extended = usize::from(header >> 2 & 1);
        let (extension, after) = after.split_at_checked(extended)?;
        let (unit, next) = if header & 2 == 0 {
            (after, &[][..])
        } else {
            let (size, bytes) = leb128(after)?;
            after.get(bytes..)?.split_at_checked(size)?
        };
        rest = next;
        let kind = header >> 3 & 0xf;
        if header & 0x80 != 0 || kind == TEMPORAL_DELIMITER || kind == PADDING {
            continue;
        }
        out.push(header | 2);
        out.extend(extension);
        put_leb128(&mut out, unit.len());
        out.extend(unit);
    }
    None
}

fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (place, byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, place + 1));
        }
    }
    None
}

fn put_leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_go_and_the_last_size_comes() {
        let sent = [0x12, 0x00, 0x0a, 0x01, 0x55, 0x30, 0x99, 0x98];
        assert_eq!(normalise(&sent).as_deref(), Some(&[0x0a, 0x01, 0x55, 0x32, 0x02, 0x99, 0x98][..]));
    }

    #[test]
    fn a_long_unit_keeps_its_size() {
        let mut sent = vec![0x32, 0xac, 0x02];
        sent.extend([7; 300]);
        assert_eq!(normalise(&sent), Some(sent));
    }

    #[test]
    fn sizes_that_lie_are_refused() {
        assert_eq!(normalise(&[0x32, 0x05, 1]), None);
        assert_eq!(normalise(&[0x36]), None);
        assert_eq!(normalise(&[0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(normalise(&[0x0a, 0].repeat(UNITS_MAX + 1)), None);
    }
}
