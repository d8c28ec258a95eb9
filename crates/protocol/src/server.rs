//! What the server says.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{AccessDto, CurveDto, Disconnect, ErrorCode, EventDto, LiveDto, RoleDto};

/// One message from the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to the first message: the room as it is now.
    Welcome {
        /// Who the server takes the client for.
        you: You,
        /// The room.
        room: RoomDto,
        /// Which log the numbers count in.
        epoch: u32,
        /// Everything up to here is in this message or was received before.
        #[ts(type = "number")]
        seq: u64,
        /// Whether every event since the client's `resume` is in `events`. `false` without a `resume`, or where
        /// it is too long ago: then forget what was shown and start from `events`.
        recovered: bool,
        /// What was missed, or the recent messages.
        events: Vec<EventDto>,
    },
    /// Events, in order. Of one room tick there are at most three of these, one for each delivery class.
    Events {
        /// Which log the numbers count in.
        epoch: u32,
        /// Resume from here. In a tick's last such message it is the room's last event at the end of the tick; in
        /// those before it, it is still where the tick began, so that a line cut between them loses nothing.
        #[ts(type = "number")]
        seq: u64,
        /// What happened. A repeated `seq` is to be ignored.
        events: Vec<EventDto>,
        /// How many mergeable events of this tick are not in `events`, because they were above the room's cap.
        #[serde(default, skip_serializing_if = "is_zero")]
        #[ts(optional, as = "Option<u32>")]
        sampled_out: u32,
    },
    /// Absolute counts; the latest wins. At most one a tick, and only when they changed.
    Counts(Counts),
    /// Some ordered events were not sent because this client reads too slowly: ask for them by
    /// `GET /api/v1/rooms/<room>/history`.
    Gap {
        /// The first number that may be missing.
        #[ts(type = "number")]
        from: u64,
        /// The last number that may be missing.
        #[ts(type = "number")]
        to: u64,
    },
    /// The order was carried out and is on disk.
    Done {
        /// The order's key.
        #[ts(type = "number")]
        key: u64,
        /// The event it led to, `None` where nothing had to change.
        event: Option<EventDto>,
    },
    /// The order was refused and changed nothing.
    Refused {
        /// The order's key.
        #[ts(type = "number")]
        key: u64,
        /// Why, for programs.
        code: ErrorCode,
        /// Why, in English, for people who write programs.
        message: String,
        /// When it may be tried again, Unix milliseconds, where that is known.
        #[ts(type = "number | null")]
        retry_at: Option<u64>,
    },
    /// The answer to a ping.
    Pong {
        /// The ping's key.
        #[ts(type = "number")]
        key: u64,
        /// The server's clock, Unix milliseconds.
        #[ts(type = "number")]
        at: u64,
    },
    /// The line is about to be closed.
    Closing {
        /// Why; also the WebSocket's close code.
        disconnect: Disconnect,
        /// How long to wait before coming back, in milliseconds; the client adds jitter. `None`: do not come back.
        reconnect_ms: Option<u32>,
    },
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Who the server takes the client for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct You {
    /// Their id; `None` for one who has not said who they are and may only watch.
    #[ts(type = "number | null")]
    pub id: Option<u64>,
    /// Their name.
    pub name: Option<String>,
    /// Their role here.
    pub role: RoleDto,
    /// Until when they are muted, Unix milliseconds.
    #[ts(type = "number | null")]
    pub muted_until: Option<u64>,
}

/// The room as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RoomDto {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who may come in.
    pub access: AccessDto,
    /// The host's name and id.
    pub host: Present,
    /// Whether there is a show.
    pub live: LiveDto,
    /// The wait between two messages of one person, in seconds; 0 is off.
    pub slow_mode_s: u32,
    /// How danmaku allowances refill.
    pub danmaku: CurveDto,
    /// Who is here and what has been liked.
    pub counts: Counts,
    /// The server's clock, Unix milliseconds.
    #[ts(type = "number")]
    pub now: u64,
}

/// Absolute counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Counts {
    /// How many people are here: each counted once however many lines they have.
    pub present: u32,
    /// Likes since the room began.
    #[ts(type = "number")]
    pub likes: u64,
    /// Some of those who came in since the last such message, at most 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Present>>")]
    pub joined: Vec<Present>,
}

/// A person in the room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Present {
    /// Their id.
    #[ts(type = "number")]
    pub id: u64,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: RoleDto,
}
