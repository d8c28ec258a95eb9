//! Low-latency HLS: what is packaged, and the playlists that say so (RFC 8216bis).
//!
//! ```text
//! Packager::configure   what a decoder has to know, before the frames
//! Packager::push        a frame, and when it came
//! Packager::interrupt   the publisher is gone, perhaps for a moment
//! Packager::poll_news   which rendition has changed, and what the publisher should be told
//! Packager::rendition   all that is on offer now, as one value that never changes
//! Rendition::reload     a blocking reload: ready, or not before which part
//! ```
//!
//! It never waits and never reads a clock: whoever asks for what is not there yet is told when to ask again.

mod blocking;
mod codecs;
mod container;
mod cut;
mod date;
mod file;
mod fit;
mod multivariant;
mod notice;
mod packager;
mod playlist;
mod rendition;
mod run;
mod segment;
mod settings;
mod stock;
mod timeline;
mod track;

pub use blocking::{Ask, BadAsk, Reload};
pub use codecs::{carried, codecs};
pub use file::File;
pub use multivariant::Multivariant;
pub use notice::{News, Notice};
pub use packager::Packager;
pub use rendition::{Fetch, Rendition};
pub use segment::{Part, Segment};
pub use settings::Settings;
