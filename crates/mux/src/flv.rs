//! FLV tags, which are also RTMP's audio and video messages: the old ones, and those of enhanced RTMP (version 2).
//!
//! [`Demuxer`] makes configurations and frames of them, [`Muxer`] the other way round, [`TagReader`] finds them in a
//! file. Nothing a stranger sends is an error that ends a stream: what cannot be used is left out with a [`Note`].

mod audio;
mod clock;
mod demuxer;
mod file;
mod four_cc;
mod multitrack;
mod muxer;
mod note;
mod obu;
mod timeline;
mod video;

pub use demuxer::{Demuxer, Item};
pub use file::{FILE_HEADER, Tag, TagKind, TagReader};
pub use four_cc::FourCc;
pub use muxer::Muxer;
pub use note::Note;
