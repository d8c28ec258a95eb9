//! Persistence in our own words.
//!
//! The house speaks to its database through [`Store`]: one trait a noun, joined in one object, so that the
//! rest of the house holds an `Arc<dyn Store>` and never learns which database it is. The backends live in
//! `store-sqlite` and `store-postgres`; both pass the one suite in `conformance` (feature `conformance`).
//!
//! Nothing here decides anything: a store keeps what it is told and refuses what would contradict what it
//! already keeps. It reads no clock and draws no random number; both come in with the call. What
//! is written is on disk when the call returns.

#[cfg(feature = "conformance")]
pub mod conformance;
mod disk;
mod door;
mod error;
mod event_log;
mod hash;
mod person;
mod room;
mod session;
mod setup;
mod stream_key;

pub use disk::{StoredEntry, bound, number};
pub use door::{Door, DoorKey, Doors};
pub use error::{BoxError, Conflict, StoreError};
pub use event_log::{Batch, EventLog, Page};
pub use hash::{PasswordHash, TokenHash};
pub use person::{Account, NewAccount, People, Person, folded};
pub use room::{NewRoom, RoomRecord, Rooms, access_from_word, access_word};
pub use session::{NewSession, Session, Sessions};
pub use setup::{FirstRun, Founded, Setup, SetupState};
pub use stream_key::StreamKeys;

use async_trait::async_trait;

/// Everything the house keeps, in one object.
#[async_trait]
pub trait Store: People + Sessions + Rooms + Doors + StreamKeys + Setup + EventLog {
    /// Whether the database answers: for `/readyz`.
    async fn check(&self) -> Result<(), StoreError>;

    /// Waits for what is under way, then lets the database go. Later calls answer
    /// [`StoreError::Unavailable`]. Not needed for safety: what a call wrote is on disk when it returns.
    async fn close(&self);
}
