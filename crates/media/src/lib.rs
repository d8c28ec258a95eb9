//! What flows: coded frames and what a codec says of itself.
//!
//! Everything here reads bytes that a stranger sent, so every function takes a slice, looks only inside it,
//! allocates no more than it was given, and answers `None` or `false` where the bytes make no sense.

mod av1;
mod codec;
mod description;
mod frame;
mod h264;
mod h265;
mod keyframe;
mod red;
mod time;
mod vp8;
mod vp9;

pub use codec::{Codec, Kind};
pub use description::Description;
pub use frame::{AudioCodec, AudioConfig, CodecConfig, Frame, VideoConfig};
pub use keyframe::starts_keyframe;
pub use red::{RED_BLOCK_BYTES_MAX, RED_OFFSET_MAX, Red, RedBlock, wrap_red};
pub use time::MediaTime;
pub use vp8::Vp8Descriptor;
pub use vp9::Vp9Descriptor;
