//! Media sockets: feeds the media machines and sends what they say.
//!
//! The rest of the house holds a [`MediaHandle`] and reads [`MediaFact`]s from a bounded channel; packets never
//! leave this floor.

mod attachment;
mod config;
mod connecting;
mod fact;
mod handle;
mod interface;
mod media_loop;
mod order;
mod programme;
mod programmes;
mod session;
mod shelf;
mod stray;
mod tcp;
mod udp;

pub use config::MediaConfig;
pub use fact::{MediaFact, MediaStats, MediaTotals};
pub use handle::{Accepted, CROWDED_WAIT, MediaError, MediaHandle, Patched};
pub use programmes::Programmes;
pub use session::SessionId;
pub use shelf::{Place, Shelf, WAITING_MAX};

/// Facts waiting to be told to the rooms. They are few; should the reader stall, the oldest news of counts is
/// left out, and news of publishers waits in the loop until there is space.
pub const FACTS_MAX: usize = 1_024;

/// Binds the sockets and starts the loops. Facts come out of the receiver; the loops end when the last handle is
/// dropped.
pub fn start(config: &MediaConfig) -> std::io::Result<(MediaHandle, tokio::sync::mpsc::Receiver<MediaFact>)> {
    media_loop::start(config)
}
