//! What a browser and the server say to each other, and nothing else: JSON over the WebSocket `livehouse.v1`,
//! the event stream and the HTTP API. The page's TypeScript types are generated from these.
//!
//! On the socket every text frame is one message. The client's first is [`ClientMessage::Join`]; the server's
//! answer to it is [`ServerMessage::Welcome`]. Every later client message carries a `key` and is answered once,
//! by [`ServerMessage::Done`] or [`ServerMessage::Refused`]; sent again with the same key it counts once.
//! Numbers are at most 2^53 - 1; times are Unix milliseconds; durations say their unit in their name.

pub mod api;
mod client;
mod close;
mod code;
mod event;
mod server;

pub use client::{ClientMessage, Order, Resume};
pub use close::Disconnect;
pub use code::ErrorCode;
pub use event::{EventBody, EventDto, SpeechDto};
pub use server::{Counts, Present, RoomDto, ServerMessage, You};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "livehouse.v1";

/// The largest client message, in bytes: 500 characters of four bytes, escaped as `\uXXXX` pairs in the worst
/// case, with its envelope. A larger frame closes the line.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 8 * 1024;

/// What a role is called on the wire.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RoleDto {
    /// Owns the room.
    Host,
    /// Keeps order.
    Moderator,
    /// Has an account.
    Viewer,
    /// Has a nickname at most.
    Guest,
}

impl From<model::Role> for RoleDto {
    fn from(role: model::Role) -> RoleDto {
        match role {
            model::Role::Host => RoleDto::Host,
            model::Role::Moderator => RoleDto::Moderator,
            model::Role::Viewer => RoleDto::Viewer,
            model::Role::Guest => RoleDto::Guest,
        }
    }
}

/// Who may come in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AccessDto {
    /// Anybody; listed on the front page.
    Public,
    /// Anybody with the address.
    Unlisted,
    /// Who has the secret link or the password.
    ByKey,
}

/// How a danmaku moves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ModeDto {
    /// From right to left.
    Scroll,
    /// Still, at the top.
    Top,
    /// Still, at the bottom.
    Bottom,
}

/// How large a danmaku is drawn.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SizeDto {
    /// Three quarters.
    Small,
    /// As the viewer has set it.
    Normal,
    /// A third larger.
    Large,
}

/// f(Δt) = f_max / (1 + e^(-Δt/τ)), the rate at which a viewer's danmaku allowance refills.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct CurveDto {
    /// f_max in danmaku per minute, 1 to 600.
    pub per_minute_max: u32,
    /// τ in milliseconds, 100 to 600,000.
    pub tau_ms: u32,
}

/// Whether there is a show.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LiveDto {
    /// No show.
    Off,
    /// A show is on.
    On {
        /// Which show.
        #[ts(type = "number")]
        show: u64,
        /// Since when, Unix milliseconds.
        #[ts(type = "number")]
        since: u64,
    },
    /// The show's publisher is gone for a moment and is waited for.
    Interrupted {
        /// Which show.
        #[ts(type = "number")]
        show: u64,
        /// Since when the show has been on, Unix milliseconds.
        #[ts(type = "number")]
        since: u64,
        /// Until when the publisher is waited for, Unix milliseconds.
        #[ts(type = "number")]
        until: u64,
    },
}
