//! The first run: one link, used once, makes the first host and their room.

use async_trait::async_trait;
use model::Timestamp;

use crate::{NewAccount, NewRoom, Person, RoomRecord, StoreError, TokenHash};

/// Whether this server has its first host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupState {
    /// It waits for one.
    Needed,
    /// It has one.
    Done,
}

/// Everything the first run makes, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRun {
    /// The host.
    pub account: NewAccount,
    /// Their room.
    pub room: NewRoom,
}

/// What the first run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// The host.
    pub host: Person,
    /// Their room.
    pub room: RoomRecord,
}

/// The first run.
#[async_trait]
pub trait Setup: Send + Sync {
    /// Whether this server has its first host.
    async fn setup_state(&self) -> Result<SetupState, StoreError>;

    /// Offers a token, in the place of any offered before. [`SetupState::Done`] if it came too late.
    async fn offer_setup(&self, token: &TokenHash, now: Timestamp) -> Result<SetupState, StoreError>;

    /// The hash of the token on offer; `None` once the setup is done.
    async fn setup_token(&self) -> Result<Option<TokenHash>, StoreError>;

    /// Uses the token up and makes the host and the room in one transaction. Refuses with
    /// [`Conflict::SetupRefused`](crate::Conflict::SetupRefused), `NameTaken` or `SlugTaken`; the token then
    /// stays good.
    async fn complete_setup(
        &self,
        token: &TokenHash,
        first: &FirstRun,
        now: Timestamp,
    ) -> Result<Founded, StoreError>;
}
