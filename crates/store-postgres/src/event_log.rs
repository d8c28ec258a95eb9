//! The log.

use ::room::Entry;
use async_trait::async_trait;
use model::{RoomId, Seq};
use sqlx::PgConnection;
use store::{Batch, Conflict, EventLog, Page, StoreError, StoredEntry, access_word, bound, number};

use crate::PostgresStore;
use crate::error::{Broken, broken, failed};

/// `seq`, `at` and `body` of a row.
type Row = (i64, i64, String);

#[async_trait]
impl EventLog for PostgresStore {
    async fn append(&self, room: RoomId, entries: &[Entry]) -> Result<(), StoreError> {
        let Some(batch) = Batch::new(entries)? else { return Ok(()) };
        let doing = "appending to a room's log";
        let room = number(room.0, "room's id")?;
        let mut tx = self.begin(doing).await?;
        if !insert(&mut tx, room, &batch).await? {
            tx.rollback().await.map_err(failed(doing))?;
            return Err(self.out_of_order(room, &batch).await);
        }
        follow(&mut tx, room, &batch).await?;
        tx.commit().await.map_err(failed(doing))
    }

    async fn last(&self, room: RoomId) -> Result<Seq, StoreError> {
        let mut reader = self.pool.acquire().await.map_err(failed("reading a room's log"))?;
        last(&mut reader, number(room.0, "room's id")?).await
    }

    async fn lasting(&self, room: RoomId) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, at, body FROM log WHERE room = $1 AND lasting ORDER BY seq")
                .bind(number(room.0, "room's id")?)
                .fetch_all(&self.pool)
                .await
                .map_err(failed("reading a room's log"))?;
        entries(rows)
    }

    async fn tail(&self, room: RoomId, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, at, body FROM log WHERE room = $1 ORDER BY seq DESC LIMIT $2")
                .bind(number(room.0, "room's id")?)
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await
                .map_err(failed("reading a room's log"))?;
        let mut entries = entries(rows)?;
        entries.reverse();
        Ok(entries)
    }

    async fn range(&self, room: RoomId, after: Seq, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, at, body FROM log WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(after.0))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading a room's log"))?;
        entries(rows)
    }

    async fn messages_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT l.seq, l.at, l.body FROM log l \
             WHERE l.room = $1 AND l.seq < $2 AND l.kind IN ('chat', 'danmaku') AND NOT EXISTS \
             (SELECT 1 FROM log d WHERE d.room = l.room AND d.deletes = l.seq AND d.deletes IS NOT NULL) \
             ORDER BY l.seq DESC LIMIT $3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(before.0))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading a room's messages"))?;
        let mut page = Page::cut(entries(rows)?, limit);
        page.entries.reverse();
        Ok(page)
    }

    async fn audit_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, at, body FROM log WHERE room = $1 AND seq < $2 AND lasting \
             AND kind NOT IN ('live_interrupted', 'live_resumed') ORDER BY seq DESC LIMIT $3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(before.0))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading a room's audit trail"))?;
        Ok(Page::cut(entries(rows)?, limit))
    }
}

fn entries(rows: Vec<Row>) -> Result<Vec<Entry>, StoreError> {
    rows.into_iter().map(|(seq, at, body)| StoredEntry::to_entry(seq, at, &body)).collect()
}

async fn last(connection: &mut PgConnection, room: i64) -> Result<Seq, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM log WHERE room = $1 ORDER BY seq DESC LIMIT 1")
        .bind(room)
        .fetch_optional(connection)
        .await
        .map_err(failed("reading a room's log"))?;
    let seq = u64::try_from(row.map_or(0, |(seq,)| seq));
    Ok(Seq(seq.map_err(|error| StoreError::Corrupt { what: "sequence number", source: error.into() })?))
}

/// Writes the rows if the log ends where they begin, in one statement; `false` if it does not.
///
/// Two writers of the same numbers both see the log end there; then the primary key lets one of them through.
async fn insert(tx: &mut PgConnection, room: i64, batch: &Batch) -> Result<bool, StoreError> {
    let rows = &batch.rows;
    let written = sqlx::query(
        "INSERT INTO log (room, seq, at, kind, lasting, deletes, body) \
         SELECT $1, r.* FROM UNNEST($3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::bigint[], \
         $8::text[]) AS r WHERE $2 = COALESCE((SELECT MAX(seq) FROM log WHERE room = $1), 0)",
    )
    .bind(room)
    .bind(number(batch.after.0, "sequence number")?)
    .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.at).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.lasting).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.deletes).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>())
    .execute(tx)
    .await;
    match written {
        Ok(written) => Ok(written.rows_affected() > 0),
        Err(error) => match broken(&error, &["log_pkey"]) {
            Some(Broken::Unique(_)) => Ok(false),
            Some(Broken::Reference) => Err(Conflict::NoSuchRoom.into()),
            None => Err(failed("appending to a room's log")(error)),
        },
    }
}

impl PostgresStore {
    /// Why a batch was not written, with the number the log goes on with by now.
    async fn out_of_order(&self, room: i64, batch: &Batch) -> StoreError {
        let last = async {
            let mut reader = self.pool.acquire().await.map_err(failed("reading a room's log"))?;
            last(&mut reader, room).await
        };
        match last.await {
            Ok(last) => Conflict::Sequence { expected: last.next(), found: batch.after.next() }.into(),
            Err(error) => error,
        }
    }
}

/// What of the other tables follows from a batch.
async fn follow(tx: &mut PgConnection, room: i64, batch: &Batch) -> Result<(), StoreError> {
    let doing = "following a room's log";
    if let Some((title, access)) = &batch.settings {
        sqlx::query("UPDATE rooms SET title = $2, access = $3 WHERE id = $1")
            .bind(room)
            .bind(title.as_str())
            .bind(access_word(*access))
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
    }
    for (person, moderator) in &batch.moderators {
        let statement = if *moderator {
            "INSERT INTO moderators (room, person) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM moderators WHERE room = $1 AND person = $2"
        };
        sqlx::query(statement)
            .bind(room)
            .bind(number(person.0, "person's id")?)
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
    }
    Ok(())
}
