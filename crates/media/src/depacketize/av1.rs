//! AV1 out of RTP (AV1 RTP specification 1.0).

use std::sync::Arc;

use super::Assembled;
use crate::av1::obu::{OBU_FRAME, OBU_FRAME_HEADER, Obu, is_padding};
use crate::av1::{Sequence, starts_keyframe};
use crate::bits::leb128;
use crate::{Codec, VideoConfig};

/// The most units of one packet; most have one.
const ELEMENTS_MAX: usize = 256;

/// Only a keyframe says that it begins. Any other packet may be the second half of a frame of several units.
pub(super) fn begins(payload: &[u8]) -> bool {
    starts_keyframe(payload)
}

pub(super) fn assemble(parts: &[Arc<[u8]>]) -> Option<Assembled> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut open = false;
    for part in parts {
        let &header = part.first()?;
        if (header & 0x80 != 0) != open {
            return None;
        }
        for (place, element) in elements(part)?.into_iter().enumerate() {
            if place == 0 && open {
                units.last_mut()?.extend(element);
            } else {
                units.push(element.to_vec());
            }
        }
        open = header & 0x40 != 0;
    }
    if open {
        return None;
    }
    let mut data = Vec::new();
    let mut keyframe = None;
    for unit in &units {
        let (obu, _) = Obu::parse(unit)?;
        if is_padding(obu.kind()) {
            continue;
        }
        if matches!(obu.kind(), OBU_FRAME | OBU_FRAME_HEADER) {
            // Neither another frame shown again, nor any type but the first, which is a keyframe.
            keyframe = keyframe.or(Some(obu.payload.first()? & 0xe0 == 0));
        }
        obu.put_sized(&mut data);
    }
    // Decoding begins where a keyframe brings its sequence header.
    let keyframe = keyframe == Some(true) && Sequence::find(&data).is_some();
    let config = if keyframe { VideoConfig::from_keyframe(Codec::Av1, &data) } else { None };
    Some(Assembled { data, keyframe, config })
}

/// The units, or pieces of such, in a payload.
fn elements(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let (&header, mut rest) = payload.split_first()?;
    let counted = usize::from(header >> 4 & 0x03);
    let mut out = Vec::new();
    while !rest.is_empty() {
        if out.len() == ELEMENTS_MAX {
            return None;
        }
        if counted > 0 && out.len() + 1 == counted {
            out.push(rest);
            break;
        }
        let (size, length) = leb128(rest)?;
        let (element, after) = rest.get(length..)?.split_at_checked(size)?;
        out.push(element);
        rest = after;
    }
    Some(out)
}
