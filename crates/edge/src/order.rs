//! What the loops are told, and by which way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use mio::Waker;
use model::RoomId;
use tokio::sync::oneshot;

use crate::{Accepted, MediaError, MediaStats, MediaTotals, Patched, SessionId};

/// Orders waiting for one loop. A loop takes them between packets, so more than this means it is stuck; then
/// the asker is told that the media plane is not available.
pub(crate) const ORDERS_MAX: usize = 4_096;

/// One order to a loop. Each is answered, unless its asker has left.
pub(crate) enum Order {
    Publish { room: RoomId, offer: String, answer: oneshot::Sender<Result<Accepted, MediaError>> },
    Watch { room: RoomId, offer: String, answer: oneshot::Sender<Result<Accepted, MediaError>> },
    Patch {
        session: SessionId,
        fragment: String,
        if_match: Option<String>,
        answer: oneshot::Sender<Result<Patched, MediaError>>,
    },
    Close { session: SessionId, answer: oneshot::Sender<Result<(), MediaError>> },
    ClosePublisher { room: RoomId, answer: oneshot::Sender<()> },
    CloseViewers { room: RoomId, answer: oneshot::Sender<()> },
}

/// What all loops and all handles share.
#[derive(Clone)]
pub(crate) struct Shards(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) inboxes: Vec<Inbox>,
    pub(crate) port: u16,
    pub(crate) viewers_per_room_max: u32,
    next: AtomicU64,
    /// Asked only when somebody comes, goes or reads figures; never for a packet.
    rooms: Mutex<BTreeMap<RoomId, Arc<RoomFigures>>>,
}

/// The way into one loop.
pub(crate) struct Inbox {
    pub(crate) orders: SyncSender<Order>,
    pub(crate) waker: Arc<Waker>,
    pub(crate) totals: Arc<Mutex<MediaTotals>>,
}

/// What is known of one room across the loops.
#[derive(Default)]
pub(crate) struct RoomFigures {
    /// Bit n is set while loop n has viewers of the room and so wants its packets.
    pub(crate) watched_on: AtomicU64,
    pub(crate) watching: AtomicU32,
    pub(crate) publisher: Mutex<MediaStats>,
}

impl Shards {
    pub(crate) fn new(inboxes: Vec<Inbox>, port: u16, viewers_per_room_max: usize) -> Shards {
        Shards(Arc::new(Shared {
            inboxes,
            port,
            viewers_per_room_max: u32::try_from(viewers_per_room_max).unwrap_or(u32::MAX),
            next: AtomicU64::new(0),
            rooms: Mutex::default(),
        }))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.inboxes.len()
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }

    /// A room's publisher always comes to the same loop, so that taking over needs no second loop.
    pub(crate) fn for_publisher(&self, room: RoomId) -> usize {
        usize::try_from(room.0 % self.count() as u64).unwrap_or(0)
    }

    /// Viewers go round the loops; `None` when the room is full.
    pub(crate) fn for_viewer(&self, room: RoomId) -> Option<usize> {
        if self.room(room).watching.load(Ordering::Relaxed) >= self.0.viewers_per_room_max {
            return None;
        }
        let turn = self.0.next.fetch_add(1, Ordering::Relaxed);
        Some(usize::try_from(turn % self.count() as u64).unwrap_or(0))
    }

    pub(crate) fn room(&self, room: RoomId) -> Arc<RoomFigures> {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rooms.entry(room).or_default())
    }

    pub(crate) fn stats(&self, room: RoomId) -> MediaStats {
        let figures = self.room(room);
        let mut stats = figures.publisher.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stats.watching = figures.watching.load(Ordering::Relaxed);
        stats
    }

    pub(crate) fn totals(&self) -> MediaTotals {
        let mut sum = MediaTotals::default();
        for inbox in &self.0.inboxes {
            sum.add(&inbox.totals.lock().unwrap_or_else(PoisonError::into_inner));
        }
        sum
    }

    pub(crate) fn send(&self, shard: usize, order: Order) -> Result<(), MediaError> {
        let inbox = self.0.inboxes.get(shard).ok_or(MediaError::NoSuchSession)?;
        match inbox.orders.try_send(order) {
            Ok(()) => inbox.waker.wake().map_err(|_| MediaError::Unavailable),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(MediaError::Unavailable),
        }
    }
}

impl MediaTotals {
    fn add(&mut self, other: &MediaTotals) {
        self.publishers += other.publishers;
        self.viewers += other.viewers;
        self.packets_in += other.packets_in;
        self.bytes_in += other.bytes_in;
        self.packets_in_lost += other.packets_in_lost;
        self.packets_out += other.packets_out;
        self.bytes_out += other.bytes_out;
        self.packets_out_lost += other.packets_out_lost;
        self.packets_retransmitted += other.packets_retransmitted;
        self.keyframes_asked += other.keyframes_asked;
        self.datagrams_dropped += other.datagrams_dropped;
        self.peers_failed += other.peers_failed;
    }
}
