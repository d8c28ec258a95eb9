//! One livehouse a database: a file beside it, locked while the store is open.
//!
//! SQLite itself would let two processes share the file; their rooms would then contradict each other.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use store::StoreError;

/// Takes the lock, or says that another process has it.
pub(crate) fn take(database: &Path) -> Result<File, StoreError> {
    let place = || database.display().to_string();
    let cannot = |source: std::io::Error| StoreError::CannotOpen { place: place(), source: source.into() };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(database))
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { place: place() }),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// `livehouse.db` is locked by `livehouse.db.lock`.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
