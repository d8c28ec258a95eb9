//! Sound from one codec to another, once for each stream and only where somebody needs it: AAC to Opus for who watches
//! by WebRTC, Opus to AAC for players that know nothing else.
//!
//! The decoders and encoders are others' work; what is here joins them so that time goes on without a hole: packets
//! follow each other exactly, whatever the jitter of what comes in.

mod aac_to_opus;
mod clock;
mod downmix;
mod error;
mod opus_to_aac;
mod resampler;

pub use aac_to_opus::AacToOpus;
pub use error::TranscodeError;
pub use opus_to_aac::OpusToAac;

/// Samples a second inside of Opus, and of everything that comes out here.
pub const RATE_HZ: u32 = 48_000;
