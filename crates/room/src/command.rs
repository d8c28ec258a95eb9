//! What a room can be told.

use model::{ClientKey, ConnectionId, Nickname, ParticipantId, Permission, Seq, ShowId};
use std::time::Duration;

use crate::{Access, Colour, DanmakuCurve, Mode, Size, Title};

/// One order to a room. The sender has been authenticated; whether they *may* is decided here.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A line to the room opened: a WebSocket or an event stream.
    Join {
        /// The line.
        connection: ConnectionId,
        /// Who is at its end; `None` for one who has not said, who may watch and is counted, but not speak.
        who: Option<Who>,
    },
    /// A line to the room closed. The person is gone when their last line is, after a short grace.
    Leave {
        /// The line.
        connection: ConnectionId,
    },
    /// A person changed the name they show.
    Rename {
        /// Who.
        by: ParticipantId,
        /// Their new name.
        name: Nickname,
    },
    /// Something said: a chat message or a danmaku.
    Say {
        /// Who says it; must be present.
        by: ParticipantId,
        /// The client's key: the same key again is the same message.
        key: ClientKey,
        /// What.
        speech: Speech,
    },
    /// Likes, merged by the client. Answered at once and before they are written, because they are merged once
    /// more: a crash may lose those of the last 50 ms.
    Like {
        /// Who.
        by: ParticipantId,
        /// The client's key: the same key again adds nothing.
        key: ClientKey,
        /// How many since the last such command, 1 to 50; more are counted as 50.
        count: u32,
    },
    /// Delete a message or danmaku.
    Delete {
        /// Who deletes.
        by: ParticipantId,
        /// The message.
        message: Seq,
    },
    /// Silence a person for a time.
    Mute {
        /// Who mutes.
        by: ParticipantId,
        /// Who is muted.
        whom: ParticipantId,
        /// For how long, 1 s to 30 days.
        lasting: Duration,
    },
    /// Let a muted person speak again.
    Unmute {
        /// Who unmutes.
        by: ParticipantId,
        /// Who was muted.
        whom: ParticipantId,
    },
    /// Put a person out. Their lines are closed and they may not come in.
    Ban {
        /// Who bans.
        by: ParticipantId,
        /// Who is banned.
        whom: ParticipantId,
        /// For how long; `None` is until unbanned.
        lasting: Option<Duration>,
    },
    /// Let a banned person in again.
    Unban {
        /// Who unbans.
        by: ParticipantId,
        /// Who was banned.
        whom: ParticipantId,
    },
    /// Set how long everybody below staff waits between two messages.
    SlowMode {
        /// Who sets it.
        by: ParticipantId,
        /// The wait, up to 10 minutes; zero turns slow mode off.
        wait: Duration,
    },
    /// Make a person a moderator, or no longer one.
    Appoint {
        /// The host.
        by: ParticipantId,
        /// Who.
        whom: ParticipantId,
        /// Whether they are to be a moderator.
        moderator: bool,
    },
    /// Change the room's settings; `None` leaves a setting as it is.
    Configure {
        /// The host.
        by: ParticipantId,
        /// The room's title.
        title: Option<Title>,
        /// Who may come in.
        access: Option<Access>,
        /// How danmaku allowances refill.
        danmaku: Option<DanmakuCurve>,
    },
    /// A publisher's media arrived: the show starts, or goes on after a break.
    PublisherConnected {
        /// The id for the show if this starts one.
        show: ShowId,
    },
    /// The publisher's media stopped without a word. The show waits 60 s for it.
    PublisherLost,
    /// The publisher took leave (`DELETE`), or the host ended the show.
    EndLive {
        /// The host who pressed "end", or `None` when the publisher itself took leave.
        by: Option<ParticipantId>,
    },
    /// The process that ran this room started anew: everybody who was here has gone, and a show that was on
    /// has lost its publisher. First command after a restore.
    Reopened,
}

/// A person as the door knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their lasting identity.
    pub id: ParticipantId,
    /// The name they show.
    pub name: Nickname,
    /// Whether they have an account. Host and moderators are known to the room itself.
    pub registered: bool,
}

/// Something said.
#[derive(Debug, Clone, PartialEq)]
pub enum Speech {
    /// A chat message.
    Chat {
        /// 1 to 500 characters after trimming.
        text: String,
        /// The message it answers.
        reply_to: Option<Seq>,
        /// People named in it, at most 10; those not in the room are left out.
        mentions: Vec<ParticipantId>,
    },
    /// A bullet comment.
    Danmaku {
        /// 1 to 100 characters after trimming, on one line.
        text: String,
        /// How it moves.
        mode: Mode,
        /// Its colour.
        colour: Colour,
        /// Its size.
        size: Size,
    },
}

/// What a command that was not refused is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The entry it led to; for a repeated command, the entry of the first time. `None` where nothing had to
    /// change (unmuting who is not muted), which is not an error, and for what leads to no entry of its own
    /// (likes; a line of somebody who is here already).
    pub seq: Option<Seq>,
}

impl Command {
    /// What a person needs to be allowed for this command, and who they are; `None` for what the house itself
    /// says. Deleting asks for [`Permission::DeleteOwn`] here; another's message asks for `DeleteAny` in `handle`.
    pub fn asks(&self) -> Option<(ParticipantId, Permission)> {
        match self {
            Command::Say { by, .. } | Command::Like { by, .. } | Command::Rename { by, .. } => {
                Some((*by, Permission::Speak))
            }
            Command::Delete { by, .. } => Some((*by, Permission::DeleteOwn)),
            Command::Mute { by, .. } | Command::Unmute { by, .. } => Some((*by, Permission::Mute)),
            Command::Ban { by, .. } | Command::Unban { by, .. } => Some((*by, Permission::Ban)),
            Command::SlowMode { by, .. } => Some((*by, Permission::SlowMode)),
            Command::Appoint { by, .. } => Some((*by, Permission::Appoint)),
            Command::Configure { by, .. } => Some((*by, Permission::Configure)),
            Command::EndLive { by: Some(by) } => Some((*by, Permission::Publish)),
            Command::EndLive { by: None }
            | Command::Join { .. }
            | Command::Leave { .. }
            | Command::PublisherConnected { .. }
            | Command::PublisherLost
            | Command::Reopened => None,
        }
    }
}
