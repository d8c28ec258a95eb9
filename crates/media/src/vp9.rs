//! VP9: its payload descriptor in RTP (RFC 9628), and what a keyframe says.

pub(crate) mod header;

/// What stands before the bytes of a VP9 frame, and where in the payload its counters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp9Descriptor {
    /// The picture id, its place, and whether it has 15 bits.
    pub picture_id: Option<(usize, u16, bool)>,
    /// TL0PICIDX and its place.
    pub tl0_picture: Option<(usize, u8)>,
    /// The spatial layer, 0 where none is said.
    pub spatial: u8,
    predicted: bool,
    begins: bool,
}

impl Vp9Descriptor {
    /// Reads the front of a payload's descriptor; `None` if it is cut short.
    pub fn parse(payload: &[u8]) -> Option<Vp9Descriptor> {
        let first = *payload.first()?;
        let mut at = 1;
        let mut picture_id = None;
        let mut tl0_picture = None;
        let mut spatial = 0;
        if first & 0x80 != 0 {
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
        if first & 0x20 != 0 {
            spatial = (*payload.get(at)? >> 1) & 0x07;
            at += 1;
            let flexible = first & 0x10 != 0;
            if !flexible {
                tl0_picture = Some((at, *payload.get(at)?));
            }
        }
        Some(Vp9Descriptor {
            picture_id,
            tl0_picture,
            spatial,
            predicted: first & 0x40 != 0,
            begins: first & 0x08 != 0,
        })
    }

    /// Whether the payload this was read from begins a picture predicted from no other.
    pub fn starts_keyframe(&self) -> bool {
        self.begins && !self.predicted && self.spatial == 0
    }

    /// Whether the payload this was read from is the first of a picture.
    pub(crate) fn begins_picture(&self) -> bool {
        self.begins && self.spatial == 0
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

    #[test]
    fn payloads() {
        let vectors: [(&str, &[u8], bool); 6] = [
            ("keyframe start with 15-bit id", &[0x88, 0x80, 0x01, 0x00], true),
            ("keyframe, not its start", &[0x80, 0x80, 0x01, 0x00], false),
            ("predicted", &[0xc8, 0x80, 0x01], false),
            ("keyframe's base layer, non-flexible", &[0xa8, 0x80, 0x01, 0x00, 0x07], true),
            ("keyframe's upper layer", &[0xa8, 0x80, 0x01, 0x02, 0x07], false),
            ("cut short", &[0xa8, 0x80], false),
        ];
        for (what, payload, expected) in vectors {
            let starts = Vp9Descriptor::parse(payload).is_some_and(|d| d.starts_keyframe());
            assert_eq!(starts, expected, "{what}");
        }
    }

    #[test]
    fn counters_move() {
        let mut payload = [0xa8, 0x80, 0x01, 0x00, 0x07];
        Vp9Descriptor::parse(&payload).expect("whole").shift(&mut payload, 0x0100, 1);
        assert_eq!(payload, [0xa8, 0x81, 0x01, 0x00, 0x08]);
    }
}
