//! What the loops are told, and by which way.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use mio::Waker;
use model::{Origin, RoomId};
use sfu::{Layer, Packet, PeerId, Watched, Wish};
use tokio::sync::oneshot;

use crate::tcp::Moved;
use crate::{Accepted, MediaError, MediaStats, MediaTotals, Patched, SessionId};

/// Orders waiting for one loop. A loop takes them between packets, so more than this means it is stuck; then an
/// asker is told that the media plane is not available, and a relayed packet is lost like on any full link.
pub(crate) const ORDERS_MAX: usize = 8_192;

/// One order to a loop. Those with an answer are answered, unless the asker has left.
pub(crate) enum Order {
    Publish {
        room: RoomId,
        offer: String,
        answer: oneshot::Sender<Result<Accepted, MediaError>>,
    },
    Watch {
        room: RoomId,
        from: Origin,
        offer: String,
        answer: oneshot::Sender<Result<Accepted, MediaError>>,
    },
    Patch {
        session: SessionId,
        fragment: String,
        if_match: Option<String>,
        answer: oneshot::Sender<Result<Patched, MediaError>>,
    },
    Close {
        session: SessionId,
        answer: oneshot::Sender<Result<(), MediaError>>,
    },
    /// A publisher by another protocol takes the room's place; `gone` is dropped when it has lost it.
    Feed {
        room: RoomId,
        gone: oneshot::Sender<()>,
        answer: oneshot::Sender<Result<SessionId, MediaError>>,
    },
    /// Packets of the room's publisher, if it came by another protocol.
    Inject {
        room: RoomId,
        packets: Vec<sfu::Injected>,
    },
    /// A publisher by another protocol has lost its connection.
    Lose {
        session: SessionId,
    },
    ClosePublisher {
        room: RoomId,
        answer: oneshot::Sender<()>,
    },
    CloseViewers {
        room: RoomId,
        answer: oneshot::Sender<()>,
    },
    /// From a neighbour: it has viewers of a room whose publisher is (or will be) here, or no longer has. Said again
    /// until there is space for it.
    Attach {
        room: RoomId,
        shard: usize,
        attached: bool,
    },
    /// From a neighbour: a packet of a room that is watched here.
    Relay {
        room: RoomId,
        packet: Arc<Packet>,
    },
    /// From a neighbour: its viewers need a keyframe.
    WantKeyframe {
        room: RoomId,
        layer: u8,
    },
    /// From a neighbour: what it knows of the layers of its publisher.
    Layers {
        room: RoomId,
        layers: Vec<Layer>,
    },
    /// From a neighbour: its viewers want these layers, bit n is layer n, and no others.
    WantLayers {
        room: RoomId,
        shard: usize,
        wanted: u8,
    },
    /// A viewer's page wishes to be sent so much, or only asks.
    Wish {
        session: SessionId,
        wish: Option<Wish>,
        answer: oneshot::Sender<Result<Watched, MediaError>>,
    },
    /// From a neighbour: a datagram for a peer of this loop that the kernel gave to it.
    Stray {
        shard: usize,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: Vec<u8>,
    },
    /// From a neighbour: a stray came from where one of its peers has proven to be. Lost, it is said again when the
    /// peer's next STUN message strays.
    Confirmed {
        shard: usize,
        peer: PeerId,
        source: SocketAddr,
    },
    /// From a neighbour: a TCP connection of a peer of this loop.
    Line(Moved),
    /// No handle is left.
    Stop,
}

/// What all handles share. The loops hold only [`Inboxes`] and [`Figures`], so that the last handle's end is theirs.
#[derive(Clone)]
pub(crate) struct Shards(Arc<Shared>);

struct Shared {
    inboxes: Inboxes,
    figures: Arc<Figures>,
    port: u16,
    viewers_per_room_max: u32,
    next: AtomicU64,
}

pub(crate) type Inboxes = Arc<[Inbox]>;

/// The way into one loop.
pub(crate) struct Inbox {
    pub(crate) orders: SyncSender<Order>,
    pub(crate) waker: Waker,
}

/// What is known across the loops. Asked only when somebody comes, goes or reads figures; never for a packet.
#[derive(Default)]
pub(crate) struct Figures {
    rooms: Mutex<BTreeMap<RoomId, Arc<RoomFigures>>>,
    totals: Mutex<BTreeMap<usize, MediaTotals>>,
}

/// What is known of one room across the loops.
#[derive(Default)]
pub(crate) struct RoomFigures {
    pub(crate) watching: AtomicU32,
    pub(crate) blind: AtomicU32,
    pub(crate) publisher: Mutex<MediaStats>,
}

impl Inbox {
    /// Leaves an order without waking the loop; `false` if there was no space.
    pub(crate) fn leave(&self, order: Order) -> bool {
        self.orders.try_send(order).is_ok()
    }

    /// Leaves an order and wakes the loop.
    pub(crate) fn send(&self, order: Order) -> bool {
        self.leave(order) && self.waker.wake().is_ok()
    }
}

impl Figures {
    pub(crate) fn room(&self, room: RoomId) -> Arc<RoomFigures> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rooms.entry(room).or_default())
    }

    pub(crate) fn set_totals(&self, shard: usize, totals: MediaTotals) {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner).insert(shard, totals);
    }
}

impl Shards {
    pub(crate) fn new(
        inboxes: Inboxes,
        figures: Arc<Figures>,
        port: u16,
        viewers_per_room_max: usize,
    ) -> Shards {
        let viewers_per_room_max = u32::try_from(viewers_per_room_max).unwrap_or(u32::MAX);
        Shards(Arc::new(Shared { inboxes, figures, port, viewers_per_room_max, next: AtomicU64::new(0) }))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.inboxes.len()
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }

    pub(crate) fn for_publisher(&self, room: RoomId) -> usize {
        publisher_shard(room, self.count())
    }

    /// Viewers go round the loops; `None` when the room is full.
    pub(crate) fn for_viewer(&self, room: RoomId) -> Option<usize> {
        if self.0.figures.room(room).watching.load(Ordering::Relaxed) >= self.0.viewers_per_room_max {
            return None;
        }
        let turn = self.0.next.fetch_add(1, Ordering::Relaxed);
        Some(usize::try_from(turn % self.count() as u64).unwrap_or(0))
    }

    pub(crate) fn stats(&self, room: RoomId) -> MediaStats {
        let figures = self.0.figures.room(room);
        let mut stats = figures.publisher.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stats.watching = figures.watching.load(Ordering::Relaxed);
        stats.watching_blind = figures.blind.load(Ordering::Relaxed);
        stats
    }

    pub(crate) fn totals(&self) -> MediaTotals {
        let totals = self.0.figures.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.values().fold(MediaTotals::default(), |sum, shard| sum.plus(shard))
    }

    pub(crate) fn send(&self, shard: usize, order: Order) -> Result<(), MediaError> {
        let inbox = self.0.inboxes.get(shard).ok_or(MediaError::NoSuchSession)?;
        match inbox.orders.try_send(order) {
            Ok(()) => inbox.waker.wake().map_err(|_| MediaError::Unavailable),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(MediaError::Unavailable),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        for inbox in self.inboxes.iter() {
            inbox.send(Order::Stop);
        }
    }
}

/// A room's publisher always comes to the same loop, so that taking over needs no second loop.
pub(crate) fn publisher_shard(room: RoomId, count: usize) -> usize {
    usize::try_from(room.0 % count.max(1) as u64).unwrap_or(0)
}

impl MediaTotals {
    fn plus(self, other: &MediaTotals) -> MediaTotals {
        MediaTotals {
            publishers: self.publishers + other.publishers,
            viewers: self.viewers + other.viewers,
            packets_in: self.packets_in + other.packets_in,
            bytes_in: self.bytes_in + other.bytes_in,
            packets_in_lost: self.packets_in_lost + other.packets_in_lost,
            packets_out: self.packets_out + other.packets_out,
            bytes_out: self.bytes_out + other.bytes_out,
            packets_out_lost: self.packets_out_lost + other.packets_out_lost,
            packets_retransmitted: self.packets_retransmitted + other.packets_retransmitted,
            packets_repair: self.packets_repair + other.packets_repair,
            keyframes_asked: self.keyframes_asked + other.keyframes_asked,
            datagrams_dropped: self.datagrams_dropped + other.datagrams_dropped,
            peers_failed: self.peers_failed + other.peers_failed,
        }
    }
}
