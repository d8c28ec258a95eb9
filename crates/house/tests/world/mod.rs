//! A house on a log in memory that can be told to fail or to wait, with an audience that writes down what it hears.

#![allow(dead_code)]

use async_trait::async_trait;
use bytes::Bytes;
use fanout::Tick;
use house::{
    Audience, Clock, Encode, Farewell, RandomIds, RoomHandle, RoomRegistry, TickParts, VirtualClock,
};
use model::{
    ClientKey, ConnectionId, Epoch, Nickname, ParticipantId, Role, RoomId, RoomSlug, Seq, Timestamp,
};
use room::{Access, Colour, Command, DanmakuCurve, Entry, Event, Mode, Size, Speech, Title, Who};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::{Conflict, EventLog, NewRoom, Page, RoomRecord, Rooms, StoreError};
use tokio::sync::Semaphore;

pub const HOST: ParticipantId = ParticipantId(1);
pub const START: Timestamp = Timestamp(1_000_000);

/// What happened, in order.
#[derive(Debug, Clone, Default)]
pub struct Transcript(Arc<Mutex<Vec<String>>>);

impl Transcript {
    pub fn tell(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// What the next appends do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    Works,
    /// Refuses, and keeps nothing.
    Full,
    /// Keeps it, and the answer is lost.
    AnswerLost,
}

pub struct MemoryLog {
    transcript: Transcript,
    rooms: Vec<RoomRecord>,
    entries: Mutex<BTreeMap<RoomId, Vec<Entry>>>,
    disk: Mutex<Disk>,
    /// An append takes one permit and gives it back.
    pub gate: Semaphore,
}

impl MemoryLog {
    pub fn set(&self, disk: Disk) {
        *self.disk.lock().unwrap() = disk;
    }

    pub fn entries(&self, room: u64) -> Vec<Entry> {
        self.entries.lock().unwrap().get(&RoomId(room)).cloned().unwrap_or_default()
    }

    fn pick(&self, room: RoomId, pick: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.entries(room.0).into_iter().filter(pick).collect()
    }
}

fn full() -> StoreError {
    StoreError::Unavailable { doing: "appending to a room's log", source: "the disk is full".into() }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn append(&self, room: RoomId, entries: &[Entry]) -> Result<(), StoreError> {
        let _permit = self.gate.acquire().await.unwrap();
        let disk = *self.disk.lock().unwrap();
        if disk == Disk::Full {
            return Err(full());
        }
        let mut all = self.entries.lock().unwrap();
        let log = all.entry(room).or_default();
        for entry in entries {
            let expected = Seq(log.len() as u64 + 1);
            if entry.seq != expected {
                return Err(Conflict::Sequence { expected, found: entry.seq }.into());
            }
            log.push(entry.clone());
        }
        let (first, last) = (entries[0].seq.0, entries[entries.len() - 1].seq.0);
        self.transcript.tell(format!("room {room} appended {first}..={last}"));
        if disk == Disk::AnswerLost { Err(full()) } else { Ok(()) }
    }

    async fn last(&self, room: RoomId) -> Result<Seq, StoreError> {
        Ok(Seq(self.entries(room.0).len() as u64))
    }

    async fn lasting(&self, room: RoomId) -> Result<Vec<Entry>, StoreError> {
        Ok(self.pick(room, |entry| entry.event.is_lasting()))
    }

    async fn tail(&self, room: RoomId, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let all = self.entries(room.0);
        Ok(all[all.len().saturating_sub(limit as usize)..].to_vec())
    }

    async fn range(&self, room: RoomId, after: Seq, limit: u32) -> Result<Vec<Entry>, StoreError> {
        Ok(self.pick(room, |entry| entry.seq > after).into_iter().take(limit as usize).collect())
    }

    async fn messages_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError> {
        let said = self.pick(room, |entry| entry.seq < before && matches!(entry.event, Event::Said { .. }));
        Ok(Page { entries: said[said.len().saturating_sub(limit as usize)..].to_vec(), more: false })
    }

    async fn audit_before(&self, _: RoomId, _: Seq, _: u32) -> Result<Page, StoreError> {
        Ok(Page::default())
    }
}

#[async_trait]
impl Rooms for MemoryLog {
    async fn found_room(
        &self,
        _: ParticipantId,
        _: &NewRoom,
        _: Timestamp,
    ) -> Result<RoomRecord, StoreError> {
        Err(full())
    }

    async fn room(&self, id: RoomId) -> Result<Option<RoomRecord>, StoreError> {
        if *self.disk.lock().unwrap() == Disk::Full {
            return Err(full());
        }
        Ok(self.rooms.iter().find(|room| room.id == id).cloned())
    }

    async fn room_by_slug(&self, slug: &RoomSlug) -> Result<Option<RoomRecord>, StoreError> {
        Ok(self.rooms.iter().find(|room| room.slug == *slug).cloned())
    }

    async fn public_rooms(&self, _: u32) -> Result<Vec<RoomRecord>, StoreError> {
        Ok(self.rooms.clone())
    }

    async fn rooms_of(&self, _: ParticipantId) -> Result<Vec<(RoomRecord, Role)>, StoreError> {
        Ok(Vec::new())
    }
}

/// Encodes an event as its number; a message that says `boom` is a fault of the program's.
pub struct Numbers;

impl Encode for Numbers {
    fn event(&self, entry: &Entry, _times: u32) -> Option<Bytes> {
        match &entry.event {
            Event::Said { speech: Speech::Chat { text, .. }, .. } => {
                assert_ne!(text, "boom");
                Some(entry.seq.0.to_string().into())
            }
            Event::Said { .. } | Event::Deleted { .. } | Event::Banned { .. } | Event::Configured { .. } => {
                Some(entry.seq.0.to_string().into())
            }
            _ => None,
        }
    }

    fn tick(&self, parts: &TickParts<'_>) -> Option<Tick> {
        let all = [parts.must, parts.ordered, parts.mergeable].concat();
        let numbers: Vec<String> =
            all.iter().map(|event| String::from_utf8(event.to_vec()).unwrap()).collect();
        let counts = parts.counts.map_or(String::new(), |counts| format!(" {} here", counts.present));
        Some(Tick {
            position: parts.position,
            frames: format!("{}{counts}", numbers.join(",")).into(),
            messages: Vec::new(),
            must_bytes: 0,
            ordered_bytes: 0,
            ordered_span: None,
        })
    }
}

pub struct Heard {
    transcript: Transcript,
    ticks: Mutex<Vec<(RoomId, Arc<Tick>)>>,
}

impl Heard {
    /// How many ticks there have been, and those since.
    pub fn ticks_from(&self, from: usize) -> Vec<Arc<Tick>> {
        self.ticks.lock().unwrap()[from..].iter().map(|(_, tick)| tick.clone()).collect()
    }

    pub fn count(&self) -> usize {
        self.ticks.lock().unwrap().len()
    }
}

impl Audience for Heard {
    fn deliver(&self, room: RoomId, tick: &Arc<Tick>) {
        self.ticks.lock().unwrap().push((room, tick.clone()));
        let text = String::from_utf8(tick.frames.to_vec()).unwrap();
        self.transcript.tell(format!("room {room} shown {text}"));
    }

    fn put_out(&self, room: RoomId, who: ParticipantId, why: Farewell) {
        self.transcript.tell(format!("room {room} puts out {who}: {why:?}"));
    }

    fn close(&self, room: RoomId, why: Farewell) {
        self.transcript.tell(format!("room {room} closes its lines: {why:?}"));
    }
}

pub struct World {
    pub transcript: Transcript,
    pub log: Arc<MemoryLog>,
    pub heard: Arc<Heard>,
    pub clock: Arc<dyn Clock>,
    pub registry: RoomRegistry,
}

/// A house with the rooms `one` and `two`.
pub fn world() -> World {
    let transcript = Transcript::default();
    let log = Arc::new(MemoryLog {
        transcript: transcript.clone(),
        rooms: vec![record(1, "one"), record(2, "two")],
        entries: Mutex::default(),
        disk: Mutex::new(Disk::Works),
        gate: Semaphore::new(100),
    });
    let heard = Arc::new(Heard { transcript: transcript.clone(), ticks: Mutex::default() });
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(START));
    let registry = RoomRegistry::on(
        log.clone(),
        log.clone(),
        clock.clone(),
        Arc::new(RandomIds::default()),
        Arc::new(Numbers),
        heard.clone(),
    );
    World { transcript, log, heard, clock, registry }
}

impl World {
    /// The room, with the host in it on line 1, and a transcript that starts after that.
    pub async fn room(&self, slug: &str) -> RoomHandle {
        let room = self.registry.open(&RoomSlug::parse(slug).unwrap()).await.unwrap().unwrap();
        room.join(ConnectionId(1), Some(host()), None).await.unwrap();
        settle().await;
        self.transcript.take();
        room
    }
}

/// Longer than a tick and shorter than anything else.
pub async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
}

pub fn host() -> Who {
    who(1, "Ada")
}

pub fn who(id: u64, name: &str) -> Who {
    Who { id: ParticipantId(id), name: Nickname::parse(name).unwrap(), registered: true }
}

/// The host says something; they may speak as fast as they like.
pub fn say(key: u64, text: &str) -> Command {
    let speech = Speech::Chat { text: text.into(), reply_to: None, mentions: Vec::new() };
    Command::Say { by: HOST, key: ClientKey(key), speech }
}

/// The host's danmaku.
pub fn fly(key: u64, text: &str) -> Command {
    let (mode, colour, size) = (Mode::Scroll, Colour::WHITE, Size::Normal);
    let speech = Speech::Danmaku { text: text.into(), mode, colour, size };
    Command::Say { by: HOST, key: ClientKey(key), speech }
}

fn record(id: u64, slug: &str) -> RoomRecord {
    let title = Title::parse("A room").unwrap();
    RoomRecord {
        id: RoomId(id),
        slug: RoomSlug::parse(slug).unwrap(),
        epoch: Epoch(7),
        host: HOST,
        host_name: host().name,
        founded: START,
        founding_title: title.clone(),
        founding_access: Access::Public,
        founding_danmaku: DanmakuCurve::default(),
        title,
        access: Access::Public,
    }
}
