//! Media sockets: feeds the media machines and sends what they say.
//!
//! The rest of the house holds a [`MediaHandle`] and reads [`MediaFact`]s from a bounded channel; packets never
//! leave this floor.

mod attachment;
mod bridge;
mod config;
mod connecting;
mod doorkeeper;
mod fact;
mod feed;
mod frame_sink;
mod handle;
mod interface;
mod media_loop;
mod order;
mod programme;
mod programmes;
mod rtmp_listener;
mod rtmp_peer;
mod session;
mod shelf;
mod sound;
mod stray;
mod tcp;
mod udp;
mod wish;

pub use bridge::Bridge;
pub use config::MediaConfig;
pub use doorkeeper::{CannotTell, Doorkeeper};
pub use fact::{MediaFact, MediaStats, MediaTotals};
pub use feed::Feed;
pub use frame_sink::{FrameSink, OnAir, Turn};
pub use handle::{Accepted, CROWDED_WAIT, MediaError, MediaHandle, Patched};
pub use programmes::Programmes;
pub use rtmp_listener::{RtmpHouse, RtmpListener};
pub use session::SessionId;
pub use sfu::{Flow, Layer, Limit, Watched, Wish};
pub use shelf::{Place, Shelf, WAITING_MAX};

/// Facts waiting to be told to the rooms. They are few; should the reader stall, the oldest news of counts is
/// left out, and news of publishers waits in the loop until there is space.
pub const FACTS_MAX: usize = 1_024;

/// Binds the sockets and starts the loops. Facts come out of the receiver; the loops end when the last handle is
/// dropped.
pub fn start(config: &MediaConfig) -> std::io::Result<(MediaHandle, tokio::sync::mpsc::Receiver<MediaFact>)> {
    media_loop::start(config)
}
