//! H.265 out of RTP (RFC 7798): units alone, aggregates and fragments.

use std::sync::Arc;

use super::{Assembled, access_unit};
use crate::h265::slice;
use crate::{Codec, ParameterSets, length_units};

const AGGREGATE: u8 = 48;
const FRAGMENT: u8 = 49;

pub(super) fn begins(payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else { return false };
    match first >> 1 & 0x3f {
        AGGREGATE => payload.get(2..).and_then(|rest| length_units(rest, 2).next()).is_some_and(unit_begins),
        FRAGMENT => match payload {
            &[_, _, edges, ref rest @ ..] if edges & 0x80 != 0 => {
                edges & 0x3f > 31 || rest.first().is_some_and(|byte| byte & 0x80 != 0)
            }
            _ => false,
        },
        _ => unit_begins(payload),
    }
}

/// A slice segment that begins a picture, or something that goes before one.
fn unit_begins(unit: &[u8]) -> bool {
    match unit.first().map_or(0, |first| first >> 1 & 0x3f) {
        0..=31 => slice::begins_picture(unit),
        kind => matches!(kind, 32..=35 | 39),
    }
}

pub(super) fn assemble(parts: &[Arc<[u8]>], sets: &mut ParameterSets) -> Option<Assembled> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut open = false;
    for part in parts {
        let kind = part.first()? >> 1 & 0x3f;
        if open && kind != FRAGMENT {
            return None;
        }
        match kind {
            AGGREGATE => units.extend(length_units(part.get(2..)?, 2).map(<[u8]>::to_vec)),
            FRAGMENT => {
                let &[first, second, edges, ref body @ ..] = part.as_ref() else { return None };
                if (edges & 0x80 != 0) == open {
                    return None;
                }
                if edges & 0x80 != 0 {
                    units.push(vec![first & 0x81 | (edges & 0x3f) << 1, second]);
                }
                units.last_mut()?.extend(body);
                open = edges & 0x40 == 0;
            }
            0..=47 => units.push(part.to_vec()),
            // Packets with content of their own (PACI), which nobody sends.
            _ => return None,
        }
    }
    (!open).then(|| access_unit(Codec::H265, units.iter().map(Vec::as_slice), sets))
}
