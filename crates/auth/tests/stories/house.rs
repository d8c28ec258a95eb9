//! A server with nobody in it yet, and the words the stories are told in.

use std::path::PathBuf;
use std::sync::Arc;

use auth::{Accounts, AuthError, Origin, Passwords, Secret};
use model::{Nickname, RoomSlug, Timestamp};
use store::{Session, Store};
use store_sqlite::SqliteStore;
use tempfile::TempDir;

/// A server on an empty database.
pub struct House {
    pub accounts: Accounts,
    pub store: Arc<dyn Store>,
    pub database: PathBuf,
    _folder: TempDir,
}

/// Opens one, with passwords that cost nothing.
pub async fn house() -> House {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("livehouse.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&database).await.expect("it opens"));
    let accounts = Accounts::with_passwords(store.clone(), Passwords::with(8, 1));
    House { accounts, store, database, _folder: folder }
}

/// Any first address.
pub fn here() -> Origin {
    from("192.0.2.1")
}

pub fn from(raw: &str) -> Origin {
    Origin::of(raw.parse().expect("an address"))
}

/// The second `s` of the story.
pub fn at(s: u64) -> Timestamp {
    Timestamp(1_800_000_000_000 + s * 1_000)
}

pub fn name(raw: &str) -> Nickname {
    Nickname::parse(raw).expect("a nickname")
}

pub fn slug(raw: &str) -> RoomSlug {
    RoomSlug::parse(raw).expect("a slug")
}

pub fn secret(raw: &str) -> Secret {
    Secret::new(raw.to_owned())
}

/// The session of a token, or a failed test.
pub async fn visit(accounts: &Accounts, token: &Secret, now: Timestamp) -> Session {
    accounts.who(token.expose(), now).await.expect("the store answers").expect("a session")
}

/// What a call came to, as a line of a transcript.
pub fn line<T>(result: Result<T, AuthError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(AuthError::TooMany { retry_at }) => format!("wait until {}s", retry_at.since(at(0)).as_secs()),
        Err(error) => error.to_string(),
    }
}
