//! VP9 out of RTP (RFC 9628). Pictures of several spatial layers become one superframe, as encoders write them.

use std::sync::Arc;

use super::Assembled;
use crate::vp9::header::is_keyframe;
use crate::{Codec, VideoConfig, Vp9Descriptor};

/// The most frames of one superframe: its index counts them in three bits.
const LAYERS_MAX: usize = 8;

pub(super) fn begins(payload: &[u8]) -> bool {
    Vp9Descriptor::parse(payload).is_some_and(|descriptor| descriptor.begins_picture())
}

pub(super) fn assemble(parts: &[Arc<[u8]>]) -> Option<Assembled> {
    if !begins(parts.first()?) {
        return None;
    }
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for part in parts {
        let at = descriptor_bytes(part)?;
        if part.first()? & 0x08 != 0 {
            frames.push(Vec::new());
        }
        frames.last_mut()?.extend(part.get(at..)?);
    }
    let keyframe = is_keyframe(frames.first()?);
    let data = superframe(frames)?;
    let config = if keyframe { VideoConfig::from_keyframe(Codec::Vp9, &data) } else { None };
    Some(Assembled { data, keyframe, config })
}

/// Bytes of a payload's descriptor.
fn descriptor_bytes(payload: &[u8]) -> Option<usize> {
    let flags = *payload.first()?;
    let flexible = flags & 0x10 != 0;
    let mut at = 1;
    if flags & 0x80 != 0 {
        at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
    }
    if flags & 0x20 != 0 {
        at += if flexible { 1 } else { 2 };
    }
    if flags & 0x40 != 0 && flexible {
        // Up to three references; the lowest bit of each says whether another follows.
        for place in 0..3 {
            at += 1;
            if payload.get(at - 1)? & 0x01 == 0 {
                break;
            }
            if place == 2 {
                return None;
            }
        }
    }
    if flags & 0x02 != 0 {
        at += structure_bytes(payload.get(at..)?)?;
    }
    Some(at)
}

/// Bytes of a scalability structure.
fn structure_bytes(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    let mut at = 1;
    if first & 0x10 != 0 {
        at += 4 * (usize::from(first >> 5) + 1);
    }
    if first & 0x08 != 0 {
        let pictures = *bytes.get(at)?;
        at += 1;
        for _ in 0..pictures {
            at += 1 + usize::from(bytes.get(at)? >> 2 & 0x03);
        }
    }
    Some(at)
}

/// Several frames of one picture, with the index behind them that says their sizes (VP9 specification, annex B).
fn superframe(mut frames: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    if frames.len() == 1 {
        return frames.pop();
    }
    if frames.len() > LAYERS_MAX {
        return None;
    }
    let marker = 0xc0 | 3 << 3 | (frames.len() - 1) as u8;
    let mut index = vec![marker];
    for frame in &frames {
        index.extend(u32::try_from(frame.len()).ok()?.to_le_bytes());
    }
    index.push(marker);
    Some([frames.concat(), index].concat())
}
