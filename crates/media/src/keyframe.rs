//! Where a picture begins that needs no other.

use crate::{Codec, Vp8Descriptor, Vp9Descriptor, av1, h264, h265};

/// Whether an RTP payload holds the beginning of a keyframe, or of the parameter sets that go before one.
pub fn starts_keyframe(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::H264 => h264::starts_keyframe(payload),
        Codec::H265 => h265::starts_keyframe(payload),
        Codec::Vp8 => Vp8Descriptor::parse(payload).is_some_and(|d| d.starts_keyframe(payload)),
        Codec::Vp9 => Vp9Descriptor::parse(payload).is_some_and(|d| d.starts_keyframe()),
        Codec::Av1 => av1::starts_keyframe(payload),
        // Every packet of sound stands alone.
        Codec::Opus => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            for codec in Codec::ALL {
                starts_keyframe(codec, &payload);
            }
        }
    }
}
