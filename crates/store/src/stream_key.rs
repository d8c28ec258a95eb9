//! Stream keys: what an encoder shows to publish into a room.

use async_trait::async_trait;
use model::RoomId;

use crate::{StoreError, TokenHash};

/// The stream keys of this server: one a room, kept as a hash.
#[async_trait]
pub trait StreamKeys: Send + Sync {
    /// The hash of a room's key.
    async fn stream_key(&self, room: RoomId) -> Result<Option<TokenHash>, StoreError>;

    /// Another key; the old one is worth nothing from then on. Refuses with
    /// [`Conflict::NoSuchRoom`](crate::Conflict::NoSuchRoom).
    async fn replace_stream_key(&self, room: RoomId, key: &TokenHash) -> Result<(), StoreError>;

    /// The room a key is for.
    async fn room_of_stream_key(&self, key: &TokenHash) -> Result<Option<RoomId>, StoreError>;
}
