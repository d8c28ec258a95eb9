//! Doors.

use async_trait::async_trait;
use model::{RoomId, Timestamp};
use sqlx::SqliteConnection;
use store::{Conflict, Door, DoorKey, Doors, PasswordHash, StoreError, TokenHash, number};

use crate::SqliteStore;
use crate::error::{Broken, broken, failed};
use crate::stream_key::token_hash;

/// The words for the two kinds of key.
const PASSWORD: &str = "password";
const LINK: &str = "link";

#[async_trait]
impl Doors for SqliteStore {
    async fn door(&self, room: RoomId) -> Result<Door, StoreError> {
        let row: Option<(Option<String>, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT door_password, door_link FROM rooms WHERE id = ?1")
                .bind(number(room.0, "room's id")?)
                .fetch_optional(&self.readers)
                .await
                .map_err(failed("looking up a door"))?;
        let Some((password, link)) = row else { return Ok(Door::default()) };
        Ok(Door { password: password.map(PasswordHash), link: link.map(token_hash).transpose()? })
    }

    async fn set_door_password(
        &self,
        room: RoomId,
        password: Option<&PasswordHash>,
    ) -> Result<(), StoreError> {
        let doing = "setting a room's password";
        let mut tx = self.begin(doing).await?;
        let room = number(room.0, "room's id")?;
        let changed = sqlx::query("UPDATE rooms SET door_password = ?2 WHERE id = ?1")
            .bind(room)
            .bind(password.map(|password| &password.0))
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
        if changed.rows_affected() == 0 {
            return Err(Conflict::NoSuchRoom.into());
        }
        send_out(&mut tx, room, PASSWORD).await?;
        tx.commit().await.map_err(failed(doing))
    }

    async fn set_door_link(&self, room: RoomId, link: Option<&TokenHash>) -> Result<(), StoreError> {
        let doing = "setting a room's link";
        let mut tx = self.begin(doing).await?;
        let room = number(room.0, "room's id")?;
        let changed = sqlx::query("UPDATE rooms SET door_link = ?2 WHERE id = ?1")
            .bind(room)
            .bind(link.map(|link| &link.0[..]))
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
        if changed.rows_affected() == 0 {
            return Err(Conflict::NoSuchRoom.into());
        }
        send_out(&mut tx, room, LINK).await?;
        tx.commit().await.map_err(failed(doing))
    }

    async fn grant_entry(
        &self,
        room: RoomId,
        session: &TokenHash,
        with: &DoorKey,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (word, password, link) = match with {
            DoorKey::Password(password) => (PASSWORD, Some(&password.0), None),
            DoorKey::Link(link) => (LINK, None, Some(&link.0[..])),
        };
        let granted = sqlx::query(
            "INSERT INTO door_entries (session, room, key, granted) \
             SELECT ?1, id, ?3, ?6 FROM rooms WHERE id = ?2 AND (door_password = ?4 OR door_link = ?5) \
             ON CONFLICT (session, room, key) DO UPDATE SET granted = excluded.granted",
        )
        .bind(&session.0[..])
        .bind(number(room.0, "room's id")?)
        .bind(word)
        .bind(password)
        .bind(link)
        .bind(number(now.0, "time")?)
        .execute(&self.writer)
        .await
        .map_err(|error| match broken(&error, &[]) {
            Some(Broken::Reference) => Conflict::NoSuchSession.into(),
            Some(Broken::Unique(_)) | None => failed("letting somebody in")(error),
        })?;
        Ok(granted.rows_affected() == 1)
    }

    async fn has_entry(&self, room: RoomId, session: &TokenHash) -> Result<bool, StoreError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT granted FROM door_entries WHERE session = ?1 AND room = ?2 LIMIT 1")
                .bind(&session.0[..])
                .bind(number(room.0, "room's id")?)
                .fetch_optional(&self.readers)
                .await
                .map_err(failed("asking who was let in"))?;
        Ok(row.is_some())
    }
}

/// Those who came in with a key that does not hold any more have to knock again.
async fn send_out(tx: &mut SqliteConnection, room: i64, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM door_entries WHERE room = ?1 AND key = ?2")
        .bind(room)
        .bind(key)
        .execute(tx)
        .await
        .map_err(failed("changing a room's lock"))?;
    Ok(())
}
