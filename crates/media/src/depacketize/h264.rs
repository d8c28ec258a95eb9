//! H.264 out of RTP (RFC 6184): units alone, aggregates (STAP-A) and fragments (FU-A).

use std::sync::Arc;

use super::{Assembled, access_unit};
use crate::h264::slice;
use crate::{Codec, ParameterSets, length_units};

const AGGREGATE: u8 = 24;
const FRAGMENT: u8 = 28;

pub(super) fn begins(payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else { return false };
    match first & 0x1f {
        AGGREGATE => length_units(&payload[1..], 2).next().is_some_and(unit_begins),
        FRAGMENT => match payload {
            &[_, edges, ref rest @ ..] if edges & 0x80 != 0 => {
                !matches!(edges & 0x1f, 1 | 5) || rest.first().is_some_and(|byte| byte & 0x80 != 0)
            }
            _ => false,
        },
        _ => unit_begins(payload),
    }
}

/// A slice that begins a picture, or something that goes before one.
fn unit_begins(unit: &[u8]) -> bool {
    match unit.first().map_or(0, |first| first & 0x1f) {
        1 | 5 => slice::begins_picture(unit),
        kind => (6..=9).contains(&kind),
    }
}

pub(super) fn assemble(parts: &[Arc<[u8]>], sets: &mut ParameterSets) -> Option<Assembled> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut open = false;
    for part in parts {
        let &first = part.first()?;
        if open && first & 0x1f != FRAGMENT {
            return None;
        }
        match first & 0x1f {
            1..=23 => units.push(part.to_vec()),
            AGGREGATE => units.extend(length_units(&part[1..], 2).map(<[u8]>::to_vec)),
            FRAGMENT => {
                let &[_, edges, ref body @ ..] = part.as_ref() else { return None };
                if (edges & 0x80 != 0) == open {
                    return None;
                }
                if edges & 0x80 != 0 {
                    units.push(vec![first & 0xe0 | edges & 0x1f]);
                }
                units.last_mut()?.extend(body);
                open = edges & 0x40 == 0;
            }
            // The interleaved forms, which nobody negotiates.
            _ => return None,
        }
    }
    (!open).then(|| access_unit(Codec::H264, units.iter().map(Vec::as_slice), sets))
}
