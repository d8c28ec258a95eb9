//! Likes: merged before they are logged, and counted in all.

use std::time::Duration;

use model::{ClientKey, ParticipantId, Seq, Timestamp};

use crate::pace::Pace;
use crate::recent::Recent;
use crate::{Answer, Event, Refusal, Room};

/// How long likes are gathered into one entry: the tick at which a room speaks to its viewers.
const MERGE: Duration = Duration::from_millis(50);

/// The most likes that one command adds.
const AT_ONCE_MAX: u32 = 50;

/// Likes a person may send at once, and how long one more takes: twenty a second is faster than fingers are.
const BURST: u32 = 100;
const EACH: Duration = Duration::from_millis(50);

/// Keys of like commands that are known. They are not in the log, so a restart forgets them.
const KEYS_MAX: usize = 16_384;

/// A room is restored from its recent 1,000 entries and the lasting ones, and likes are not lasting. So the total
/// is said again whenever this many entries have passed without it; the recent 1,000 then always hold it.
const RESTATE_AFTER: u64 = 500;

/// The likes.
///
/// Invariant: `due` is set exactly when `pending` is not zero.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Likes {
    /// Those in the log.
    pub(crate) total: u64,
    stated: Seq,
    pending: u32,
    due: Option<Timestamp>,
    keys: Recent<(ParticipantId, ClientKey), ()>,
    pace: Pace,
}

impl Likes {
    pub(crate) fn new() -> Likes {
        Likes {
            total: 0,
            stated: Seq(0),
            pending: 0,
            due: None,
            keys: Recent::new(KEYS_MAX),
            pace: Pace::new(BURST, EACH),
        }
    }

    /// When the gathered likes become an entry.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    pub(crate) fn liked(&mut self, total: u64, seq: Seq) {
        self.total = total;
        self.stated = seq;
    }

    /// Forgets what is not in the log.
    pub(crate) fn reopened(&mut self) {
        self.pending = 0;
        self.due = None;
        self.keys.clear();
        self.pace.clear();
    }

    /// The total again, where it is about to fall out of what a room is restored from.
    pub(crate) fn restatement(&self, last: Seq) -> Option<Event> {
        let stale = self.total > 0 && last.0 >= self.stated.0.saturating_add(RESTATE_AFTER);
        stale.then_some(Event::Liked { added: 0, total: self.total })
    }
}

impl Room {
    /// The answer comes at once and names no entry: a like may be merged, so it is answered before it is written,
    /// and a crash may lose those of the last 50 ms. A muted person may like; it says nothing.
    pub(crate) fn like(
        &mut self,
        by: ParticipantId,
        key: ClientKey,
        count: u32,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        if self.likes.keys.contains((by, key)) {
            return Ok(Answer { seq: None });
        }
        if self.presence.name(by).is_none() {
            return Err(Refusal::NotPresent);
        }
        if count == 0 {
            return Err(Refusal::OutOfRange);
        }
        let count = count.min(AT_ONCE_MAX);
        let retry_at = self.likes.pace.free_at(by, count, now);
        if retry_at > now {
            return Err(Refusal::TooFast { retry_at });
        }
        self.likes.pace.spend(by, count, now);
        self.likes.keys.put((by, key), ());
        self.likes.pending = self.likes.pending.saturating_add(count);
        self.likes.due.get_or_insert(now + MERGE);
        Ok(Answer { seq: None })
    }

    /// Writes down the gathered likes if it is time.
    pub(crate) fn merge_likes(&mut self, now: Timestamp) {
        if self.likes.due.is_some_and(|due| due <= now) {
            let added = std::mem::take(&mut self.likes.pending);
            self.likes.due = None;
            let total = self.likes.total.saturating_add(u64::from(added));
            self.emit(Event::Liked { added, total }, now);
        }
    }
}
