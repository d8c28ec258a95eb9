//! The store on PostgreSQL: for a server whose database has keepers of its own.
//!
//! Each write is a transaction at the default isolation (read committed); where two could contradict each other, a
//! key or a row lock decides, never a reading before the writing. `synchronous_commit` is switched on for every
//! connection, whatever the server's default: an answered batch is on the server's disk.

mod door;
mod error;
mod event_log;
mod lock;
mod person;
mod room;
mod session;
mod setup;
mod stream_key;
#[cfg(feature = "test-server")]
pub mod test_server;

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Postgres, SqlSafeStr, Transaction};
use store::{BoxError, Store, StoreError};

use error::failed;
use lock::Lock;

/// Connections at once. A room writes one batch at a time, so few are busy; past it, calls wait their turn.
const CONNECTIONS_MAX: u32 = 10;

/// How long a call waits for a connection before it is answered `Unavailable`.
const ACQUIRE_WAIT: Duration = Duration::from_secs(10);

/// The store in one PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
    lock: Lock,
}

impl PostgresStore {
    /// Opens the database of an address (`postgres://user:password@host/database`) and brings it to the newest
    /// schema. Refuses a database that another livehouse uses or a newer version wrote.
    ///
    /// Between this and the server must be no pooler that shares connections between transactions.
    pub async fn open(address: &str) -> Result<PostgresStore, StoreError> {
        // An address that cannot be read is not repeated: it may hold a password.
        let options = PgConnectOptions::from_str(address).map_err(|error| StoreError::CannotOpen {
            place: "of the configured address".to_owned(),
            source: error.into(),
        })?;
        let place = place(&options);
        let cannot = |source: BoxError| StoreError::CannotOpen { place: place.clone(), source };
        let options = options
            .application_name("livehouse")
            .options([("synchronous_commit", "on"), ("client_min_messages", "warning")])
            // A server or a network that vanished without a word is noticed within a minute.
            .options([("tcp_keepalives_idle", "30"), ("tcp_keepalives_interval", "10")])
            .disable_statement_logging();
        let lock = Lock::take(options.clone(), place.clone()).await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_WAIT)
            .connect_with(
                options
                    .options([("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "30s")]),
            )
            .await
            .map_err(|error| cannot(error.into()))?;
        refuse_other_encodings(&pool).await.map_err(cannot)?;
        migrate(&pool).await.map_err(|error| {
            if let MigrateError::VersionMissing(found) = error {
                return StoreError::Newer { found, known: newest() };
            }
            // Every other way to fail is the same to the operator: this is no database of ours.
            cannot(error.into())
        })?;
        Ok(PostgresStore { pool, lock })
    }

    async fn begin(&self, doing: &'static str) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.pool.begin().await.map_err(failed(doing))
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn check(&self) -> Result<(), StoreError> {
        let doing = "asking whether it answers";
        sqlx::query("SELECT id FROM setup").fetch_optional(&self.pool).await.map_err(failed(doing))?;
        self.lock.check().await
    }

    async fn close(&self) {
        self.pool.close().await;
        self.lock.release().await;
    }
}

/// The database in words that hold no password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!("{database} at {}:{}", options.get_host(), options.get_port()),
    }
}

/// A database in another encoding would refuse most of the world's names, one by one.
async fn refuse_other_encodings(pool: &PgPool) -> Result<(), BoxError> {
    let (encoding,): (String,) = sqlx::query_as("SHOW server_encoding").fetch_one(pool).await?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(format!("its encoding is {encoding}; create it with `createdb --encoding=UTF8 --template=template0`")
        .into())
}

/// Every schema there ever was, the oldest first. A step that was released is never edited.
fn schemas() -> Vec<Migration> {
    let first = include_str!("../migrations/0001_first.sql").into_sql_str();
    vec![Migration::new(1, "first".into(), MigrationType::Simple, first, false)]
}

fn newest() -> i64 {
    schemas().iter().map(|schema| schema.version).max().unwrap_or(0)
}

async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Migrator::with_migrations(schemas()).run(pool).await
}
