//! A peer of this loop.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use model::RoomId;
use str0m::IceCreds;

use crate::peer::Peer;
use crate::publisher::Publisher;
use crate::subscriber::Subscriber;

/// A peer, and what the loop knows of it besides.
pub(super) struct Entry {
    pub(super) room: RoomId,
    pub(super) end: PeerEnd,
    pub(super) offer: String,
    pub(super) credentials: IceCreds,
    pub(super) addresses: VecDeque<SocketAddr>,
    /// When it is in the heap; entries at other times are old.
    pub(super) scheduled: Option<Instant>,
    pub(super) made: Instant,
    pub(super) connected: bool,
    pub(super) lost_since: Option<Instant>,
    pub(super) closing: bool,
    pub(super) reported_lost: u64,
}

/// Which end of a show it is.
pub(super) enum PeerEnd {
    Publisher(Box<Publisher>),
    Viewer(Box<Subscriber>),
}

impl PeerEnd {
    pub(super) fn peer(&mut self) -> &mut Peer {
        match self {
            PeerEnd::Publisher(publisher) => &mut publisher.peer,
            PeerEnd::Viewer(viewer) => &mut viewer.peer,
        }
    }

    pub(super) fn due(&self) -> Instant {
        match self {
            PeerEnd::Publisher(publisher) => publisher.peer.due,
            PeerEnd::Viewer(viewer) => viewer.due(),
        }
    }
}
