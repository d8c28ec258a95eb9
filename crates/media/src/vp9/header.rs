//! VP9's uncompressed header (VP9 bitstream specification, 6.2), and the record made of it: the content of `vpcC`.

use crate::bits::Bits;

/// What a keyframe says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    profile: u8,
    depth: u8,
    /// As `vpcC` numbers it: 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    subsampling: u8,
    full_range: bool,
    /// As VP9 numbers it.
    colours: u8,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The profile of any frame, and whether it is a keyframe.
fn front(bits: &mut Bits<'_>) -> Option<(u8, bool)> {
    if bits.number(2)? != 2 {
        return None;
    }
    let profile = bits.small(1)? | bits.small(1)? << 1;
    if profile == 3 {
        bits.skip(1)?;
    }
    let shows_another = bits.flag()?;
    Some((profile, !shows_another && !bits.flag()?))
}

/// Whether a frame is a keyframe.
pub(crate) fn is_keyframe(frame: &[u8]) -> bool {
    front(&mut Bits::new(frame)).is_some_and(|(_, keyframe)| keyframe)
}

impl Header {
    /// Reads a keyframe; `None` for any other frame.
    pub(crate) fn parse(frame: &[u8]) -> Option<Header> {
        let mut bits = Bits::new(frame);
        let (profile, true) = front(&mut bits)? else { return None };
        bits.skip(2)?;
        if bits.number(24)? != 0x49_83_42 {
            return None;
        }
        let depth = match profile {
            0 | 1 => 8,
            _ if bits.flag()? => 12,
            _ => 10,
        };
        let colours = bits.small(3)?;
        let mut full_range = true;
        let odd = profile == 1 || profile == 3;
        let mut subsampling = if odd { 3 } else { 1 };
        if colours == 7 {
            bits.skip(usize::from(odd))?;
            subsampling = 3;
        } else {
            full_range = bits.flag()?;
            if odd {
                subsampling = match (bits.flag()?, bits.flag()?) {
                    (true, true) => 1,
                    (true, false) => 2,
                    (false, _) => 3,
                };
                bits.skip(1)?;
            }
        }
        let width = bits.number(16)? + 1;
        let height = bits.number(16)? + 1;
        Some(Header { profile, depth, subsampling, full_range, colours, width, height })
    }

    /// The record: what `vpcC` holds behind its version and flags.
    pub(crate) fn record(&self) -> Vec<u8> {
        // Colour primaries, transfer and matrix as ISO/IEC 23091-2 numbers them.
        let colours = match self.colours {
            1 => [5, 6, 5],
            2 => [1, 1, 1],
            3 => [6, 6, 6],
            4 => [7, 7, 7],
            5 => [9, 14, 9],
            7 => [1, 13, 0],
            _ => [2, 2, 2],
        };
        let form = self.depth << 4 | self.subsampling << 1 | u8::from(self.full_range);
        let mut out = vec![self.profile, self.level(), form];
        out.extend(colours);
        out.extend([0, 0]);
        out
    }

    /// The lowest level whose pictures are this large. The rate is not known here, and who plays a live show decodes
    /// more than it needs.
    fn level(&self) -> u8 {
        const LEVELS: [(u32, u8); 9] = [
            (36_864, 10),
            (73_728, 11),
            (122_880, 20),
            (245_760, 21),
            (552_960, 30),
            (983_040, 31),
            (2_228_224, 40),
            (8_912_896, 50),
            (35_651_584, 60),
        ];
        let pixels = self.width.saturating_mul(self.height);
        LEVELS.iter().find(|(most, _)| pixels <= *most).map_or(62, |(_, level)| *level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyframe_of_profile_0() {
        // Marker 2, profile 0, keyframe, shown, no resilience; sync code; BT.601, studio range; 640x360.
        let bits = "10 0 0 0 0 1 0 010010011000001101000010 001 0 0000001001111111 0000000101100111";
        let digits: Vec<u8> = bits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        let bytes: Vec<u8> = digits
            .chunks(8)
            .map(|chunk| (0..8).fold(0, |b, i| b << 1 | chunk.get(i).unwrap_or(&0)))
            .collect();
        let header = Header::parse(&bytes).expect("whole");
        assert_eq!((header.width, header.height), (640, 360));
        assert_eq!(header.record(), [0, 21, 0x82, 5, 6, 5, 0, 0]);
        assert!(
            is_keyframe(&bytes) && (0..bytes.len() - 1).all(|end| Header::parse(&bytes[..end]).is_none())
        );
        assert!(!is_keyframe(&[0b1000_0110]));
    }
}
