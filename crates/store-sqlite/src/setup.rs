//! The first run.

use async_trait::async_trait;
use model::Timestamp;
use store::{Conflict, FirstRun, Founded, Setup, SetupState, StoreError, TokenHash, number};

use crate::SqliteStore;
use crate::error::failed;
use crate::stream_key::token_hash;

#[async_trait]
impl Setup for SqliteStore {
    async fn setup_state(&self) -> Result<SetupState, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT done FROM setup WHERE done IS NOT NULL")
            .fetch_optional(&self.readers)
            .await
            .map_err(failed("asking whether this server was set up"))?;
        Ok(if row.is_some() { SetupState::Done } else { SetupState::Needed })
    }

    async fn offer_setup(&self, token: &TokenHash, now: Timestamp) -> Result<SetupState, StoreError> {
        let offered = sqlx::query(
            "INSERT INTO setup (id, token, offered) VALUES (1, ?1, ?2) \
             ON CONFLICT (id) DO UPDATE SET token = excluded.token, offered = excluded.offered \
             WHERE setup.done IS NULL",
        )
        .bind(&token.0[..])
        .bind(number(now.0, "time")?)
        .execute(&self.writer)
        .await
        .map_err(failed("offering the setup"))?;
        Ok(if offered.rows_affected() == 1 { SetupState::Needed } else { SetupState::Done })
    }

    async fn setup_token(&self) -> Result<Option<TokenHash>, StoreError> {
        let row: Option<(Option<Vec<u8>>,)> = sqlx::query_as("SELECT token FROM setup")
            .fetch_optional(&self.readers)
            .await
            .map_err(failed("looking up the setup's token"))?;
        row.and_then(|(token,)| token).map(token_hash).transpose()
    }

    async fn complete_setup(
        &self,
        token: &TokenHash,
        first: &FirstRun,
        now: Timestamp,
    ) -> Result<Founded, StoreError> {
        let doing = "setting this server up";
        let mut tx = self.begin(doing).await?;
        let used = sqlx::query("UPDATE setup SET token = NULL, done = ?2 WHERE token = ?1")
            .bind(&token.0[..])
            .bind(number(now.0, "time")?)
            .execute(&mut *tx)
            .await
            .map_err(failed(doing))?;
        if used.rows_affected() == 0 {
            return Err(Conflict::SetupRefused.into());
        }
        let host = crate::person::register(&mut tx, None, &first.account, now).await?;
        let room = crate::room::found(&mut tx, host.id, &first.room, now).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(Founded { host, room })
    }
}
