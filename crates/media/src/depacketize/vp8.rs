//! VP8 out of RTP (RFC 7741).

use std::sync::Arc;

use super::Assembled;
use crate::{Codec, VideoConfig, Vp8Descriptor};

pub(super) fn begins(payload: &[u8]) -> bool {
    Vp8Descriptor::parse(payload).is_some_and(|descriptor| descriptor.starts_frame())
}

pub(super) fn assemble(parts: &[Arc<[u8]>]) -> Option<Assembled> {
    if !begins(parts.first()?) {
        return None;
    }
    let mut data = Vec::new();
    for part in parts {
        data.extend(part.get(Vp8Descriptor::parse(part)?.bytes..)?);
    }
    let keyframe = data.first()? & 0x01 == 0;
    let config = if keyframe { VideoConfig::from_keyframe(Codec::Vp8, &data) } else { None };
    Some(Assembled { data, keyframe, config })
}
