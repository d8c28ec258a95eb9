//! Stream keys.

use async_trait::async_trait;
use model::RoomId;
use store::{Conflict, StoreError, StreamKeys, TokenHash, number};

use crate::PostgresStore;
use crate::error::{Broken, broken, failed};
use crate::room::room_id;

pub(crate) fn token_hash(bytes: Vec<u8>) -> Result<TokenHash, StoreError> {
    let hash = bytes.try_into().map_err(|_| StoreError::Corrupt {
        what: "hash of a secret",
        source: "it is not 32 bytes long".into(),
    })?;
    Ok(TokenHash(hash))
}

#[async_trait]
impl StreamKeys for PostgresStore {
    async fn stream_key(&self, room: RoomId) -> Result<Option<TokenHash>, StoreError> {
        let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT stream_key FROM rooms WHERE id = $1")
            .bind(number(room.0, "room's id")?)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("looking up a stream key"))?;
        row.map(|(key,)| token_hash(key)).transpose()
    }

    async fn replace_stream_key(&self, room: RoomId, key: &TokenHash) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE rooms SET stream_key = $2 WHERE id = $1")
            .bind(number(room.0, "room's id")?)
            .bind(&key.0[..])
            .execute(&self.pool)
            .await
            .map_err(|error| match broken(&error, &["rooms_stream_key_key"]) {
                Some(Broken::Unique(_)) => Conflict::SecretInUse.into(),
                Some(Broken::Reference) | None => failed("replacing a stream key")(error),
            })?;
        if changed.rows_affected() == 0 {
            return Err(Conflict::NoSuchRoom.into());
        }
        Ok(())
    }

    async fn room_of_stream_key(&self, key: &TokenHash) -> Result<Option<RoomId>, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM rooms WHERE stream_key = $1")
            .bind(&key.0[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("looking up a stream key"))?;
        row.map(|(id,)| room_id(id)).transpose()
    }
}
