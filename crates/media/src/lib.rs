//! What flows: coded frames and what a codec says of itself.
//!
//! Everything here reads bytes that a stranger sent, so every function takes a slice, looks only inside it,
//! allocates no more than it was given, and answers `None` or `false` where the bytes make no sense.

mod aac;
mod audio_config;
mod av1;
mod bits;
mod codec;
mod depacketize;
mod description;
mod frame;
mod h264;
mod h265;
mod keyframe;
mod mp3;
mod opus;
mod order;
mod packetize;
mod parameters;
mod picture_size;
mod red;
mod time;
mod unit;
mod video_config;
mod vp8;
mod vp9;

pub use aac::{Aac, Extension};
pub use codec::{Codec, Kind};
pub use depacketize::{Arrival, Depacketizer};
pub use description::Description;
pub use frame::{AudioCodec, AudioConfig, CodecConfig, Frame, VideoConfig};
pub use keyframe::starts_keyframe;
pub use order::PictureOrder;
pub use packetize::{MTU_MIN, Packetizer, Payload};
pub use parameters::ParameterSets;
pub use picture_size::picture_size;
pub use red::{RED_BLOCK_BYTES_MAX, RED_OFFSET_MAX, Red, RedBlock, red_bytes, wrap_red, write_red};
pub use time::MediaTime;
pub use unit::{AccessUnit, LENGTH_BYTES, annex_b_units, length_units, put_annex_b, put_lengths};
pub use vp8::Vp8Descriptor;
pub use vp9::Vp9Descriptor;
