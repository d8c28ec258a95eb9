//! Sessions: which browser is who.

use std::time::Duration;

use model::{ParticipantId, Timestamp};
use store::{NewSession, PasswordHash, Session};

use crate::{Accounts, AuthError, Secret};

/// How long a session lives after it was last used; the cookie's `Max-Age`.
pub const SESSION_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How often its use is written down: a busy browser costs one write an hour, and a session ends at most that much
/// early.
const TOUCH_EVERY: Duration = Duration::from_secs(60 * 60);

impl Accounts {
    /// The session of a cookie's token, unless it has ended. Its end moves on with its use.
    pub async fn who(&self, token: &str, now: Timestamp) -> Result<Option<Session>, AuthError> {
        let token = Secret::new(token.to_owned()).hash();
        let Some(mut session) = self.store.session(&token, now).await? else { return Ok(None) };
        if now.since(session.seen) >= TOUCH_EVERY {
            (session.seen, session.expires) = (now, now + SESSION_LIFE);
            self.store.touch_session(&token, session.seen, session.expires).await?;
        }
        Ok(Some(session))
    }

    /// Ends the session of a cookie's token.
    pub async fn sign_out(&self, token: &str) -> Result<(), AuthError> {
        Ok(self.store.close_session(&Secret::new(token.to_owned()).hash()).await?)
    }

    /// Forgets sessions that have ended. For a task that comes round now and then; nothing depends on it.
    pub async fn forget_ended_sessions(&self, now: Timestamp) -> Result<u64, AuthError> {
        Ok(self.store.expire_sessions(now).await?)
    }

    /// A new session in the place of the browser's old one, which hands on the doors it has passed. `None` if
    /// `proof` is not the person's password hash any more.
    pub(crate) async fn open_session(
        &self,
        who: Option<ParticipantId>,
        proof: Option<&PasswordHash>,
        instead_of: Option<&Session>,
        now: Timestamp,
    ) -> Result<Option<Secret>, AuthError> {
        let token = Secret::draw()?;
        let session = NewSession { token: token.hash(), who, created: now, expires: now + SESSION_LIFE };
        let opened = self.store.open_session(&session, proof, instead_of.map(|old| &old.token)).await?;
        Ok(opened.then_some(token))
    }
}
