//! One livehouse a database: an advisory lock, held by a connection of its own.
//!
//! When that connection breaks, the server frees the lock; [`Lock::check`] takes it again, or says that another
//! livehouse has it by now. Until then the log's own numbers keep two writers of one room apart.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use store::StoreError;
use tokio::sync::Mutex;

use crate::error::failed;

/// The number all livehouses agree on; "livehous" in ASCII.
const KEY: i64 = 0x6C69_7665_686F_7573;

/// PostgreSQL's code for a lock that was not given in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How long to wait for the lock: a livehouse that was killed a moment ago loses it when the server notices.
const WAIT: &str = "5s";

/// The lock, held while this is.
#[derive(Debug)]
pub(crate) struct Lock {
    options: PgConnectOptions,
    place: String,
    /// `None` once released. Behind a lock because a connection serves one caller at a time; the callers are
    /// `/readyz` and the end of the process.
    held: Mutex<Option<PgConnection>>,
}

impl Lock {
    /// Takes the lock, or says that another process has it.
    pub(crate) async fn take(options: PgConnectOptions, place: String) -> Result<Lock, StoreError> {
        let options = options.options([("lock_timeout", WAIT), ("statement_timeout", "0")]);
        let held = Mutex::new(Some(hold(&options, &place).await?));
        Ok(Lock { options, place, held })
    }

    /// Makes sure that the lock is still held.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        let Some(connection) = held.as_mut() else { return Err(closed()) };
        if connection.ping().await.is_err() {
            *connection = hold(&self.options, &self.place).await?;
        }
        Ok(())
    }

    /// Gives the lock back.
    pub(crate) async fn release(&self) {
        if let Some(connection) = self.held.lock().await.take() {
            // The server frees it when the connection ends, however it ends.
            drop(connection.close().await);
        }
    }
}

async fn hold(options: &PgConnectOptions, place: &str) -> Result<PgConnection, StoreError> {
    let mut connection = options
        .connect()
        .await
        .map_err(|error| StoreError::CannotOpen { place: place.to_owned(), source: error.into() })?;
    match sqlx::query("SELECT pg_advisory_lock($1)").bind(KEY).execute(&mut connection).await {
        Ok(_) => Ok(connection),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
            Err(StoreError::InUse { place: place.to_owned() })
        }
        Err(error) => Err(failed("taking the database's lock")(error)),
    }
}

fn closed() -> StoreError {
    failed("holding the database's lock")(sqlx::Error::PoolClosed)
}
