//! The log.

use ::room::Entry;
use async_trait::async_trait;
use model::{RoomId, Seq};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::{Batch, Conflict, EventLog, Page, StoreError, StoredEntry, access_word, bound, number};

use crate::SqliteStore;
use crate::error::{Broken, broken, failed};

/// Rows written by one statement. SQLite takes far more values, but each number of rows is a statement of its own
/// to prepare and keep.
const ROWS_MAX: usize = 64;

// The queries that skip most of a log name their index: without statistics SQLite takes the primary key, and reads
// every like of an evening to find its few messages. Were such an index not usable, the query would fail.

/// `seq`, `at` and `body` of a row.
type Row = (i64, i64, String);

#[async_trait]
impl EventLog for SqliteStore {
    async fn append(&self, room: RoomId, entries: &[Entry]) -> Result<(), StoreError> {
        let Some(batch) = Batch::new(entries)? else { return Ok(()) };
        let doing = "appending to a room's log";
        let room = number(room.0, "room's id")?;
        let mut tx = self.begin(doing).await?;
        let last = last(&mut tx, room).await?;
        if last != batch.after {
            return Err(Conflict::Sequence { expected: last.next(), found: batch.after.next() }.into());
        }
        for rows in batch.rows.chunks(ROWS_MAX) {
            insert(&mut tx, room, rows).await?;
        }
        follow(&mut tx, room, &batch).await?;
        tx.commit().await.map_err(failed(doing))
    }

    async fn last(&self, room: RoomId) -> Result<Seq, StoreError> {
        let mut reader = self.readers.acquire().await.map_err(failed("reading a room's log"))?;
        last(&mut reader, number(room.0, "room's id")?).await
    }

    async fn lasting(&self, room: RoomId) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, at, body FROM log INDEXED BY log_lasting WHERE room = ?1 AND lasting = 1 ORDER BY seq")
                .bind(number(room.0, "room's id")?)
                .fetch_all(&self.readers)
                .await
                .map_err(failed("reading a room's log"))?;
        entries(rows)
    }

    async fn tail(&self, room: RoomId, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, at, body FROM log WHERE room = ?1 ORDER BY seq DESC LIMIT ?2")
                .bind(number(room.0, "room's id")?)
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await
                .map_err(failed("reading a room's log"))?;
        let mut entries = entries(rows)?;
        entries.reverse();
        Ok(entries)
    }

    async fn range(&self, room: RoomId, after: Seq, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, at, body FROM log WHERE room = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(after.0))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed("reading a room's log"))?;
        entries(rows)
    }

    async fn messages_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT l.seq, l.at, l.body FROM log l INDEXED BY log_messages \
             WHERE l.room = ?1 AND l.seq < ?2 AND l.kind IN ('chat', 'danmaku') AND NOT EXISTS \
             (SELECT 1 FROM log d WHERE d.room = l.room AND d.deletes = l.seq AND d.deletes IS NOT NULL) \
             ORDER BY l.seq DESC LIMIT ?3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(before.0))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.readers)
        .await
        .map_err(failed("reading a room's messages"))?;
        let mut page = Page::cut(entries(rows)?, limit);
        page.entries.reverse();
        Ok(page)
    }

    async fn audit_before(&self, room: RoomId, before: Seq, limit: u32) -> Result<Page, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, at, body FROM log INDEXED BY log_lasting WHERE room = ?1 AND seq < ?2 AND lasting = 1 \
             AND kind NOT IN ('live_interrupted', 'live_resumed') ORDER BY seq DESC LIMIT ?3",
        )
        .bind(number(room.0, "room's id")?)
        .bind(bound(before.0))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.readers)
        .await
        .map_err(failed("reading a room's audit trail"))?;
        Ok(Page::cut(entries(rows)?, limit))
    }
}

fn entries(rows: Vec<Row>) -> Result<Vec<Entry>, StoreError> {
    rows.into_iter().map(|(seq, at, body)| StoredEntry::to_entry(seq, at, &body)).collect()
}

async fn last(connection: &mut SqliteConnection, room: i64) -> Result<Seq, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM log WHERE room = ?1 ORDER BY seq DESC LIMIT 1")
        .bind(room)
        .fetch_optional(connection)
        .await
        .map_err(failed("reading a room's log"))?;
    let seq = u64::try_from(row.map_or(0, |(seq,)| seq));
    Ok(Seq(seq.map_err(|error| StoreError::Corrupt { what: "sequence number", source: error.into() })?))
}

async fn insert(tx: &mut SqliteConnection, room: i64, rows: &[StoredEntry]) -> Result<(), StoreError> {
    let mut query: QueryBuilder<Sqlite> =
        QueryBuilder::new("INSERT INTO log (room, seq, at, kind, lasting, deletes, body) ");
    query.push_values(rows, |mut values, row| {
        values
            .push_bind(room)
            .push_bind(row.seq)
            .push_bind(row.at)
            .push_bind(row.kind)
            .push_bind(row.lasting)
            .push_bind(row.deletes)
            .push_bind(row.body.as_str());
    });
    query.build().execute(tx).await.map_err(|error| match broken(&error, &[]) {
        Some(Broken::Reference) => Conflict::NoSuchRoom.into(),
        Some(Broken::Unique(_)) | None => failed("appending to a room's log")(error),
    })?;
    Ok(())
}

/// What of the other tables follows from a batch.
async fn follow(tx: &mut SqliteConnection, room: i64, batch: &Batch) -> Result<(), StoreError> {
    let doing = "following a room's log";
    if let Some((title, access)) = &batch.settings {
        sqlx::query("UPDATE rooms SET title = ?2, access = ?3 WHERE id = ?1")
            .bind(room)
            .bind(title.as_str())
            .bind(access_word(*access))
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
    }
    for (person, moderator) in &batch.moderators {
        let statement = if *moderator {
            "INSERT INTO moderators (room, person) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM moderators WHERE room = ?1 AND person = ?2"
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
