//! Why somebody was not believed.

use model::Timestamp;
use store::StoreError;
use thiserror::Error;

/// A call that ended in an error changed nothing, but for the count of attempts.
#[derive(Debug, Error)]
pub enum AuthError {
    /// The name, the password or both; which of them is not said.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// Neither the room's password nor its link's secret.
    #[error("this is not the key to this room")]
    WrongKey,
    /// The setup link was used, replaced, or never given out.
    #[error("this setup link is not valid; use the link livehouse printed when it started last")]
    WrongSetupToken,
    /// Too many attempts lately.
    #[error("too many attempts; wait a moment")]
    TooMany {
        /// When the next is possible.
        retry_at: Timestamp,
    },
    /// A password that is too short.
    #[error("a password has at least {min} characters")]
    PasswordTooShort {
        /// How many it needs.
        min: usize,
    },
    /// A password that is too long.
    #[error("a password has at most {max} characters")]
    PasswordTooLong {
        /// How many it may have.
        max: usize,
    },
    /// Only somebody with an account can do this.
    #[error("sign in first")]
    NotSignedIn,
    /// A room's title that is none.
    #[error("a room's title has 1 to 80 characters on one line")]
    BadTitle,
    /// More passwords wait to be checked than can be checked soon.
    #[error("the server is busy; try again in a moment")]
    Busy,
    /// The kernel gave no random bytes, or the hashing failed: nothing a caller did.
    #[error("the server cannot make a secret now")]
    NoSecret(#[source] store::BoxError),
    /// What the store said; also its conflicts: a name or an address that is taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}
