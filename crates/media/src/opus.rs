//! Opus: its configuration in MP4 (`dOps`) and the length of its packets (RFC 6716, 3.1).

/// What the content of `dOps` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpusHead {
    pub(crate) channels: u8,
}

impl OpusHead {
    /// Reads the content of `dOps`.
    pub(crate) fn parse(record: &[u8]) -> Option<OpusHead> {
        let &[version, channels, _, _, _, _, _, _, _, _, family, ..] = record else { return None };
        let mapped = family == 0 || record.len() >= 13 + usize::from(channels);
        let sound = version == 0 && (1..=8).contains(&channels) && mapped && (family != 0 || channels <= 2);
        sound.then_some(OpusHead { channels })
    }

    /// Makes one of the header that Ogg and enhanced RTMP carry (`OpusHead`, RFC 7845), whose numbers stand the other
    /// way round.
    pub(crate) fn record_of_ogg(head: &[u8]) -> Option<Vec<u8>> {
        let rest = head.strip_prefix(b"OpusHead")?;
        let &[version, channels, s0, s1, r0, r1, r2, r3, g0, g1, family, ..] = rest else { return None };
        if version & 0xf0 != 0 {
            return None;
        }
        let mut record = vec![0, channels, s1, s0, r3, r2, r1, r0, g1, g0, family];
        record.extend(&rest[11..]);
        OpusHead::parse(&record).map(|_| record)
    }

    /// Writes the content of `dOps` for one or two channels. `skip` samples at the front are not to be heard.
    pub(crate) fn write(channels: u8, skip: u16) -> Vec<u8> {
        let mut record = vec![0, channels];
        record.extend(skip.to_be_bytes());
        record.extend(48_000u32.to_be_bytes());
        record.extend([0, 0, 0]);
        record
    }
}

/// The samples of a packet, of each channel, at 48 kHz; `None` if it is empty or longer than the 120 ms that are
/// allowed.
pub(crate) fn packet_samples(packet: &[u8]) -> Option<u32> {
    let &toc = packet.first()?;
    let config = u32::from(toc >> 3);
    let frame = match config {
        // SILK: 10, 20, 40, 60 ms.
        0..=11 => [480, 960, 1_920, 2_880][(config % 4) as usize],
        // Hybrid: 10, 20 ms.
        12..=15 => 480 << (config % 2),
        // CELT: 2.5, 5, 10, 20 ms.
        _ => 120 << (config % 4),
    };
    let frames = match toc & 0x03 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    let samples = frame * frames;
    (1..=5_760).contains(&samples).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_say_their_length() {
        let vectors: [(&[u8], Option<u32>); 8] = [
            (&[0xfc, 1, 2], Some(960)),
            (&[0x78], Some(960)),
            (&[0x08], Some(960)),
            (&[0x18], Some(2_880)),
            (&[0xe3, 0x03], Some(360)),
            (&[0xfb, 0x3f], None),
            (&[0xff, 0x00], None),
            (&[], None),
        ];
        for (packet, expected) in vectors {
            assert_eq!(packet_samples(packet), expected, "{packet:02x?}");
        }
    }

    #[test]
    fn heads() {
        let ogg = [b"OpusHead".as_slice(), &[1, 2, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0]].concat();
        let record = OpusHead::record_of_ogg(&ogg).expect("whole");
        assert_eq!(record, OpusHead::write(2, 312));
        assert_eq!(OpusHead::parse(&record), Some(OpusHead { channels: 2 }));
        assert!((0..11).all(|end| OpusHead::parse(&record[..end]).is_none()));
        assert_eq!(OpusHead::parse(&[0, 6, 1, 56, 0, 0, 0xbb, 0x80, 0, 0, 0]), None, "six channels unmapped");
    }
}
