//! AV1: which RTP payloads begin a keyframe, and what its units and sequence header say.

pub(crate) mod obu;
mod sequence;

pub(crate) use sequence::Sequence;

use obu::OBU_SEQUENCE_HEADER;

/// The aggregation header says so itself (N, a new coded video sequence), or the packet begins, not in the
/// middle of a unit, with a sequence header, which senders that leave N unset still repeat before a keyframe.
pub(crate) fn starts_keyframe(payload: &[u8]) -> bool {
    let Some((&header, rest)) = payload.split_first() else { return false };
    let goes_on = header & 0x80 != 0;
    if goes_on {
        return false;
    }
    if header & 0x08 != 0 {
        return true;
    }
    let counted = (header >> 4) & 0x03;
    // With W = 1 the only unit has no length before it.
    let unit = if counted == 1 { Some(rest) } else { after_length(rest) };
    unit.and_then(|unit| unit.first()).is_some_and(|obu| (obu >> 3) & 0x0f == OBU_SEQUENCE_HEADER)
}

/// The sequence header that a packet begins with.
pub(crate) fn first_sequence(payload: &[u8]) -> Option<Sequence> {
    let (&header, rest) = payload.split_first()?;
    if header & 0x80 != 0 {
        return None;
    }
    let unit = if header >> 4 & 0x03 == 1 { rest } else { after_length(rest)? };
    if unit.first()? >> 3 & 0x0f != OBU_SEQUENCE_HEADER {
        return None;
    }
    // Without a size of its own the unit would reach into the next one, of which nothing is read.
    Sequence::find(unit).map(|(sequence, _)| sequence)
}

/// What follows a LEB128 length.
fn after_length(rest: &[u8]) -> Option<&[u8]> {
    let bytes = rest.iter().take(8).position(|byte| byte & 0x80 == 0)?;
    rest.get(bytes + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads() {
        let vectors: [(&str, &[u8], bool); 7] = [
            ("N set", &[0x18, 0x0a, 0x00], true),
            ("W = 1, sequence header", &[0x10, 0x08, 0x00], true),
            ("W = 2, sequence header behind its length", &[0x20, 0x02, 0x08, 0x00, 0x30], true),
            ("W = 0, two-byte length", &[0x00, 0x82, 0x01, 0x08], true),
            ("W = 1, frame", &[0x10, 0x30, 0x00], false),
            ("goes on from the packet before", &[0x98, 0x08], false),
            ("endless length", &[0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], false),
        ];
        for (what, payload, expected) in vectors {
            assert_eq!(starts_keyframe(payload), expected, "{what}");
        }
    }
}
