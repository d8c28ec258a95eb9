//! Containers: fragmented MP4, FLV and MPEG transport streams.
//!
//! Everything is a function of bytes: nothing here reads a file or a socket. What reads looks only inside the bytes it
//! was given and keeps no more than they hold.

pub mod amf;
pub mod flv;
pub mod fmp4;
pub mod ts;
