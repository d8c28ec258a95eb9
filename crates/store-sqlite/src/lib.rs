//! The store on SQLite: one file, for a server on one machine.
//!
//! Writers are one connection, since SQLite has one writer at a time anyway and a queue of our own is fairer
//! than its busy loop; readers are a few others, which the write-ahead log lets read while it writes. Each
//! commit is synced to the disk (`synchronous = FULL`), so a batch that was answered is there after a power cut.

mod door;
mod error;
mod event_log;
mod lock;
mod person;
mod room;
mod session;
mod setup;
mod stream_key;

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlSafeStr, Sqlite, SqlitePool, Transaction};
use store::{BoxError, Store, StoreError};

use error::failed;

/// Connections that read. History and lists are short reads; four keep two cores busy and cost 4 × 2 MB of
/// cache at most. Past it, readers wait their turn.
const READERS_MAX: u32 = 4;

/// How long a call waits for a connection before it is answered `Unavailable`.
const ACQUIRE_WAIT: Duration = Duration::from_secs(10);

/// How long SQLite waits for a lock. No other livehouse can hold one, but an operator's shell may.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Prepared statements kept by each connection: more than there are, batches of every size included.
const STATEMENTS_MAX: usize = 200;

/// The store on one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Held for as long as the store lives; the kernel releases it with the process, however that ends.
    _lock: File,
}

impl SqliteStore {
    /// Opens the database at `path`, making it (mode 0600) and its folder (0700) if they are not there, and
    /// brings it to the newest schema. Refuses a database that another process uses or a newer version wrote.
    pub async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let cannot = |source: BoxError| StoreError::CannotOpen { place: path.display().to_string(), source };
        make_file(path).map_err(|error| cannot(error.into()))?;
        let lock = lock::take(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT)
            .statement_cache_capacity(STATEMENTS_MAX)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(ACQUIRE_WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        let writer = pool
            .clone()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|error| cannot(error.into()))?;
        migrate(&writer).await.map_err(|error| {
            if let MigrateError::VersionMissing(found) = error {
                return StoreError::Newer { found, known: newest() };
            }
            // Every other way to fail is the same to the operator: this is no database of ours.
            cannot(error.into())
        })?;
        let readers = pool
            .max_connections(READERS_MAX)
            .connect_with(options.read_only(true))
            .await
            .map_err(|error| cannot(error.into()))?;
        Ok(SqliteStore { writer, readers, _lock: lock })
    }

    /// A transaction that may write. It waits for its turn here, not in SQLite.
    async fn begin(&self, doing: &'static str) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed(doing))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn check(&self) -> Result<(), StoreError> {
        let doing = "asking whether it answers";
        sqlx::query("SELECT id FROM setup").fetch_optional(&self.readers).await.map_err(failed(doing))?;
        self.begin(doing).await?.rollback().await.map_err(failed(doing))
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes the file before SQLite would, so that nobody else may read it at any moment. What SQLite puts beside it
/// gets the same mode.
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    Ok(())
}

/// Every schema there ever was, the oldest first. A step that was released is never edited.
fn schemas() -> Vec<Migration> {
    let first = include_str!("../migrations/0001_first.sql").into_sql_str();
    vec![Migration::new(1, "first".into(), MigrationType::Simple, first, false)]
}

fn newest() -> i64 {
    schemas().iter().map(|schema| schema.version).max().unwrap_or(0)
}

async fn migrate(writer: &SqlitePool) -> Result<(), MigrateError> {
    Migrator::with_migrations(schemas()).run(writer).await
}
