//! The first run: a link that is printed once and used once. And the rooms that follow.

use model::{Epoch, Nickname, ParticipantId, RoomSlug, Timestamp};
use store::{Conflict, FirstRun, NewAccount, NewRoom, RoomRecord, Session, SetupState};

use crate::password::{PASSWORD_CHARS_MIN, accept};
use crate::secret::{random, same};
use crate::{Accounts, AuthError, Secret, SignedIn, stream_key};

/// A room somebody wants to found.
#[derive(Debug, Clone)]
pub struct RoomWish {
    /// Its name in addresses.
    pub slug: RoomSlug,
    /// Its title, as typed.
    pub title: String,
}

/// A room that was founded.
#[derive(Debug, Clone)]
pub struct FoundedRoom {
    /// The room.
    pub room: RoomRecord,
    /// Its stream key, known only now.
    pub stream_key: Secret,
}

impl Accounts {
    /// Whether this server waits for its first host.
    pub async fn setup_state(&self) -> Result<SetupState, AuthError> {
        Ok(self.store.setup_state().await?)
    }

    /// A new token for the setup link, in the place of any before; `None` if this server has its host.
    pub async fn offer_setup(&self, now: Timestamp) -> Result<Option<Secret>, AuthError> {
        let token = Secret::draw()?;
        Ok(match self.store.offer_setup(&token.hash(), now).await? {
            SetupState::Needed => Some(token),
            SetupState::Done => None,
        })
    }

    /// Makes the first host and their room, and signs the host in. The token is used up only if all of it succeeds.
    pub async fn complete_setup(
        &self,
        visit: Option<&Session>,
        token: &Secret,
        name: &Nickname,
        password: &Secret,
        wish: RoomWish,
        now: Timestamp,
    ) -> Result<(SignedIn, FoundedRoom), AuthError> {
        accept(password, PASSWORD_CHARS_MIN)?;
        let (room, stream_key) = new_room(wish)?;
        // Looked at before the costly part, so that nobody without the link makes the server hash.
        let offered = self.store.setup_token().await?;
        if !offered.is_some_and(|offered| same(&offered, &token.hash())) {
            return Err(AuthError::WrongSetupToken);
        }
        let account = NewAccount { name: name.clone(), password: self.passwords.hash(password).await? };
        let founded = self.store.complete_setup(&token.hash(), &FirstRun { account, room }, now).await;
        let founded = founded.map_err(|error| match error.conflict() {
            Some(Conflict::SetupRefused) => AuthError::WrongSetupToken,
            Some(_) | None => AuthError::Store(error),
        })?;
        let signed_in = self.enter(founded.host, visit, now).await?;
        Ok((signed_in, FoundedRoom { room: founded.room, stream_key }))
    }

    /// Founds a room for somebody with an account. Whether they may is not asked here.
    pub async fn found_room(
        &self,
        host: ParticipantId,
        wish: RoomWish,
        now: Timestamp,
    ) -> Result<FoundedRoom, AuthError> {
        let (new, stream_key) = new_room(wish)?;
        let room = self.store.found_room(host, &new, now).await?;
        Ok(FoundedRoom { room, stream_key })
    }
}

fn new_room(wish: RoomWish) -> Result<(NewRoom, Secret), AuthError> {
    let key = stream_key::draw()?;
    let epoch = Epoch(u32::from_be_bytes(random::<4>()?));
    let room = NewRoom::usual(wish.slug, &wish.title, epoch, stream_key::hash(key.expose()));
    Ok((room.ok_or(AuthError::BadTitle)?, key))
}
