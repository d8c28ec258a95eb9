//! What happened, as the page is told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{AccessDto, CurveDto, ModeDto, RoleDto, SizeDto};

/// One event of a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EventDto {
    /// Its number in the room's log; of a message, its id.
    #[ts(type = "number")]
    pub seq: u64,
    /// When, Unix milliseconds.
    #[ts(type = "number")]
    pub at: u64,
    /// What.
    #[serde(flatten)]
    #[ts(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventBody {
    /// A chat message or danmaku.
    Said {
        /// Who said it.
        #[ts(type = "number")]
        by: u64,
        /// Their name then.
        name: String,
        /// Their role then.
        role: RoleDto,
        /// What.
        #[serde(flatten)]
        #[ts(flatten)]
        speech: SpeechDto,
        /// How many identical danmaku this one stands for; absent is 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        times: Option<u32>,
    },
    /// A message or danmaku was deleted.
    Deleted {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Which.
        #[ts(type = "number")]
        message: u64,
    },
    /// A person changed their name.
    Renamed {
        /// Who.
        #[ts(type = "number")]
        who: u64,
        /// Their new name.
        name: String,
    },
    /// A person was silenced.
    Muted {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// Their name.
        name: String,
        /// Until when, Unix milliseconds.
        #[ts(type = "number")]
        until: u64,
    },
    /// A person may speak again.
    Unmuted {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Who.
        #[ts(type = "number")]
        whom: u64,
    },
    /// A person was put out.
    Banned {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// Their name.
        name: String,
        /// Until when, Unix milliseconds; absent until unbanned.
        #[ts(type = "number | null")]
        until: Option<u64>,
    },
    /// A person may come in again.
    Unbanned {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Who.
        #[ts(type = "number")]
        whom: u64,
    },
    /// Slow mode was set; 0 is off.
    SlowModeSet {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// The wait in seconds.
        seconds: u32,
    },
    /// A person became a moderator, or ceased to be one.
    Appointed {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// Their name.
        name: String,
        /// Whether they now are a moderator.
        moderator: bool,
    },
    /// The room's settings changed.
    Configured {
        /// By whom.
        #[ts(type = "number")]
        by: u64,
        /// The title.
        title: String,
        /// Who may come in.
        access: AccessDto,
        /// How danmaku allowances refill.
        danmaku: CurveDto,
    },
    /// A show began.
    LiveStarted {
        /// Which.
        #[ts(type = "number")]
        show: u64,
    },
    /// The show's publisher is gone for a moment and is waited for.
    LiveInterrupted {
        /// Which.
        #[ts(type = "number")]
        show: u64,
        /// Until when it is waited for, Unix milliseconds.
        #[ts(type = "number")]
        until: u64,
    },
    /// The publisher is back.
    LiveResumed {
        /// Which.
        #[ts(type = "number")]
        show: u64,
    },
    /// The show is over.
    LiveEnded {
        /// Which.
        #[ts(type = "number")]
        show: u64,
    },
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "speech", rename_all = "snake_case")]
pub enum SpeechDto {
    /// A chat message.
    Chat {
        /// 1 to 500 characters; text, never markup.
        text: String,
        /// The message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        reply_to: Option<u64>,
        /// Ids of the people named in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<f64>>")]
        mentions: Vec<u64>,
    },
    /// A bullet comment.
    Danmaku {
        /// 1 to 100 characters on one line; text, never markup.
        text: String,
        /// How it moves.
        mode: ModeDto,
        /// 0xRRGGBB.
        colour: u32,
        /// How large.
        size: SizeDto,
    },
}
