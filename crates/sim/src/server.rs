//! One room as the house runs it: written, then shown, then answered.

use std::collections::BTreeMap;

use bytes::Bytes;
use fanout::{Counts, Flush, History, HistoryMax, Hub, HubLimits, Lane, Outbox, Recovery, Tick};
use model::{ConnectionId, Delivery, Epoch, Seq, StreamPosition, Timestamp};
use room::{Answer, Command, Entry, Event, Founding, Refusal, Room};

use crate::disk::{Disk, Fate};

/// What one line may be owed. Small, so that slow readers lose something every evening.
const OUTBOX_BYTES: usize = 1_500;

/// Events kept for those who come back. Small, so that some come back too late.
const HISTORY: HistoryMax = HistoryMax { count: 60, bytes: 1 << 20 };

const EPOCH: Epoch = Epoch(1);

/// How a command was answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reply {
    Done(Answer),
    Refused(Refusal),
    /// The disk did not say yes. It may have happened; ask again with the same key.
    Unavailable,
}

pub(crate) struct Server {
    pub(crate) room: Room,
    pub(crate) disk: Disk,
    pub(crate) lines: BTreeMap<ConnectionId, Outbox>,
    /// How often it was opened anew; whoever had a line has none then.
    pub(crate) opened: u32,
    founding: Founding,
    hub: Hub<(Seq, char), String>,
    history: History<(Seq, char)>,
}

impl Server {
    pub(crate) fn open(founding: Founding, now: Timestamp) -> Server {
        let mut server = Server {
            room: Room::new(founding.clone()),
            disk: Disk::default(),
            lines: BTreeMap::new(),
            opened: 0,
            founding,
            hub: Hub::new(HubLimits::default(), Seq(0), Counts::default()),
            history: History::new(EPOCH, HISTORY, Seq(0)),
        };
        server.reload(now);
        server
    }

    /// Carries out a batch: all of it is written, or none of it is answered with yes.
    pub(crate) fn handle(&mut self, batch: Vec<Command>, fate: Fate, now: Timestamp) -> Vec<Reply> {
        let replies: Vec<Reply> = batch
            .into_iter()
            .map(|command| match self.room.handle(command, now) {
                Ok(answer) => Reply::Done(answer),
                Err(refusal) => Reply::Refused(refusal),
            })
            .collect();
        if self.write_and_show(fate, now) { replies } else { vec![Reply::Unavailable; replies.len()] }
    }

    /// Does what is due.
    pub(crate) fn wake(&mut self, fate: Fate, now: Timestamp) {
        if self.room.poll_timeout().is_some_and(|due| due <= now) {
            self.room.handle_timeout(now);
            self.write_and_show(fate, now);
        }
        while let Some(flush) = self.hub.poll_flush(now) {
            let tick = encode(&flush);
            self.lines.retain(|_, outbox| outbox.push_tick(&tick, 0, gap).is_ok());
        }
    }

    /// The process dies, or the room is reloaded after a failure of the disk: what is on the disk is what was.
    pub(crate) fn reload(&mut self, now: Timestamp) {
        self.lines.clear();
        self.opened += 1;
        let last = self.disk.log.last().map_or(Seq(0), |entry| entry.seq);
        self.room = Room::restore(self.founding.clone(), self.disk.log.clone(), last);
        self.hub = Hub::new(HubLimits::default(), last, Counts::default());
        // From the disk and not from memory: an entry may have been written that was never shown.
        self.history = History::new(EPOCH, HISTORY, Seq(0));
        for entry in &self.disk.log {
            remember(&mut self.history, entry);
        }
        self.room.handle(Command::Reopened, now).expect("a room can always be opened");
        self.write_and_show(Fate::Written, now);
    }

    /// Opens a line: all that was missed first, or that it is not known any more.
    pub(crate) fn welcome(&mut self, line: ConnectionId, from: Seq) {
        let position = StreamPosition { epoch: EPOCH, seq: from };
        let mut outbox = Outbox::new(OUTBOX_BYTES);
        let mut hello = String::new();
        let through = self.hub.flushed();
        match self.history.since(position, self.room.last()) {
            Recovery::Recovered(missed) => {
                for (seq, class) in missed.into_iter().filter(|(seq, _)| *seq <= through) {
                    hello += &format!("{class}{}\n", seq.0);
                }
            }
            Recovery::TooOld => {
                hello += &format!("N{}\n", through.0);
            }
        }
        hello += &format!("P{}\n", through.0.max(from.0));
        if outbox.push_own(Bytes::from(hello), 0, gap).is_ok() {
            self.lines.insert(line, outbox);
        }
    }

    fn write_and_show(&mut self, fate: Fate, now: Timestamp) -> bool {
        let entries: Vec<Entry> = std::iter::from_fn(|| self.room.poll_event()).collect();
        if self.disk.append(&entries, fate).is_err() {
            self.reload(now);
            return false;
        }
        for entry in &entries {
            let (lane, class) = lane(entry);
            self.hub.publish(entry.seq, lane, (entry.seq, class));
            remember(&mut self.history, entry);
        }
        let view = self.room.view();
        self.hub.count(Counts { present: view.present, likes: view.likes });
        true
    }
}

fn remember(history: &mut History<(Seq, char)>, entry: &Entry) {
    match lane(entry) {
        (Lane::Counted | Lane::Joined, _) => history.reach(entry.seq),
        (Lane::Must | Lane::Ordered | Lane::Mergeable(_), class) => {
            history.push(entry.seq, (entry.seq, class), 8)
        }
    }
}

/// How an entry goes out, and the letter it goes out under.
pub(crate) fn lane(entry: &Entry) -> (Lane<String>, char) {
    match (entry.event.delivery(), &entry.event) {
        (Delivery::MustArrive, _) => (Lane::Must, 'A'),
        (Delivery::Ordered, _) => (Lane::Ordered, 'B'),
        (Delivery::Mergeable, Event::Said { .. }) => (Lane::Mergeable(None), 'C'),
        (Delivery::Mergeable, Event::Joined { .. }) => (Lane::Joined, 'C'),
        (Delivery::Mergeable, _) => (Lane::Counted, 'C'),
    }
}

/// One line an event, and after each part where a reader of it stands. Only the last part with something that may
/// not be missed says the end of the tick: who loses the line between two parts must get the second again.
fn encode(flush: &Flush<(Seq, char)>) -> Tick {
    let part = |events: &[(Seq, char)], position: Seq| -> String {
        if events.is_empty() {
            return String::new();
        }
        let events: String = events.iter().map(|(seq, class)| format!("{class}{}\n", seq.0)).collect();
        format!("{events}P{}\n", position.0)
    };
    let after_must = if flush.ordered.is_empty() { flush.through } else { flush.before };
    let (must, ordered) = (part(&flush.must, after_must), part(&flush.ordered, flush.through));
    let mergeable: Vec<(Seq, char)> = flush.mergeable.iter().map(|merged| merged.item).collect();
    let mergeable = part(&mergeable, flush.through);
    Tick {
        position: StreamPosition { epoch: EPOCH, seq: flush.through },
        must_bytes: must.len(),
        ordered_bytes: ordered.len(),
        ordered_span: flush.ordered_span,
        frames: Bytes::from(must + &ordered + &mergeable),
        messages: Vec::new(),
    }
}

fn gap(from: Seq, to: Seq) -> Bytes {
    Bytes::from(format!("G{}-{}\n", from.0, to.0))
}
