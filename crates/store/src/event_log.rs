//! The log: what happened in each room, in order, without gaps.

use ::room::Entry;
use async_trait::async_trait;
use model::{RoomId, Seq};

use crate::StoreError;

/// Some entries of a longer list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether there are more beyond them.
    pub more: bool,
}

/// The kinds of entries that are messages (see [`EventLog::messages_before`]).
pub const MESSAGES: &str = "'chat', 'danmaku'";

/// The kinds of entries that are staff's acts (see [`EventLog::audit_before`]).
pub const AUDITED: &str = "'deleted', 'muted', 'unmuted', 'banned', 'unbanned', 'slow_mode_set', 'appointed', \
    'configured', 'live_started', 'live_ended'";

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
