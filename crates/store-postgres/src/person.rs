//! People.

use async_trait::async_trait;
use model::{Nickname, ParticipantId, Timestamp};
use sqlx::{FromRow, PgConnection};
use store::{
    Account, Conflict, NewAccount, PasswordHash, People, Person, StoreError, TokenHash, folded, number,
};

use crate::PostgresStore;
use crate::error::{Broken, broken, failed};

/// A row of `people`.
#[derive(FromRow)]
pub(crate) struct PersonRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) password: Option<String>,
}

impl PersonRow {
    pub(crate) fn person(&self) -> Result<Person, StoreError> {
        Ok(Person {
            id: person_id(self.id)?,
            name: nickname(&self.name)?,
            registered: self.password.is_some(),
        })
    }

    fn account(self) -> Result<Option<Account>, StoreError> {
        let person = self.person()?;
        Ok(self.password.map(|password| Account { person, password: PasswordHash(password) }))
    }
}

pub(crate) fn person_id(id: i64) -> Result<ParticipantId, StoreError> {
    let id =
        u64::try_from(id).map_err(|error| StoreError::Corrupt { what: "person", source: error.into() })?;
    Ok(ParticipantId(id))
}

pub(crate) fn nickname(name: &str) -> Result<Nickname, StoreError> {
    Nickname::parse(name).map_err(|error| StoreError::Corrupt { what: "name", source: error.into() })
}

#[async_trait]
impl People for PostgresStore {
    async fn add_guest(&self, name: &Nickname, now: Timestamp) -> Result<Person, StoreError> {
        let (id,): (i64,) = sqlx::query_as("INSERT INTO people (name, created) VALUES ($1, $2) RETURNING id")
            .bind(name.as_str())
            .bind(number(now.0, "time")?)
            .fetch_one(&self.pool)
            .await
            .map_err(failed("adding a guest"))?;
        Ok(Person { id: person_id(id)?, name: name.clone(), registered: false })
    }

    async fn register(
        &self,
        guest: Option<ParticipantId>,
        account: &NewAccount,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let doing = "registering an account";
        let mut tx = self.begin(doing).await?;
        let person = register(&mut tx, guest, account, now).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(person)
    }

    async fn person(&self, id: ParticipantId) -> Result<Option<Person>, StoreError> {
        let row = by_id(self, id).await?;
        row.map(|row| row.person()).transpose()
    }

    async fn account(&self, id: ParticipantId) -> Result<Option<Account>, StoreError> {
        let row = by_id(self, id).await?;
        row.map_or(Ok(None), PersonRow::account)
    }

    async fn account_by_name(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        let row: Option<PersonRow> =
            sqlx::query_as("SELECT id, name, password FROM people WHERE folded = $1")
                .bind(folded(name))
                .fetch_optional(&self.pool)
                .await
                .map_err(failed("looking up an account"))?;
        row.map_or(Ok(None), PersonRow::account)
    }

    async fn rename(&self, id: ParticipantId, name: &Nickname) -> Result<Person, StoreError> {
        let row: Option<PersonRow> = sqlx::query_as(
            "UPDATE people SET name = $2, folded = CASE WHEN folded IS NULL THEN NULL ELSE $3 END \
             WHERE id = $1 RETURNING id, name, password",
        )
        .bind(number(id.0, "person's id")?)
        .bind(name.as_str())
        .bind(folded(name))
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| name_taken(error, "renaming a person"))?;
        row.ok_or(Conflict::NoSuchPerson)?.person()
    }

    async fn change_password(
        &self,
        id: ParticipantId,
        old: &PasswordHash,
        new: &PasswordHash,
        keep: Option<&TokenHash>,
    ) -> Result<bool, StoreError> {
        let doing = "changing a password";
        let mut tx = self.begin(doing).await?;
        if !swap_password(&mut tx, id, old, new).await? {
            return Ok(false);
        }
        crate::session::close_all_but(&mut tx, id, keep).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(true)
    }

    async fn rehash_password(
        &self,
        id: ParticipantId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, StoreError> {
        let doing = "hashing a password anew";
        let mut tx = self.begin(doing).await?;
        let swapped = swap_password(&mut tx, id, old, new).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(swapped)
    }
}

async fn by_id(store: &PostgresStore, id: ParticipantId) -> Result<Option<PersonRow>, StoreError> {
    sqlx::query_as("SELECT id, name, password FROM people WHERE id = $1")
        .bind(number(id.0, "person's id")?)
        .fetch_optional(&store.pool)
        .await
        .map_err(failed("looking up a person"))
}

/// Makes an account inside a transaction; the first run does so too.
pub(crate) async fn register(
    tx: &mut PgConnection,
    guest: Option<ParticipantId>,
    account: &NewAccount,
    now: Timestamp,
) -> Result<Person, StoreError> {
    let doing = "registering an account";
    let name = folded(&account.name);
    let now = number(now.0, "time")?;
    let Some(guest) = guest else {
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO people (name, folded, password, created, registered) VALUES ($1, $2, $3, $4, $4) \
             RETURNING id",
        )
        .bind(account.name.as_str())
        .bind(name)
        .bind(&account.password.0)
        .bind(now)
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| name_taken(error, doing))?;
        return Ok(Person { id: person_id(id)?, name: account.name.clone(), registered: true });
    };
    let id = number(guest.0, "person's id")?;
    let changed = sqlx::query(
        "UPDATE people SET name = $1, folded = $2, password = $3, registered = $4 \
         WHERE id = $5 AND folded IS NULL",
    )
    .bind(account.name.as_str())
    .bind(name)
    .bind(&account.password.0)
    .bind(now)
    .bind(id)
    .execute(&mut *tx)
    .await
    .map_err(|error| name_taken(error, doing))?;
    if changed.rows_affected() == 1 {
        return Ok(Person { id: guest, name: account.name.clone(), registered: true });
    }
    let known: Option<(i64,)> = sqlx::query_as("SELECT id FROM people WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed(doing))?;
    Err(if known.is_some() { Conflict::AlreadyRegistered } else { Conflict::NoSuchPerson }.into())
}

/// `false` if `old` is not the person's any more.
async fn swap_password(
    tx: &mut PgConnection,
    id: ParticipantId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StoreError> {
    let changed = sqlx::query("UPDATE people SET password = $3 WHERE id = $1 AND password = $2")
        .bind(number(id.0, "person's id")?)
        .bind(&old.0)
        .bind(&new.0)
        .execute(tx)
        .await
        .map_err(failed("changing a password"))?;
    Ok(changed.rows_affected() == 1)
}

fn name_taken(error: sqlx::Error, doing: &'static str) -> StoreError {
    match broken(&error, &["people_folded_key"]) {
        Some(Broken::Unique(_)) => Conflict::NameTaken.into(),
        Some(Broken::Reference) | None => failed(doing)(error),
    }
}
