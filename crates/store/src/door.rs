//! Doors: the secrets of rooms by key, and who has passed.

use async_trait::async_trait;
use model::{RoomId, Timestamp};

use crate::{PasswordHash, StoreError, TokenHash};

/// What opens a room's door. Both may be set; either opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Door {
    /// The password's hash.
    pub password: Option<PasswordHash>,
    /// The hash of the link's secret.
    pub link: Option<TokenHash>,
}

/// Which of a door's secrets somebody came in with, as it was kept when they were found to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorKey {
    /// Its password.
    Password(PasswordHash),
    /// Its secret link.
    Link(TokenHash),
}

/// The doors of this server.
#[async_trait]
pub trait Doors: Send + Sync {
    /// A room's door; without secrets where none were set.
    async fn door(&self, room: RoomId) -> Result<Door, StoreError>;

    /// Sets or takes away the password. Those who came in with the old one must knock again.
    async fn set_door_password(
        &self,
        room: RoomId,
        password: Option<&PasswordHash>,
    ) -> Result<(), StoreError>;

    /// Sets or takes away the link's secret. Those who came in with the old one must knock again.
    async fn set_door_link(&self, room: RoomId, link: Option<&TokenHash>) -> Result<(), StoreError>;

    /// A session passed a door. `false`, and nothing kept, if the key was changed in the meantime. Refuses with
    /// [`Conflict::NoSuchSession`](crate::Conflict::NoSuchSession).
    async fn grant_entry(
        &self,
        room: RoomId,
        session: &TokenHash,
        with: &DoorKey,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Whether a session has passed the door, with a secret that still holds.
    async fn has_entry(&self, room: RoomId, session: &TokenHash) -> Result<bool, StoreError>;
}
