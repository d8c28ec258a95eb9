//! PostgreSQL passes the suite of every store.

use std::sync::Arc;

use sqlx::{Connection, PgConnection};
use store::conformance::Bench;
use store::{Store, StoreError};
use store_postgres::{PostgresStore, test_server};

struct Database {
    address: String,
}

async fn fresh() -> Database {
    Database { address: test_server::database().await }
}

#[async_trait::async_trait]
impl Bench for Database {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(PostgresStore::open(&self.address).await?))
    }

    async fn pretend_newer(&self) {
        let mut connection = PgConnection::connect(&self.address).await.expect("the database is there");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', TRUE, '\\x00', 0)",
        )
        .execute(&mut connection)
        .await
        .expect("the table of schemas is there");
        connection.close().await.expect("it closes");
    }
}

store::conformance_tests!(fresh);
