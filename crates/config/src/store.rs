//! Which database the settings name.

use std::path::PathBuf;
use thiserror::Error;

use crate::Config;

/// The database of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by its whole address.
    Postgres(String),
}

/// An address that names no database Livehouse knows. The address itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not an address of a database; write `sqlite:<file>` or `postgres://user:password@host/database`")]
pub struct DatabaseError;

impl Config {
    /// The database: what `store.url` says, or the file in the data folder.
    pub fn database(&self) -> Result<Database, DatabaseError> {
        let Some(url) = &self.store.url else {
            return Ok(Database::Sqlite(self.data.dir.join("livehouse.sqlite")));
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Database::Postgres(url.clone()));
        }
        match url.strip_prefix("sqlite:") {
            Some(file) if !file.is_empty() => {
                Ok(Database::Sqlite(PathBuf::from(file.strip_prefix("//").unwrap_or(file))))
            }
            Some(_) | None => Err(DatabaseError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: Option<&str>, expected: Result<Database, DatabaseError>) {
        let mut config = Config::default();
        config.data.dir = PathBuf::from("somewhere");
        config.store.url = url.map(str::to_owned);
        assert_eq!(config.database(), expected);
    }

    #[test]
    fn databases() {
        check(None, Ok(Database::Sqlite("somewhere/livehouse.sqlite".into())));
        check(Some("sqlite:my.db"), Ok(Database::Sqlite("my.db".into())));
        check(Some("sqlite:///var/lib/my.db"), Ok(Database::Sqlite("/var/lib/my.db".into())));
        check(Some("postgres://me@db/live"), Ok(Database::Postgres("postgres://me@db/live".into())));
        check(Some("sqlite:"), Err(DatabaseError));
        check(Some("mysql://db"), Err(DatabaseError));
    }
}
