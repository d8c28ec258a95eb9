//! The log: what happened in each room, in order, without gaps.

use std::collections::BTreeMap;

use ::room::{Access, Entry, Event, Title};
use async_trait::async_trait;
use model::{ParticipantId, RoomId, Seq};

use crate::{Conflict, StoreError, StoredEntry};

/// Some entries of a longer list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether there are more beyond them.
    pub more: bool,
}

/// The logs of all rooms.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends a batch: all of it, on disk, with one sync; or nothing. Refuses with
    /// [`Conflict::Sequence`](crate::Conflict::Sequence) whatever would leave a gap or write a number twice,
    /// and with [`Conflict::NoSuchRoom`](crate::Conflict::NoSuchRoom). The room's title and door and its
    /// moderators follow the entries in the same transaction.
    async fn append(&self, room: RoomId, entries: &[Entry]) -> Result<(), StoreError>;

    /// The number of the last entry; 0 before the first.
    async fn last(&self, room: RoomId) -> Result<Seq, StoreError>;

    /// Every entry without which the room cannot be rebuilt (`Event::is_lasting`), ascending.
    async fn lasting(&self, room: RoomId) -> Result<Vec<Entry>, StoreError>;

    /// The last `limit` entries, ascending.
    async fn tail(&self, room: RoomId, limit: u32) -> Result<Vec<Entry>, StoreError>;

    /// At most `limit` entries after `after`, ascending.
    async fn range(&self, room: RoomId, after: Seq, limit: u32) -> Result<Vec<Entry>, StoreError>;

    /// The last `limit` messages (chat and danmaku) before `before` that were not deleted, ascending.
    async fn messages_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError>;

    /// The last `limit` acts of staff before `before`, newest first: what was deleted, who was muted, banned
    /// or appointed, what was configured, when a show began and ended.
    async fn audit_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError>;
}

/// A batch as a backend writes it: its rows, and what of the room's other tables follows from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number before the first row's; the log must end with it.
    pub after: Seq,
    /// The rows, ascending without a gap; never none.
    pub rows: Vec<StoredEntry>,
    /// The room's title and door after the batch, where the batch changes them.
    pub settings: Option<(Title, Access)>,
    /// Who is a moderator after the batch, and who is not any more.
    pub moderators: BTreeMap<ParticipantId, bool>,
}

impl Batch {
    /// Reads a batch; `None` if it is empty. Refuses a gap inside it, and the number 0, which is "before the
    /// first".
    pub fn new(entries: &[Entry]) -> Result<Option<Batch>, StoreError> {
        let Some(first) = entries.first() else { return Ok(None) };
        let after =
            Seq(first.seq.0.checked_sub(1).ok_or(Conflict::Sequence { expected: Seq(1), found: Seq(0) })?);
        let mut batch = Batch {
            after,
            rows: Vec::with_capacity(entries.len()),
            settings: None,
            moderators: BTreeMap::new(),
        };
        let mut last = after;
        for entry in entries {
            if entry.seq != last.next() {
                return Err(Conflict::Sequence { expected: last.next(), found: entry.seq }.into());
            }
            last = entry.seq;
            batch.rows.push(StoredEntry::from_entry(entry)?);
            batch.follow(&entry.event);
        }
        Ok(Some(batch))
    }

    fn follow(&mut self, event: &Event) {
        match event {
            Event::Configured { title, access, .. } => self.settings = Some((title.clone(), *access)),
            Event::Appointed { whom, moderator, .. } => {
                self.moderators.insert(*whom, *moderator);
            }
            Event::Opened
            | Event::Joined { .. }
            | Event::Left { .. }
            | Event::Renamed { .. }
            | Event::Said { .. }
            | Event::Liked { .. }
            | Event::Deleted { .. }
            | Event::Muted { .. }
            | Event::Unmuted { .. }
            | Event::Banned { .. }
            | Event::Unbanned { .. }
            | Event::SlowModeSet { .. }
            | Event::LiveStarted { .. }
            | Event::LiveInterrupted { .. }
            | Event::LiveResumed { .. }
            | Event::LiveEnded { .. } => {}
        }
    }
}

impl Page {
    /// The first `limit` of the entries that a backend read one too many of, to see whether there are more.
    pub fn cut(mut entries: Vec<Entry>, limit: u32) -> Page {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = entries.len() > limit;
        entries.truncate(limit);
        Page { entries, more }
    }
}
