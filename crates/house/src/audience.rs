//! Who listens, as far as the house needs to know.

use fanout::Tick;
use model::{ParticipantId, RoomId};
use std::sync::Arc;

/// Everybody who listens to rooms. Implemented where the sockets are; called from the rooms' tasks, so that nothing
/// here may wait.
///
/// What one room delivers and answers arrives at a line in the order in which the room called.
pub trait Audience: Send + Sync + 'static {
    /// Hands one tick to all lines of the room that have been welcomed.
    fn deliver(&self, room: RoomId, tick: &Arc<Tick>);

    /// Closes every line of a person in a room.
    fn put_out(&self, room: RoomId, who: ParticipantId, why: Farewell);

    /// Closes every line of a room.
    fn close(&self, room: RoomId, why: Farewell);

    /// The room's show is over: whoever still publishes into it is put out. An audience without a picture has nothing
    /// to do.
    fn show_ended(&self, _room: RoomId) {}
}

/// Why the house closes lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Farewell {
    /// The person was banned.
    Banned,
    /// The room's door has changed: everybody knocks anew.
    Reenter,
    /// The log could not be written and the room was read anew from it.
    Fault,
    /// The server is stopping.
    Restart,
}
