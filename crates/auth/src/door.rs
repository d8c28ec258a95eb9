//! Doors: the password and the secret link of a room by key.

use model::{RoomId, Timestamp};
use store::{DoorKey, Session};

use crate::account::DoorAttempt;
use crate::password::{Verdict, accept};
use crate::secret::same;
use crate::{Accounts, AuthError, Origin, Secret};

/// The shortest password of a door, in characters: it is told to many, and attempts on it are limited.
const DOOR_PASSWORD_CHARS_MIN: usize = 4;

/// What a right key led to.
#[derive(Debug, Clone)]
pub struct Knock {
    /// The token of a session that was opened for it, for the cookie; `None` if the browser had one.
    pub token: Option<Secret>,
}

impl Accounts {
    /// Sets a room's password, or takes it away. Those who came in with the old one must knock again.
    pub async fn set_door_password(&self, room: RoomId, password: Option<&Secret>) -> Result<(), AuthError> {
        let Some(password) = password else { return Ok(self.store.set_door_password(room, None).await?) };
        accept(password, DOOR_PASSWORD_CHARS_MIN)?;
        let hash = self.passwords.hash(password).await?;
        Ok(self.store.set_door_password(room, Some(&hash)).await?)
    }

    /// A new secret link for a room; the old one stops working, and those who came in with it must knock again.
    pub async fn new_door_link(&self, room: RoomId) -> Result<Secret, AuthError> {
        let link = Secret::draw()?;
        self.store.set_door_link(room, Some(&link.hash())).await?;
        Ok(link)
    }

    /// Knocks with a key: the link's secret or the password. From then on the browser's session suffices.
    pub async fn knock(
        &self,
        room: RoomId,
        visit: Option<&Session>,
        key: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<Knock, AuthError> {
        let (with, attempt) = self.door_key(room, key, from, now).await?;
        let (session, token) = match visit {
            Some(session) => (session.token, None),
            None => {
                let opened = self.open_session(None, None, None, now).await?;
                let token = opened.expect("a session without a proof is opened or is an error");
                (token.hash(), Some(token))
            }
        };
        if !self.store.grant_entry(room, &session, &with, now).await? {
            return Err(AuthError::WrongKey);
        }
        self.good_on_door(attempt);
        Ok(Knock { token })
    }

    /// Whether this is a key to a room, for a program that has no cookie. Counts as an attempt.
    pub async fn is_door_key(
        &self,
        room: RoomId,
        key: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<bool, AuthError> {
        match self.door_key(room, key, from, now).await {
            Ok((_, attempt)) => {
                self.good_on_door(attempt);
                Ok(true)
            }
            Err(AuthError::WrongKey) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a browser has passed a room's door with a key that still holds.
    pub async fn has_entry(&self, room: RoomId, visit: &Session) -> Result<bool, AuthError> {
        Ok(self.store.has_entry(room, &visit.token).await?)
    }

    async fn door_key(
        &self,
        room: RoomId,
        key: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<(DoorKey, Option<DoorAttempt>), AuthError> {
        let door = self.store.door(room).await?;
        let shown = key.hash();
        // The link's secret cannot be guessed, so attempts on the password must not lock out who has it.
        if let Some(link) = door.link.filter(|link| same(link, &shown)) {
            return Ok((DoorKey::Link(link), None));
        }
        let attempt = self.attempt_on_door(room, from, now)?;
        let Some(password) = door.password else { return Err(AuthError::WrongKey) };
        match self.passwords.check(key, Some(&password)).await? {
            Verdict::Right { .. } => Ok((DoorKey::Password(password), Some(attempt))),
            Verdict::Wrong => Err(AuthError::WrongKey),
        }
    }
}
