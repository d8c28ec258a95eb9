//! Why a store said no.

use model::Seq;
use thiserror::Error;

/// What a backend's own error is kept as: for the log, never for a decision.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Nothing of a call that ended in an error is kept, except where [`StoreError::Unavailable`] says that one cannot know.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database did not answer, or could not write. The write may or may not have happened: read before
    /// trying again.
    #[error(
        "the database is unavailable while {doing}; check that it runs, that it can be reached and that its disk is not full"
    )]
    Unavailable {
        /// What was being done, as in "while appending to a room's log".
        doing: &'static str,
        /// The backend's own words.
        #[source]
        source: BoxError,
    },
    /// The call contradicts what is kept already.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// What was read is not what was ever written by this program.
    #[error("the database holds a {what} that cannot be read; restore it from a backup, or report this")]
    Corrupt {
        /// What could not be read.
        what: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A value that the database cannot hold (a number of more than 63 bits).
    #[error("a {what} is too large to be stored")]
    TooLarge {
        /// What was too large.
        what: &'static str,
    },
    /// The database was written by a later version of this program.
    #[error(
        "the database has schema {found}, written by a newer livehouse; this one knows schemas up to {known}. \
         Install the newer version again, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// Another process uses this database.
    #[error(
        "another livehouse is running on this database ({place}); stop it first, or give this one a database of its own"
    )]
    InUse {
        /// Which database.
        place: String,
    },
    /// The database could not be opened.
    #[error(
        "the database {place} cannot be opened; check that the address is right and that this user may use it"
    )]
    CannotOpen {
        /// Which database, without any password.
        place: String,
        /// Why.
        #[source]
        source: BoxError,
    },
}

/// A contradiction. Nothing of the call was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Conflict {
    /// An account has this name, or one that folds to the same.
    #[error("an account with this name exists; choose another name")]
    NameTaken,
    /// The person has an account already.
    #[error("this person has an account already; sign in with it")]
    AlreadyRegistered,
    /// A room has this address.
    #[error("a room with this address exists; choose another address")]
    SlugTaken,
    /// There is no such person.
    #[error("there is no such person")]
    NoSuchPerson,
    /// There is no such room.
    #[error("there is no such room")]
    NoSuchRoom,
    /// There is no such session, or it has expired.
    #[error("there is no such session; sign in again")]
    NoSuchSession,
    /// This server was set up before, or the token is not the one offered last.
    #[error("this setup link has been used or replaced; start livehouse again for a new one")]
    SetupRefused,
    /// Another writer appended to this log, or an entry is missing before this one.
    #[error("the log continues at {expected:?}, but the entry to append is {found:?}")]
    Sequence {
        /// The number the log goes on with.
        expected: Seq,
        /// The number that came.
        found: Seq,
    },
    /// A secret of this kind with this hash exists. Draw another.
    #[error("this secret is in use; draw another")]
    SecretInUse,
}

impl StoreError {
    /// The contradiction, where there is one.
    pub fn conflict(&self) -> Option<Conflict> {
        match self {
            StoreError::Conflict(conflict) => Some(*conflict),
            StoreError::Unavailable { .. }
            | StoreError::Corrupt { .. }
            | StoreError::TooLarge { .. }
            | StoreError::Newer { .. }
            | StoreError::InUse { .. }
            | StoreError::CannotOpen { .. } => None,
        }
    }
}
