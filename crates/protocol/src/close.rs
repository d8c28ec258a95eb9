//! Why a line was closed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Why the server closes a line. The numbers are WebSocket close codes of the private range: come back after
/// 4000 to 4499, do not after 4500 to 4999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disconnect {
    /// The server is stopping or restarting.
    Restart,
    /// The client read too slowly and its outbox was full.
    Slow,
    /// The client did not answer pings.
    Silent,
    /// The room has changed so that the client must enter anew (its door, or its log).
    Reenter,
    /// The room had to be reloaded after a fault of the server's disk.
    Fault,
    /// The client said something that is not of this protocol.
    BadMessage,
    /// The client sent more than it may.
    Flood,
    /// The person was banned.
    Banned,
    /// The person's sign-in ended.
    SignedOut,
    /// The person may not be in this room.
    NotAllowed,
    /// As many people are here as the room takes.
    Full,
}

impl Disconnect {
    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            Disconnect::Restart => 4000,
            Disconnect::Slow => 4001,
            Disconnect::Silent => 4002,
            Disconnect::Reenter => 4003,
            Disconnect::Fault => 4004,
            Disconnect::Full => 4005,
            Disconnect::BadMessage => 4500,
            Disconnect::Flood => 4501,
            Disconnect::Banned => 4502,
            Disconnect::SignedOut => 4503,
            Disconnect::NotAllowed => 4504,
        }
    }

    /// Whether the client may come back by itself.
    pub fn may_return(self) -> bool {
        self.code() < 4500
    }
}
