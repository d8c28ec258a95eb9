//! Who may publish: asked of the house, which knows the keys.

use async_trait::async_trait;
use model::RoomId;

use crate::SessionId;

/// Knows the stream keys.
#[async_trait]
pub trait Doorkeeper: Send + Sync {
    /// The room a key is for; `None` if there is none. `Err` when that cannot be said now.
    async fn room_of(&self, key: &str) -> Result<Option<RoomId>, CannotTell>;

    /// An encoder was let in by a key. Who replaces that key will want to close its session.
    fn let_in(&self, room: RoomId, session: &SessionId);
}

/// The keys cannot be read at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotTell;
