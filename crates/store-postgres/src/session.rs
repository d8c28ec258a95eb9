//! Sessions.

use async_trait::async_trait;
use model::{ParticipantId, Timestamp};
use sqlx::{FromRow, PgConnection};
use store::{Conflict, NewSession, PasswordHash, Session, Sessions, StoreError, TokenHash, number};

use crate::PostgresStore;
use crate::error::{Broken, broken, failed};
use crate::person::PersonRow;

/// A row of `sessions` beside its row of `people`.
#[derive(FromRow)]
struct SessionRow {
    created: i64,
    seen: i64,
    expires: i64,
    id: Option<i64>,
    name: Option<String>,
    password: Option<String>,
}

impl SessionRow {
    fn session(self, token: &TokenHash) -> Result<Session, StoreError> {
        let person = match (self.id, self.name) {
            (Some(id), Some(name)) => Some(PersonRow { id, name, password: self.password }.person()?),
            (None, _) | (_, None) => None,
        };
        Ok(Session {
            token: *token,
            person,
            created: time(self.created)?,
            seen: time(self.seen)?,
            expires: time(self.expires)?,
        })
    }
}

pub(crate) fn time(ms: i64) -> Result<Timestamp, StoreError> {
    let ms = u64::try_from(ms).map_err(|error| StoreError::Corrupt { what: "time", source: error.into() })?;
    Ok(Timestamp(ms))
}

#[async_trait]
impl Sessions for PostgresStore {
    async fn open_session(
        &self,
        session: &NewSession,
        proof: Option<&PasswordHash>,
        instead_of: Option<&TokenHash>,
    ) -> Result<bool, StoreError> {
        let doing = "opening a session";
        let mut tx = self.begin(doing).await?;
        let who = session.who.map(|who| number(who.0, "person's id")).transpose()?;
        if let Some(proof) = proof {
            // Locked, so that a change of the password either sees this session or is seen here.
            let holds: Option<(i64,)> =
                sqlx::query_as("SELECT id FROM people WHERE id = $1 AND password = $2 FOR SHARE")
                    .bind(who)
                    .bind(&proof.0)
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(failed(doing))?;
            if holds.is_none() {
                return Ok(false);
            }
        }
        sqlx::query(
            "INSERT INTO sessions (token, person, created, seen, expires) VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(&session.token.0[..])
        .bind(who)
        .bind(number(session.created.0, "time")?)
        .bind(number(session.expires.0, "time")?)
        .execute(&mut *tx)
        .await
        .map_err(|error| match broken(&error, &["sessions_pkey"]) {
            Some(Broken::Unique(_)) => Conflict::SecretInUse.into(),
            Some(Broken::Reference) => Conflict::NoSuchPerson.into(),
            None => failed(doing)(error),
        })?;
        if let Some(old) = instead_of {
            replace(&mut tx, old, &session.token).await?;
        }
        tx.commit().await.map_err(failed(doing))?;
        Ok(true)
    }

    async fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = sqlx::query_as(
            "SELECT s.created, s.seen, s.expires, p.id, p.name, p.password \
             FROM sessions s LEFT JOIN people p ON p.id = s.person WHERE s.token = $1 AND s.expires > $2",
        )
        .bind(&token.0[..])
        .bind(number(now.0, "time")?)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("looking up a session"))?;
        row.map(|row| row.session(token)).transpose()
    }

    async fn touch_session(
        &self,
        token: &TokenHash,
        seen: Timestamp,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET seen = $2, expires = $3 WHERE token = $1")
            .bind(&token.0[..])
            .bind(number(seen.0, "time")?)
            .bind(number(expires.0, "time")?)
            .execute(&self.pool)
            .await
            .map_err(failed("prolonging a session"))?;
        Ok(())
    }

    async fn close_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE token = $1")
            .bind(&token.0[..])
            .execute(&self.pool)
            .await
            .map_err(failed("closing a session"))?;
        Ok(())
    }

    async fn close_sessions_of(
        &self,
        who: ParticipantId,
        keep: Option<&TokenHash>,
    ) -> Result<u64, StoreError> {
        let doing = "closing a person's sessions";
        let mut tx = self.begin(doing).await?;
        let closed = close_all_but(&mut tx, who, keep).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(closed)
    }

    async fn expire_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let gone = sqlx::query("DELETE FROM sessions WHERE expires <= $1")
            .bind(number(now.0, "time")?)
            .execute(&self.pool)
            .await
            .map_err(failed("forgetting expired sessions"))?;
        Ok(gone.rows_affected())
    }
}

/// Ends a person's sessions but one, inside a transaction; a change of password does so too.
pub(crate) async fn close_all_but(
    tx: &mut PgConnection,
    who: ParticipantId,
    keep: Option<&TokenHash>,
) -> Result<u64, StoreError> {
    let gone = sqlx::query("DELETE FROM sessions WHERE person = $1 AND ($2::bytea IS NULL OR token <> $2)")
        .bind(number(who.0, "person's id")?)
        .bind(keep.map(|token| &token.0[..]))
        .execute(tx)
        .await
        .map_err(failed("closing a person's sessions"))?;
    Ok(gone.rows_affected())
}

/// Closes a session, its passed doors going over to another.
async fn replace(tx: &mut PgConnection, old: &TokenHash, new: &TokenHash) -> Result<(), StoreError> {
    let doing = "replacing a session";
    sqlx::query("UPDATE door_entries SET session = $2 WHERE session = $1")
        .bind(&old.0[..])
        .bind(&new.0[..])
        .execute(&mut *tx)
        .await
        .map_err(failed(doing))?;
    sqlx::query("DELETE FROM sessions WHERE token = $1")
        .bind(&old.0[..])
        .execute(&mut *tx)
        .await
        .map_err(failed(doing))?;
    Ok(())
}
