//! A room as its log has it, with what its viewers may still ask for.

use fanout::{Counts, History, HistoryMax, Hub, HubLimits, Lane};
use model::Seq;
use room::{Access, Colour, Command, Entry, Event, Founding, Mode, Room, Size, Speech};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{EventLog, RoomRecord, StoreError};

use crate::room_actor::House;
use crate::{Encode, Shown};

/// Entries read when a room opens: what its restoring asks for, and enough for who comes back.
const TAIL: u32 = 1_000;

/// What makes two danmaku the same to a viewer.
pub(crate) type Looks = (String, Mode, Colour, Size);

/// A room, and what is in memory for its listeners.
pub(crate) struct Loaded {
    pub(crate) record: RoomRecord,
    pub(crate) room: Room,
    pub(crate) hub: Hub<Arc<Entry>, Looks>,
    pub(crate) history: History<Shown>,
    /// The door as of the last batch, to see it change.
    pub(crate) access: Access,
}

impl Loaded {
    /// Reads a room from its log and tells it that it was opened anew, which is written too.
    pub(crate) async fn from_log(house: &House, record: RoomRecord) -> Result<Loaded, StoreError> {
        // The owner may have taken another name since.
        let record = house.rooms.room(record.id).await?.unwrap_or(record);
        let tail = house.log.tail(record.id, TAIL).await?;
        let lasting = house.log.lasting(record.id).await?;
        let last = tail.last().map_or(Seq(0), |entry| entry.seq);
        let mut history = seeded(&record, &tail, &*house.encoder);
        history.reach(last);
        let entries: BTreeMap<Seq, Entry> =
            lasting.into_iter().chain(tail).map(|entry| (entry.seq, entry)).collect();
        let mut room = Room::restore(founding(&record), entries.into_values(), last);
        // A room cannot refuse to be opened.
        let _ = room.handle(Command::Reopened, house.clock.now());
        let hub = Hub::new(HubLimits::default(), last, Counts::default());
        let access = room.view().access;
        let mut loaded = Loaded { record, room, hub, history, access };
        loaded.append_waiting(&*house.log, &*house.encoder).await?;
        Ok(loaded)
    }

    /// Writes what the room has decided while nobody listens to it.
    pub(crate) async fn append_waiting(
        &mut self,
        log: &dyn EventLog,
        encoder: &dyn Encode,
    ) -> Result<(), StoreError> {
        let entries: Vec<Entry> = std::iter::from_fn(|| self.room.poll_event()).collect();
        if !entries.is_empty() {
            log.append(self.record.id, &entries).await?;
        }
        for entry in entries {
            keep(&mut self.history, &entry, encoder);
        }
        let last = self.room.last();
        self.history.reach(last);
        let view = self.room.view();
        self.hub = Hub::new(HubLimits::default(), last, Counts { present: view.present, likes: view.likes });
        Ok(())
    }

    /// Publishes one entry that was written.
    pub(crate) fn publish(&mut self, entry: &Arc<Entry>) {
        if let Event::Deleted { message, .. } = &entry.event {
            // Who has not been shown it yet, never will be.
            self.hub.withdraw(*message);
            self.history.forget(*message);
        }
        self.hub.publish(entry.seq, lane(&entry.event), entry.clone());
    }

    /// A message of long ago, unless it was deleted since.
    pub(crate) async fn message_from_log(&self, log: &dyn EventLog, wanted: Seq) -> Option<Arc<Entry>> {
        let page = log.messages_before(self.record.id, wanted.next(), 1).await.ok()?;
        page.entries.into_iter().find(|entry| entry.seq == wanted).map(Arc::new)
    }
}

fn founding(record: &RoomRecord) -> Founding {
    Founding {
        id: record.id,
        host: record.host,
        host_name: record.host_name.clone(),
        title: record.founding_title.clone(),
        access: record.founding_access,
        danmaku: record.founding_danmaku,
    }
}

fn seeded(record: &RoomRecord, tail: &[Entry], encoder: &dyn Encode) -> History<Shown> {
    let floor = tail.first().map_or(Seq(0), |entry| Seq(entry.seq.0.saturating_sub(1)));
    let mut history = History::new(record.epoch, HistoryMax::default(), floor);
    for entry in tail {
        keep(&mut history, entry, encoder);
    }
    history
}

fn keep(history: &mut History<Shown>, entry: &Entry, encoder: &dyn Encode) {
    if let Event::Deleted { message, .. } = &entry.event {
        history.forget(*message);
    }
    if let Some(bytes) = encoder.event(entry, 1) {
        let weight = bytes.len();
        history.push(entry.seq, Shown { entry: Arc::new(entry.clone()), bytes }, weight);
    }
}

/// How an event goes out.
fn lane(event: &Event) -> Lane<Looks> {
    match event {
        Event::Deleted { .. }
        | Event::Muted { .. }
        | Event::Unmuted { .. }
        | Event::Banned { .. }
        | Event::Unbanned { .. }
        | Event::SlowModeSet { .. }
        | Event::Appointed { .. }
        | Event::Configured { .. }
        | Event::LiveStarted { .. }
        | Event::LiveInterrupted { .. }
        | Event::LiveResumed { .. }
        | Event::LiveEnded { .. } => Lane::Must,
        Event::Said { speech, role, .. } => match speech {
            Speech::Chat { .. } => Lane::Ordered,
            Speech::Danmaku { .. } if role.is_staff() => Lane::Ordered,
            Speech::Danmaku { text, mode, colour, size } => {
                Lane::Mergeable(Some((text.clone(), *mode, *colour, *size)))
            }
        },
        Event::Renamed { .. } => Lane::Mergeable(None),
        Event::Joined { .. } => Lane::Joined,
        Event::Opened | Event::Left { .. } | Event::Liked { .. } => Lane::Counted,
    }
}
