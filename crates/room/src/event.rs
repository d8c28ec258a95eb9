//! What happened in a room: its log, in order, without gaps.

use model::{ClientKey, Delivery, Nickname, ParticipantId, Role, Seq, ShowId, Timestamp};
use std::time::Duration;

use crate::{Access, DanmakuCurve, Speech, Title};

/// One line of a room's log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number: one more than the entry before.
    pub seq: Seq,
    /// When; never before the entry before.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// Something that happened. Names are carried along as they were at the time, so that a replay needs nothing else.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The room was opened for the first time, or by a new process. Whoever was present is not any more.
    Opened,
    /// A person came in, with their first line.
    Joined {
        /// Who.
        who: ParticipantId,
        /// Their name.
        name: Nickname,
        /// Their role.
        role: Role,
    },
    /// A person is gone, their last line closed for longer than the grace.
    Left {
        /// Who.
        who: ParticipantId,
    },
    /// A person changed their name.
    Renamed {
        /// Who.
        who: ParticipantId,
        /// Their new name.
        name: Nickname,
    },
    /// A chat message or danmaku.
    Said {
        /// Who said it.
        by: ParticipantId,
        /// Their name then.
        name: Nickname,
        /// Their role then.
        role: Role,
        /// Their client's key for it.
        key: ClientKey,
        /// What.
        speech: Speech,
    },
    /// Likes since the last such entry, merged: at most one entry a tick. Now and then the total alone is said
    /// again, with none added, so that the recent entries always hold it.
    Liked {
        /// How many came in.
        added: u32,
        /// How many there are in all, since the room began.
        total: u64,
    },
    /// A message or danmaku was deleted.
    Deleted {
        /// By whom.
        by: ParticipantId,
        /// Whose it was.
        author: ParticipantId,
        /// Which.
        message: Seq,
    },
    /// A person was silenced.
    Muted {
        /// By whom.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
        /// Their name.
        name: Nickname,
        /// Until when.
        until: Timestamp,
    },
    /// A person may speak again.
    Unmuted {
        /// By whom.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
    },
    /// A person was put out. If they were a moderator, they are none any more; if they were here, their `Left`
    /// follows.
    Banned {
        /// By whom.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
        /// Their name.
        name: Nickname,
        /// Until when; `None` until unbanned.
        until: Option<Timestamp>,
    },
    /// A person may come in again.
    Unbanned {
        /// By whom.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
    },
    /// Slow mode was set; zero is off.
    SlowModeSet {
        /// By whom.
        by: ParticipantId,
        /// The wait between two messages of one person.
        wait: Duration,
    },
    /// A person became a moderator, or ceased to be one.
    Appointed {
        /// By whom.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
        /// Their name.
        name: Nickname,
        /// Whether they now are a moderator.
        moderator: bool,
    },
    /// The room's settings changed; they are given whole.
    Configured {
        /// By whom.
        by: ParticipantId,
        /// The title.
        title: Title,
        /// Who may come in.
        access: Access,
        /// How danmaku allowances refill.
        danmaku: DanmakuCurve,
    },
    /// A show began.
    LiveStarted {
        /// Which.
        show: ShowId,
    },
    /// The show's publisher is gone and is waited for.
    LiveInterrupted {
        /// Which.
        show: ShowId,
    },
    /// The show's publisher is back.
    LiveResumed {
        /// Which.
        show: ShowId,
    },
    /// The show is over.
    LiveEnded {
        /// Which.
        show: ShowId,
    },
}

impl Event {
    /// What a viewer is promised about this event.
    pub fn delivery(&self) -> Delivery {
        match self {
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
            | Event::LiveEnded { .. } => Delivery::MustArrive,
            Event::Said { speech: Speech::Chat { .. }, .. } => Delivery::Ordered,
            // A staff member's danmaku is never sampled away, nor a person's own: theirs comes with the answer.
            Event::Said { speech: Speech::Danmaku { .. }, role, .. } if role.is_staff() => Delivery::Ordered,
            Event::Said { speech: Speech::Danmaku { .. }, .. }
            | Event::Opened
            | Event::Joined { .. }
            | Event::Left { .. }
            | Event::Renamed { .. }
            | Event::Liked { .. } => Delivery::Mergeable,
        }
    }

    /// Whether a room cannot be rebuilt without this entry however long ago it was. The rest is needed only
    /// while it is recent (see [`crate::Room::restore`]).
    pub fn is_lasting(&self) -> bool {
        match self {
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
            | Event::LiveEnded { .. } => true,
            Event::Said { .. }
            | Event::Opened
            | Event::Joined { .. }
            | Event::Left { .. }
            | Event::Renamed { .. }
            | Event::Liked { .. } => false,
        }
    }
}
