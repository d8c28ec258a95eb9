//! SQLite passes the suite of every store.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection};
use store::conformance::Bench;
use store::{Store, StoreError};
use store_sqlite::SqliteStore;
use tempfile::TempDir;

struct Folder {
    folder: TempDir,
}

impl Folder {
    fn database(&self) -> PathBuf {
        self.folder.path().join("data").join("livehouse.db")
    }
}

async fn fresh() -> Folder {
    Folder { folder: tempfile::tempdir().expect("a temporary folder") }
}

#[async_trait::async_trait]
impl Bench for Folder {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(SqliteStore::open(&self.database()).await?))
    }

    async fn pretend_newer(&self) {
        let url = format!("sqlite:{}", self.database().display());
        let mut connection = SqliteConnection::connect(&url).await.expect("the database is there");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', TRUE, x'00', 0)",
        )
        .execute(&mut connection)
        .await
        .expect("the table of schemas is there");
        connection.close().await.expect("it closes");
    }
}

store::conformance_tests!(fresh);
