//! The file: who may read it, and what is said of one that is none of ours.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use store::{EventLog, Rooms, Store, StoreError, StreamKeys};
use store_sqlite::SqliteStore;

fn mode(path: &Path) -> u32 {
    path.metadata().expect("the file is there").permissions().mode() & 0o777
}

/// Nobody but the owner reads the database, nor what lies beside it.
#[tokio::test]
async fn only_the_owner_reads_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("a/b");
    let path = data.join("livehouse.db");
    let store = SqliteStore::open(&path).await.expect("it opens");
    assert_eq!(mode(&data), 0o700);
    let mut names = Vec::new();
    for file in data.read_dir().expect("the folder is there") {
        let file = file.expect("it can be listed").path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        names.push(file.file_name().expect("a name").to_string_lossy().into_owned());
    }
    names.sort();
    let expected = ["livehouse.db", "livehouse.db-shm", "livehouse.db-wal", "livehouse.db.lock"];
    assert_eq!(names, expected);
    store.close().await;
}

/// A file that is no database is refused and left as it was.
#[tokio::test]
async fn another_file_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("letter.txt");
    let letter = "dear host, ".repeat(500);
    std::fs::write(&path, &letter).expect("it can be written");
    let error = SqliteStore::open(&path).await.expect_err("no database");
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), letter);
}

/// A body that this program never wrote is told apart from a database that does not answer.
#[tokio::test]
async fn a_broken_entry_is_corrupt() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("livehouse.db");
    let store = SqliteStore::open(&path).await.expect("it opens");
    store.close().await;
    drop(store);
    let raw = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("it is there");
    for statement in [
        "INSERT INTO people (name, created) VALUES ('Ada', 0)",
        "INSERT INTO rooms (slug, epoch, host, founded, founding_title, founding_access, \
         founding_per_minute_max, founding_tau_ms, title, access, stream_key) \
         VALUES ('evening', 1, 1, 0, 't', 'public', 1, 1, 't', 'a crack', x'00')",
        "INSERT INTO log (room, seq, at, kind, lasting, body) VALUES (1, 1, 0, 'chat', 0, '{\"v\":7}')",
    ] {
        sqlx::query(statement).execute(&raw).await.expect("the tables are there");
    }
    raw.close().await;
    let store = SqliteStore::open(&path).await.expect("it opens");
    let room = model::RoomId(1);
    let errors = [
        store.range(room, model::Seq(0), 9).await.expect_err("no body").to_string(),
        store.room(room).await.expect_err("no door").to_string(),
        store.stream_key(room).await.expect_err("no hash").to_string(),
    ];
    let said = |what| {
        format!("the database holds a {what} that cannot be read; restore it from a backup, or report this")
    };
    assert_eq!(errors, [said("log entry"), said("room's door"), said("hash of a secret")]);
}
