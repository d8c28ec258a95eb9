//! All rooms' programmes, on a thread of their own: whatever HLS costs, the live path never waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use hls::Settings;
use media::{CodecConfig, Frame, Kind};
use model::RoomId;
use sfu::Packet;

use crate::programme::{Clock, Programme};
use crate::shelf::Shelf;

/// Frames and packets waiting for their programme: some seconds of a few heavy shows. When it is full they are
/// dropped, and the programme goes on at the next keyframe.
const FED_MAX: usize = 16_384;

/// The longest the thread sleeps.
const SLEEP_MAX: Duration = Duration::from_millis(250);

/// Asks a room's publisher for a keyframe of a layer.
pub(crate) type AskKeyframe = Box<dyn Fn(RoomId, u8) + Send>;

/// A line to the programmes. Cheap to clone.
#[derive(Clone)]
pub struct Programmes {
    feed: SyncSender<(RoomId, Fed)>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    shelves: RwLock<BTreeMap<RoomId, Arc<Shelf>>>,
    /// Rooms of which something was dropped since their last frame. A lock and not an actor: it is taken only then.
    lossy: Mutex<BTreeSet<RoomId>>,
    any_lossy: AtomicBool,
}

/// What a programme is told.
enum Fed {
    Config(CodecConfig),
    /// The frame, and whether some before it were dropped.
    Frame(Frame, bool),
    Packet(Arc<Packet>),
    Interrupt,
    End,
}

impl Programmes {
    /// Starts the thread. It ends when the last handle is dropped.
    pub(crate) fn start(settings: Settings, ask: AskKeyframe) -> io::Result<Programmes> {
        let (feed, fed) = sync_channel(FED_MAX);
        let shared = Arc::new(Shared::default());
        let studio = Studio { settings, fed, ask, shared: Arc::clone(&shared), rooms: BTreeMap::new() };
        std::thread::Builder::new().name("programmes".to_owned()).spawn(move || studio.run())?;
        Ok(Programmes { feed, shared })
    }

    /// What a decoder has to know of a room's frames that follow.
    pub fn config(&self, room: RoomId, config: CodecConfig) {
        self.feed(room, Fed::Config(config));
    }

    /// A frame of a room's publisher.
    pub fn frame(&self, room: RoomId, frame: Frame) {
        let lost = self.shared.any_lossy.load(Ordering::Relaxed) && self.take_lossy(room);
        self.feed(room, Fed::Frame(frame, lost));
    }

    /// The publisher is gone, perhaps for a moment.
    pub fn interrupt(&self, room: RoomId) {
        self.feed(room, Fed::Interrupt);
    }

    /// The show is over.
    pub fn end(&self, room: RoomId) {
        self.feed(room, Fed::End);
    }

    /// A packet of a room's WebRTC publisher.
    pub(crate) fn packet(&self, room: RoomId, packet: &Arc<Packet>) {
        // One that is dropped leaves a hole in the numbers, by which its programme sees it.
        let _ = self.feed.try_send((room, Fed::Packet(Arc::clone(packet))));
    }

    /// What is on offer of a room's show by HLS. `None` while there is none.
    pub fn shelf(&self, room: RoomId) -> Option<Arc<Shelf>> {
        self.shared.shelves.read().unwrap_or_else(PoisonError::into_inner).get(&room).cloned()
    }

    fn feed(&self, room: RoomId, fed: Fed) {
        if self.feed.try_send((room, fed)).is_err() {
            self.shared.lossy.lock().unwrap_or_else(PoisonError::into_inner).insert(room);
            self.shared.any_lossy.store(true, Ordering::Relaxed);
        }
    }

    fn take_lossy(&self, room: RoomId) -> bool {
        let mut lossy = self.shared.lossy.lock().unwrap_or_else(PoisonError::into_inner);
        let was = lossy.remove(&room);
        self.shared.any_lossy.store(!lossy.is_empty(), Ordering::Relaxed);
        was
    }
}

impl crate::FrameSink for Programmes {
    fn config(&self, room: RoomId, config: CodecConfig) {
        Programmes::config(self, room, config);
    }

    fn frame(&self, room: RoomId, frame: Frame) {
        Programmes::frame(self, room, frame);
    }

    /// Whether it returns is known to the loop that had its place.
    fn end(&self, room: RoomId) {
        self.interrupt(room);
    }
}

/// The thread.
struct Studio {
    settings: Settings,
    fed: Receiver<(RoomId, Fed)>,
    ask: AskKeyframe,
    shared: Arc<Shared>,
    rooms: BTreeMap<RoomId, Programme>,
}

impl Studio {
    fn run(mut self) {
        let clock = Clock::read();
        loop {
            let wall_ms = clock.wall_ms(crate::udp::now());
            match self.fed.recv_timeout(self.sleep(wall_ms)) {
                Ok((room, fed)) => {
                    let wall_ms = clock.wall_ms(crate::udp::now());
                    self.take(room, fed, &clock, wall_ms);
                    self.settle(room, wall_ms);
                }
                Err(RecvTimeoutError::Timeout) => self.look_round(clock.wall_ms(crate::udp::now())),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn sleep(&self, wall_ms: i64) -> Duration {
        let due = self.rooms.values().filter_map(Programme::due).min();
        let wait = due.map_or(SLEEP_MAX, |due| {
            Duration::from_millis(due.saturating_sub(wall_ms).max(1).unsigned_abs())
        });
        wait.min(SLEEP_MAX)
    }

    fn take(&mut self, room: RoomId, fed: Fed, clock: &Clock, wall_ms: i64) {
        let ends = matches!(fed, Fed::Interrupt | Fed::End);
        let over = self.rooms.get(&room).is_none_or(Programme::has_ended);
        if over && ends {
            return;
        }
        if over {
            self.rooms.insert(room, Programme::new(room, self.settings.clone(), wall_ms));
        }
        let Some(programme) = self.rooms.get_mut(&room) else { return };
        match fed {
            Fed::Config(config) => programme.configure(config),
            Fed::Frame(frame, lost) => {
                if lost && frame.kind == Kind::Video {
                    tracing::warn!(room.id = %room, "HLS could not keep up; it goes on at the next keyframe");
                }
                programme.frame(frame, lost, wall_ms);
            }
            Fed::Packet(packet) => programme.packet(&packet, clock.wall_ms(packet.arrived), wall_ms),
            Fed::Interrupt => programme.interrupt(wall_ms),
            Fed::End => programme.end(wall_ms),
        }
    }

    /// Puts on the shelf what is new.
    fn settle(&mut self, room: RoomId, wall_ms: i64) {
        let Some(programme) = self.rooms.get_mut(&room) else { return };
        let wishes = programme.settle(wall_ms);
        if let Some(layer) = wishes.keyframe {
            (self.ask)(room, layer);
        }
        let shelf = programme.shelf();
        let mut shelves = self.shared.shelves.write().unwrap_or_else(PoisonError::into_inner);
        // Until a new show has something to be seen, the one before stays where it is.
        let replaces = shelves
            .get(&room)
            .is_none_or(|before| !Arc::ptr_eq(before, shelf) && shelf.multivariant().borrow().is_some());
        if replaces {
            shelves.insert(room, Arc::clone(shelf));
        }
    }

    /// Gives every programme its time, and forgets those that are over.
    fn look_round(&mut self, wall_ms: i64) {
        let rooms: Vec<RoomId> = self.rooms.keys().copied().collect();
        for room in rooms {
            self.settle(room, wall_ms);
            if self.rooms.get(&room).is_some_and(|programme| programme.is_over(wall_ms)) {
                self.rooms.remove(&room);
                self.shared.shelves.write().unwrap_or_else(PoisonError::into_inner).remove(&room);
            }
        }
    }
}
