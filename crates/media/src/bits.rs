//! Bits, read from the front and never past the end.

/// A reader that answers `None` once it would have to look past its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bit, counted from the first byte's highest.
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits { bytes, at: 0 }
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of up to 32 bits.
    pub(crate) fn number(&mut self, bits: u32) -> Option<u32> {
        let mut value = 0u32;
        for _ in 0..bits.min(32) {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// A number of up to eight bits.
    pub(crate) fn small(&mut self, bits: u32) -> Option<u8> {
        u8::try_from(self.number(bits.min(8))?).ok()
    }

    pub(crate) fn skip(&mut self, bits: usize) -> Option<()> {
        let at = self.at.checked_add(bits)?;
        if at > self.bytes.len() * 8 {
            return None;
        }
        self.at = at;
        Some(())
    }

    /// Goes on at the next whole byte.
    pub(crate) fn align(&mut self) {
        self.at = self.at.div_ceil(8) * 8;
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() * 8 - self.at
    }

    /// An unsigned Exp-Golomb number, ue(v).
    pub(crate) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let rest = self.number(zeros)?;
        Some((1u32 << zeros) - 1 + rest)
    }

    /// A signed Exp-Golomb number, se(v).
    pub(crate) fn signed_golomb(&mut self) -> Option<i32> {
        let number = i64::from(self.golomb()?);
        let half = (number + 1) / 2;
        i32::try_from(if number % 2 == 1 { half } else { -half }).ok()
    }
}

/// A unit's bytes without the bytes that keep start codes out of it (RBSP), `bytes_max` of them at most.
pub(crate) fn unescape(unit: &[u8], bytes_max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(unit.len().min(bytes_max));
    let mut zeros = 0;
    for &byte in unit {
        if out.len() == bytes_max {
            break;
        }
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

/// A little-endian base-128 number (LEB128) of at most eight bytes, and how many bytes it has.
pub(crate) fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (place, &byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, place + 1));
        }
    }
    None
}

/// Writes a number as LEB128.
pub(crate) fn put_leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

/// How many bytes a number takes as LEB128.
pub(crate) fn leb128_bytes(value: usize) -> usize {
    (usize::BITS - value.max(1).leading_zeros()).div_ceil(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golomb_numbers_of_the_standard() {
        // 1, 010, 011, 00100, 00101: 0 to 4; H.264's table 9-2.
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let read: Vec<_> = (0..5).map(|_| bits.golomb()).collect();
        assert_eq!(read, [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        let mut signed = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let read: Vec<_> = (0..5).map(|_| signed.signed_golomb()).collect();
        assert_eq!(read, [Some(0), Some(1), Some(-1), Some(2), Some(-2)]);
        assert_eq!(Bits::new(&[0, 0, 0, 0, 0xff]).golomb(), None, "more than a number holds");
        assert_eq!(Bits::new(&[0]).golomb(), None, "no end");
    }

    #[test]
    fn nothing_is_read_past_the_end() {
        let mut bits = Bits::new(&[0xab]);
        assert_eq!(bits.number(4), Some(0xa));
        assert_eq!(bits.number(5), None);
        assert_eq!(Bits::new(&[1, 2]).skip(17), None);
        assert_eq!(Bits::new(&[1, 2]).skip(usize::MAX), None);
    }

    #[test]
    fn escapes_are_taken_out() {
        assert_eq!(unescape(&[0, 0, 3, 1, 0, 0, 3], 99), [0, 0, 1, 0, 0]);
        assert_eq!(unescape(&[0, 0, 3, 0, 0, 3, 0], 99), [0, 0, 0, 0, 0]);
        assert_eq!(unescape(&[1, 2, 3, 4], 2), [1, 2]);
    }

    #[test]
    fn leb128_there_and_back() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, 2_097_151, 2_097_152] {
            let mut out = Vec::new();
            put_leb128(&mut out, value);
            assert_eq!(leb128(&out), Some((value, out.len())));
            assert_eq!(leb128_bytes(value), out.len(), "{value}");
        }
        assert_eq!(leb128(&[0xff; 9]), None);
        assert_eq!(leb128(&[0x80]), None);
    }
}
