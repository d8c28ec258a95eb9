//! VP8: its payload descriptor in RTP (RFC 7741), and what a keyframe says (RFC 6386, 9.1).

/// Width and height, which a keyframe says; `None` for any other frame.
pub(crate) fn size(frame: &[u8]) -> Option<(u32, u32)> {
    let &[tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = frame else { return None };
    let length = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    (tag & 0x01 == 0).then(|| (length(w0, w1), length(h0, h1)))
}

/// What stands before the bytes of a VP8 frame, and where in the payload its counters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp8Descriptor {
    /// Bytes of the descriptor.
    pub bytes: usize,
    /// The picture id, its place, and whether it has 15 bits.
    pub picture_id: Option<(usize, u16, bool)>,
    /// TL0PICIDX and its place.
    pub tl0_picture: Option<(usize, u8)>,
    starts_partition_0: bool,
}

impl Vp8Descriptor {
    /// Reads a payload's descriptor; `None` if it is cut short.
    pub fn parse(payload: &[u8]) -> Option<Vp8Descriptor> {
        let first = *payload.first()?;
        let mut at = 1;
        let mut picture_id = None;
        let mut tl0_picture = None;
        if first & 0x80 != 0 {
            let present = *payload.get(at)?;
            at += 1;
            if present & 0x80 != 0 {
                let high = *payload.get(at)?;
                if high & 0x80 != 0 {
                    let low = *payload.get(at + 1)?;
                    picture_id = Some((at, u16::from_be_bytes([high & 0x7f, low]), true));
                    at += 2;
                } else {
                    picture_id = Some((at, u16::from(high), false));
                    at += 1;
                }
            }
            if present & 0x40 != 0 {
                tl0_picture = Some((at, *payload.get(at)?));
                at += 1;
            }
            if present & 0x30 != 0 {
                payload.get(at)?;
                at += 1;
            }
        }
        Some(Vp8Descriptor {
            bytes: at,
            picture_id,
            tl0_picture,
            starts_partition_0: first & 0x10 != 0 && first & 0x07 == 0,
        })
    }

    /// Whether the payload this was read from is the first of a frame.
    pub(crate) fn starts_frame(&self) -> bool {
        self.starts_partition_0
    }

    /// Whether `payload`, which this was read from, holds the first bytes of a keyframe.
    pub fn starts_keyframe(&self, payload: &[u8]) -> bool {
        self.starts_partition_0 && payload.get(self.bytes).is_some_and(|frame| frame & 0x01 == 0)
    }

    /// Moves the counters in `payload`, which this was read from, by so much.
    pub fn shift(&self, payload: &mut [u8], picture_ids: u16, tl0_pictures: u8) {
        match self.picture_id {
            Some((at, id, true)) => {
                let [high, low] = (id.wrapping_add(picture_ids) & 0x7fff).to_be_bytes();
                payload[at] = 0x80 | high;
                payload[at + 1] = low;
            }
            Some((at, id, false)) => payload[at] = (id.wrapping_add(picture_ids) & 0x7f).to_be_bytes()[1],
            None => {}
        }
        if let Some((at, index)) = self.tl0_picture {
            payload[at] = index.wrapping_add(tl0_pictures);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn payloads() {
        let vectors: [(&str, &[u8], bool); 7] = [
            ("plain keyframe start", &[0x10, 0x50, 0x01], true),
            ("plain delta start", &[0x10, 0x51, 0x01], false),
            ("not the start of a partition", &[0x00, 0x50], false),
            ("second partition", &[0x11, 0x50], false),
            ("15-bit id, TL0 and TID before a keyframe", &[0x90, 0xe0, 0x80, 0x05, 0x07, 0x00, 0x50], true),
            ("7-bit id before a delta", &[0x90, 0x80, 0x05, 0x51], false),
            ("cut short", &[0x90, 0x80], false),
        ];
        for (what, payload, expected) in vectors {
            let starts = Vp8Descriptor::parse(payload).is_some_and(|d| d.starts_keyframe(payload));
            assert_eq!(starts, expected, "{what}");
        }
    }

    #[test]
    fn counters_wrap_in_their_own_width() {
        let mut payload = [0x90, 0xe0, 0xff, 0xfe, 0xff, 0x00, 0x50];
        Vp8Descriptor::parse(&payload).expect("whole").shift(&mut payload, 3, 2);
        assert_eq!(payload, [0x90, 0xe0, 0x80, 0x01, 0x01, 0x00, 0x50]);
    }

    proptest! {
        #[test]
        fn a_shift_there_and_back_changes_nothing(
            payload in proptest::collection::vec(any::<u8>(), 0..16), ids: u16, tl0: u8,
        ) {
            if let Some(descriptor) = Vp8Descriptor::parse(&payload) {
                let mut moved = payload.clone();
                descriptor.shift(&mut moved, ids, tl0);
                let back = Vp8Descriptor::parse(&moved).expect("a shift keeps the form");
                back.shift(&mut moved, ids.wrapping_neg(), tl0.wrapping_neg());
                prop_assert_eq!(moved, payload);
            }
        }
    }
}
