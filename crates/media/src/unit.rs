//! NAL units of H.264 and H.265: finding them, however they are divided, and what of them makes a frame.

use crate::{Codec, ParameterSets};

/// Bytes of a length before a unit in a [`Frame`](crate::Frame).
pub const LENGTH_BYTES: usize = 4;

/// The most units of one frame that are looked at; level 6.2 allows 600 slices, and a few parameter sets and messages
/// go with them. What lies further back is dropped.
pub(crate) const UNITS_MAX: usize = 1_024;

/// The units of a byte stream with start codes (Annex B), in order. Bytes before the first start code are passed over.
pub fn annex_b_units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = start_code(stream).map(|(_, after)| &stream[after..]);
    std::iter::from_fn(move || {
        let here = rest?;
        let (unit, next) = match start_code(here) {
            Some((before, after)) => (&here[..before], Some(&here[after..])),
            None => (here, None),
        };
        rest = next;
        // Zeros after a unit belong to nobody.
        let end = unit.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        Some(&unit[..end])
    })
    .filter(|unit| !unit.is_empty())
}

/// Where the next start code begins and where it ends.
fn start_code(bytes: &[u8]) -> Option<(usize, usize)> {
    // Two zeros are rare in coded pictures, so most of this is the search for a byte.
    let mut from = 0;
    while let Some(one) = bytes.get(from..)?.iter().position(|&byte| byte == 1) {
        let one = from + one;
        if one >= 2 && bytes[one - 1] == 0 && bytes[one - 2] == 0 {
            return Some((one - 2, one + 1));
        }
        from = one + 1;
    }
    None
}

/// The units of a frame in which each follows its length of `length_bytes` (1 to 4) bytes. It ends where a length lies.
pub fn length_units(frame: &[u8], length_bytes: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = frame;
    std::iter::from_fn(move || {
        if !(1..=4).contains(&length_bytes) {
            return None;
        }
        let (length, after) = rest.split_at_checked(length_bytes)?;
        let length = length.iter().fold(0usize, |value, &byte| value << 8 | usize::from(byte));
        let (unit, next) = after.split_at_checked(length)?;
        rest = next;
        Some(unit)
    })
    .filter(|unit| !unit.is_empty())
}

/// Writes units with start codes, as byte streams and hardware want them.
pub fn put_annex_b<'a>(units: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for unit in units {
        out.extend([0, 0, 0, 1]);
        out.extend(unit);
    }
}

/// Writes units each after its length, as a [`Frame`](crate::Frame) holds them. A unit longer than 32 bits can say is
/// left out.
pub fn put_lengths<'a>(units: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for unit in units {
        if let Ok(length) = u32::try_from(unit.len()) {
            out.extend(length.to_be_bytes());
            out.extend(unit);
        }
    }
}

/// What the units of one frame come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessUnit {
    /// The frame's bytes, as [`Frame`](crate::Frame) holds them: without parameter sets and delimiters.
    pub data: Vec<u8>,
    /// Whether decoding can begin here.
    pub keyframe: bool,
    /// Whether there is a picture in it, not only what goes with one.
    pub picture: bool,
}

impl AccessUnit {
    /// Puts one frame together. Parameter sets among the units go into `parameters`.
    pub fn gather<'a>(
        codec: Codec,
        units: impl Iterator<Item = &'a [u8]>,
        parameters: &mut ParameterSets,
    ) -> AccessUnit {
        let mut access = AccessUnit::default();
        for unit in units.take(UNITS_MAX) {
            match UnitKind::of(codec, unit) {
                UnitKind::Parameters => parameters.take(codec, unit),
                UnitKind::Delimiter => {}
                UnitKind::Other => put_lengths(std::iter::once(unit), &mut access.data),
                UnitKind::Picture { keyframe } => {
                    access.picture = true;
                    access.keyframe |= keyframe;
                    put_lengths(std::iter::once(unit), &mut access.data);
                }
            }
        }
        access
    }
}

/// What a unit is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// A part of a picture.
    Picture { keyframe: bool },
    /// A video, sequence or picture parameter set.
    Parameters,
    /// Something that only divides a byte stream, or fills it.
    Delimiter,
    /// What goes with a picture: messages (SEI) and the like.
    Other,
}

impl UnitKind {
    pub(crate) fn of(codec: Codec, unit: &[u8]) -> UnitKind {
        let Some(&first) = unit.first() else { return UnitKind::Delimiter };
        match codec {
            Codec::H264 => match first & 0x1f {
                1..=4 => UnitKind::Picture { keyframe: false },
                5 => UnitKind::Picture { keyframe: true },
                7 | 8 | 13 | 15 => UnitKind::Parameters,
                // Access unit delimiter, ends of sequence and stream, filler.
                9..=12 => UnitKind::Delimiter,
                // Aggregates and fragments of RTP have no place in a frame.
                0 | 24..=31 => UnitKind::Delimiter,
                _ => UnitKind::Other,
            },
            Codec::H265 => match first >> 1 & 0x3f {
                0..=15 => UnitKind::Picture { keyframe: false },
                16..=23 => UnitKind::Picture { keyframe: true },
                24..=31 => UnitKind::Delimiter,
                32..=34 => UnitKind::Parameters,
                35..=38 | 48..=63 => UnitKind::Delimiter,
                _ => UnitKind::Other,
            },
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => UnitKind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn start_codes_of_three_and_four_bytes_divide_a_stream() {
        let stream = [9, 0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0xce, 0, 0, 0, 0, 1, 0x65, 1, 1, 0];
        let units: Vec<&[u8]> = annex_b_units(&stream).collect();
        assert_eq!(units, [&[0x67, 0x42][..], &[0x68, 0xce], &[0x65, 1, 1]]);
        assert_eq!(annex_b_units(&[0, 0, 1]).count(), 0);
        assert_eq!(annex_b_units(&[1, 2, 3]).count(), 0);
    }

    #[test]
    fn a_lying_length_ends_the_frame() {
        assert_eq!(length_units(&[0, 1, 0x41, 0, 9, 1, 2], 2).collect::<Vec<_>>(), [&[0x41][..]]);
        assert_eq!(length_units(&[0, 1, 0x41], 0).count(), 0);
        assert_eq!(length_units(&[0, 1, 0x41], 5).count(), 0);
    }

    #[test]
    fn a_frame_keeps_its_slices_and_messages_and_gives_its_parameters_away() {
        let sps = [0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x47, 0xfe, 0xc8];
        let units: [&[u8]; 6] =
            [&[9, 0xf0], &sps, &[0x68, 0xce, 0x3c, 0x80], &[6, 5, 1], &[0x65, 0x88], &[12, 0xff]];
        let mut parameters = ParameterSets::default();
        let access = AccessUnit::gather(Codec::H264, units.into_iter(), &mut parameters);
        assert!(access.keyframe && access.picture);
        let kept: Vec<&[u8]> = length_units(&access.data, LENGTH_BYTES).collect();
        assert_eq!(kept, [&[6, 5, 1][..], &[0x65, 0x88]]);
        assert_eq!(parameters.units().count(), 2);
    }

    proptest! {
        #[test]
        fn units_survive_both_forms(
            units in proptest::collection::vec(proptest::collection::vec(2u8.., 1..40), 0..10),
        ) {
            let mut stream = Vec::new();
            put_annex_b(units.iter().map(Vec::as_slice), &mut stream);
            let back: Vec<Vec<u8>> = annex_b_units(&stream).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(&back, &units);
            let mut frame = Vec::new();
            put_lengths(units.iter().map(Vec::as_slice), &mut frame);
            let back: Vec<Vec<u8>> = length_units(&frame, LENGTH_BYTES).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(&back, &units);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, length_bytes in 0usize..6) {
            let _ = annex_b_units(&bytes).count();
            let _ = length_units(&bytes, length_bytes).count();
            for codec in [Codec::H264, Codec::H265] {
                let _ = AccessUnit::gather(codec, annex_b_units(&bytes), &mut ParameterSets::default());
            }
        }
    }
}
