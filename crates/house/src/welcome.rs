//! What a new line is given before its first tick.

use bytes::Bytes;
use model::{ParticipantId, Role, StreamPosition, Timestamp};
use room::View;
use std::sync::Arc;

/// Where a client says it stood; it may say anything.
pub type Resume = StreamPosition;

/// The room for one who comes in. Everything up to `position` is in it or was received before, and every tick that
/// the audience is handed after it goes on from there: nothing is missed, nothing comes twice.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The room now. It may be a tick ahead of `position`.
    pub view: Arc<View>,
    /// Who came in; `None` for one who has not said.
    pub who: Option<ParticipantId>,
    /// What they are here.
    pub role: Role,
    /// Until when they may not speak.
    pub muted_until: Option<Timestamp>,
    /// Where the line stands.
    pub position: StreamPosition,
    /// Whether `events` are all since the client's position; else they are the recent messages.
    pub recovered: bool,
    /// Events as [`Encode::event`](crate::Encode::event) tells them.
    pub events: Vec<Bytes>,
    /// The server's clock.
    pub now: Timestamp,
}
