//! From frames to the payloads that RTP carries them in, a codec a file.

mod av1;
mod h264;
mod h265;
mod opus;
mod vp8;
mod vp9;

use std::sync::Arc;

use crate::unit::{LENGTH_BYTES, UNITS_MAX, length_units};
use crate::{Codec, Frame, VideoConfig};

/// The shortest payload there can be; below this every codec's own headers would be most of it.
pub const MTU_MIN: usize = 32;

/// The content of one RTP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The RTP marker: of a picture, whether the frame ends here.
    pub marker: bool,
}

/// Divides the frames of one stream into payloads.
#[derive(Debug, Clone)]
pub struct Packetizer {
    codec: Codec,
    mtu: usize,
    /// The number of the next picture, for codecs whose payloads say it; it has 15 bits.
    picture: u16,
}

impl Packetizer {
    /// For a codec, with payloads of `mtu` bytes at most ([`MTU_MIN`] if less is asked for).
    pub fn new(codec: Codec, mtu: usize) -> Packetizer {
        Packetizer { codec, mtu: mtu.max(MTU_MIN), picture: 0 }
    }

    /// Divides a frame. Before a keyframe goes what its decoder has to know. A frame with nothing in it gives nothing.
    pub fn packetize(&mut self, config: &VideoConfig, frame: &Frame) -> Vec<Payload> {
        let parts = match self.codec {
            Codec::H264 => h264::payloads(&units(config, frame), self.mtu),
            Codec::H265 => h265::payloads(&units(config, frame), self.mtu),
            Codec::Av1 => av1::payloads(config, frame, self.mtu),
            Codec::Vp8 => vp8::payloads(frame, self.mtu, self.next_picture()),
            Codec::Vp9 => vp9::payloads(frame, self.mtu, self.next_picture()),
            Codec::Opus => return opus::payload(frame).into_iter().collect(),
        };
        let last = parts.len().saturating_sub(1);
        let whole = parts.into_iter().enumerate();
        whole.map(|(place, bytes)| Payload { bytes: bytes.into(), marker: place == last }).collect()
    }

    /// Divides a packet of sound, which needs no configuration.
    pub fn packetize_sound(&mut self, frame: &Frame) -> Vec<Payload> {
        opus::payload(frame).into_iter().collect()
    }

    fn next_picture(&mut self) -> u16 {
        let picture = self.picture;
        self.picture = (picture + 1) & 0x7fff;
        picture
    }
}

/// The units of a frame of H.264 or H.265, behind the parameter sets that a keyframe needs.
fn units(config: &VideoConfig, frame: &Frame) -> Vec<Vec<u8>> {
    let sets = if frame.keyframe { config.parameters().unwrap_or_default() } else { Default::default() };
    let own = length_units(&frame.data, LENGTH_BYTES).take(UNITS_MAX);
    sets.units().chain(own).map(<[u8]>::to_vec).collect()
}
