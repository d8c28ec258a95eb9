//! Sessions: which browser is who.

use async_trait::async_trait;
use model::{ParticipantId, Timestamp};

use crate::{PasswordHash, Person, StoreError, TokenHash};

/// A session to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of its token.
    pub token: TokenHash,
    /// Whose; `None` for a browser that passed a room's door before its person said who they are.
    pub who: Option<ParticipantId>,
    /// When it was opened.
    pub created: Timestamp,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

/// A session that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub token: TokenHash,
    /// Whose.
    pub person: Option<Person>,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was last used, as far as that was written down.
    pub seen: Timestamp,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

/// The sessions of this server.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session. With `proof`, only while that is still the person's password hash: `false` says that
    /// the password was changed in the meantime, and nothing was opened. `instead_of` is closed in the
    /// same transaction and hands on the doors it had passed.
    async fn open_session(
        &self,
        session: &NewSession,
        proof: Option<&PasswordHash>,
        instead_of: Option<&TokenHash>,
    ) -> Result<bool, StoreError>;

    /// The session of a token, unless it has expired by `now`.
    async fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Session>, StoreError>;

    /// Writes down that a session was used, and its new end. Nothing happens if there is none.
    async fn touch_session(
        &self,
        token: &TokenHash,
        seen: Timestamp,
        expires: Timestamp,
    ) -> Result<(), StoreError>;

    /// Ends a session. Nothing happens if there is none.
    async fn close_session(&self, token: &TokenHash) -> Result<(), StoreError>;

    /// Ends every session of a person but `keep`; how many there were.
    async fn close_sessions_of(
        &self,
        who: ParticipantId,
        keep: Option<&TokenHash>,
    ) -> Result<u64, StoreError>;

    /// Forgets the sessions that have expired by `now`; how many there were.
    async fn expire_sessions(&self, now: Timestamp) -> Result<u64, StoreError>;
}
