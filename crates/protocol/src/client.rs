//! What a client says.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{AccessDto, CurveDto, ModeDto, SizeDto};

/// One message from a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(untagged)]
pub enum ClientMessage {
    /// The first message on a line.
    Join {
        /// Always present and `true`; what tells this message from an order.
        join: bool,
        /// Where the client stood when its last line broke.
        #[serde(default)]
        resume: Option<Resume>,
    },
    /// Everything after it.
    Order {
        /// The client's random key for this order, 1 to 2^53 - 1. Sent again, it counts once.
        #[ts(type = "number")]
        key: u64,
        /// What is ordered.
        #[serde(flatten)]
        #[ts(flatten)]
        order: Order,
    },
}

/// Everything up to and including `seq` of `epoch` was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// Which log.
    pub epoch: u32,
    /// The last event received.
    #[ts(type = "number")]
    pub seq: u64,
}

/// What a client can order. The same orders are taken by `POST /api/v1/rooms/<room>/orders`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Ask whether the line is alive.
    Ping,
    /// Send a chat message.
    Chat {
        /// 1 to 500 characters.
        text: String,
        /// The message it answers.
        #[serde(default)]
        #[ts(type = "number | null")]
        reply_to: Option<u64>,
        /// Ids of the people named in it, at most 10.
        #[serde(default)]
        #[ts(type = "number[]")]
        mentions: Vec<u64>,
    },
    /// Send a danmaku.
    Danmaku {
        /// 1 to 100 characters.
        text: String,
        /// How it moves.
        mode: ModeDto,
        /// 0xRRGGBB.
        colour: u32,
        /// How large.
        size: SizeDto,
    },
    /// Likes since the last such order.
    Like {
        /// 1 to 50.
        count: u32,
    },
    /// Delete a message or danmaku.
    Delete {
        /// Its number.
        #[ts(type = "number")]
        message: u64,
    },
    /// Silence a person.
    Mute {
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// For how long, 1 to 2,592,000.
        seconds: u32,
    },
    /// Let them speak again.
    Unmute {
        /// Who.
        #[ts(type = "number")]
        whom: u64,
    },
    /// Put a person out.
    Ban {
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// For how long; absent is until unbanned.
        #[serde(default)]
        seconds: Option<u32>,
    },
    /// Let them in again.
    Unban {
        /// Who.
        #[ts(type = "number")]
        whom: u64,
    },
    /// How long everybody below staff waits between two messages; 0 is off.
    SlowMode {
        /// 0 to 600.
        seconds: u32,
    },
    /// Make a person a moderator, or no longer one.
    Appoint {
        /// Who.
        #[ts(type = "number")]
        whom: u64,
        /// Whether they are to be one.
        moderator: bool,
    },
    /// Change the room's settings; what is absent stays.
    Configure {
        /// 1 to 80 characters.
        #[serde(default)]
        title: Option<String>,
        /// Who may come in.
        #[serde(default)]
        access: Option<AccessDto>,
        /// How danmaku allowances refill.
        #[serde(default)]
        danmaku: Option<CurveDto>,
    },
    /// End the show.
    EndLive,
}
