//! The header of an MP3 frame (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-3 for the lower rates).

/// What a frame says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) rate_hz: u32,
    pub(crate) channels: u8,
    /// Samples of each channel.
    pub(crate) samples: u32,
}

impl Header {
    /// Reads the first four bytes of a layer 3 frame.
    pub(crate) fn parse(frame: &[u8]) -> Option<Header> {
        let &[0xff, second, third, fourth, ..] = frame else { return None };
        // Layer 3, behind the eleven bits of the sync word.
        if second & 0xe6 != 0xe2 || third >> 4 == 0x0f {
            return None;
        }
        let full = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 0x03))?;
        let (rate_hz, samples) = match second >> 3 & 0x03 {
            3 => (*full, 1_152),
            2 => (full / 2, 576),
            0 => (full / 4, 576),
            _ => return None,
        };
        Some(Header { rate_hz, channels: if fourth >> 6 == 3 { 1 } else { 2 }, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        let said = |bytes: [u8; 4]| Header::parse(&bytes).map(|h| (h.rate_hz, h.channels, h.samples));
        assert_eq!(said([0xff, 0xfb, 0x90, 0x64]), Some((44_100, 2, 1_152)));
        assert_eq!(said([0xff, 0xfb, 0x94, 0xc4]), Some((48_000, 1, 1_152)));
        assert_eq!(said([0xff, 0xf3, 0x40, 0xc4]), Some((22_050, 1, 576)));
        assert_eq!(said([0xff, 0xe3, 0x40, 0xc4]), Some((11_025, 1, 576)));
        assert_eq!(said([0xff, 0xfd, 0x90, 0x64]), None, "layer 2");
        assert_eq!(said([0xff, 0xfb, 0x9c, 0x64]), None, "no such rate");
        assert_eq!(Header::parse(&[0xff]), None);
    }
}
