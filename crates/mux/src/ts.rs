//! MPEG transport streams (ISO/IEC 13818-1), read: what SRT carries.

mod demuxer;
mod elementary;
mod packet;
mod pes;
mod section;

pub use demuxer::{Demuxer, Item};
