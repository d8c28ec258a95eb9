//! The one place that knows which databases there are.

use anyhow::{Context, Result};
use config::{Config, Database};
use std::sync::Arc;
use store::Store;

/// Opens the database that the settings name, and makes it where it can be made.
pub async fn open(config: &Config) -> Result<Arc<dyn Store>> {
    match config.database()? {
        Database::Sqlite(path) => {
            let store = store_sqlite::SqliteStore::open(&path)
                .await
                .with_context(|| format!("cannot open the database {}", path.display()))?;
            Ok(Arc::new(store))
        }
        // The address may hold a password, so it is not repeated.
        Database::Postgres(url) => {
            let store = store_postgres::PostgresStore::open(&url)
                .await
                .context("cannot open the PostgreSQL database of `store.url`")?;
            Ok(Arc::new(store))
        }
    }
}
