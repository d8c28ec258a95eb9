//! Rooms.

use ::room::{DanmakuCurve, Title};
use async_trait::async_trait;
use model::{Epoch, ParticipantId, Role, RoomId, RoomSlug, Timestamp};
use sqlx::{FromRow, PgConnection};
use store::{Conflict, NewRoom, RoomRecord, Rooms, StoreError, access_from_word, access_word, number};

use crate::PostgresStore;
use crate::error::{Broken, broken, failed};
use crate::person::{nickname, person_id};
use crate::session::time;

/// What every query of rooms reads: a row of `rooms` beside its host's name.
macro_rules! select_rooms {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.slug, r.epoch, r.host, p.name AS host_name, r.founded, r.founding_title, ",
            "r.founding_access, r.founding_per_minute_max, r.founding_tau_ms, r.title, r.access ",
            "FROM rooms r JOIN people p ON p.id = r.host ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct RoomRow {
    id: i64,
    slug: String,
    epoch: i64,
    host: i64,
    host_name: String,
    founded: i64,
    founding_title: String,
    founding_access: String,
    founding_per_minute_max: i64,
    founding_tau_ms: i64,
    title: String,
    access: String,
}

impl RoomRow {
    fn record(self) -> Result<RoomRecord, StoreError> {
        Ok(RoomRecord {
            id: room_id(self.id)?,
            slug: RoomSlug::parse(&self.slug).map_err(|error| corrupt(error.into()))?,
            epoch: Epoch(word(self.epoch)?),
            host: person_id(self.host)?,
            host_name: nickname(&self.host_name)?,
            founded: time(self.founded)?,
            founding_title: title(&self.founding_title)?,
            founding_access: access_from_word(&self.founding_access)?,
            founding_danmaku: DanmakuCurve {
                per_minute_max: word(self.founding_per_minute_max)?,
                tau_ms: word(self.founding_tau_ms)?,
            },
            title: title(&self.title)?,
            access: access_from_word(&self.access)?,
        })
    }
}

pub(crate) fn room_id(id: i64) -> Result<RoomId, StoreError> {
    Ok(RoomId(u64::try_from(id).map_err(|error| corrupt(error.into()))?))
}

fn word(value: i64) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|error| corrupt(error.into()))
}

fn title(raw: &str) -> Result<Title, StoreError> {
    Title::parse(raw).ok_or_else(|| corrupt("a title that is none".into()))
}

fn corrupt(source: store::BoxError) -> StoreError {
    StoreError::Corrupt { what: "room", source }
}

#[async_trait]
impl Rooms for PostgresStore {
    async fn found_room(
        &self,
        host: ParticipantId,
        room: &NewRoom,
        now: Timestamp,
    ) -> Result<RoomRecord, StoreError> {
        let doing = "founding a room";
        let mut tx = self.begin(doing).await?;
        let record = found(&mut tx, host, room, now).await?;
        tx.commit().await.map_err(failed(doing))?;
        Ok(record)
    }

    async fn room(&self, id: RoomId) -> Result<Option<RoomRecord>, StoreError> {
        let row: Option<RoomRow> = sqlx::query_as(select_rooms!("WHERE r.id = $1"))
            .bind(number(id.0, "room's id")?)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("looking up a room"))?;
        row.map(RoomRow::record).transpose()
    }

    async fn room_by_slug(&self, slug: &RoomSlug) -> Result<Option<RoomRecord>, StoreError> {
        let row: Option<RoomRow> = sqlx::query_as(select_rooms!("WHERE r.slug = $1"))
            .bind(slug.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("looking up a room"))?;
        row.map(RoomRow::record).transpose()
    }

    async fn public_rooms(&self, limit: u32) -> Result<Vec<RoomRecord>, StoreError> {
        let rows: Vec<RoomRow> =
            sqlx::query_as(select_rooms!("WHERE r.access = 'public' ORDER BY r.id DESC LIMIT $1"))
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await
                .map_err(failed("listing the public rooms"))?;
        rows.into_iter().map(RoomRow::record).collect()
    }

    async fn rooms_of(&self, who: ParticipantId) -> Result<Vec<(RoomRecord, Role)>, StoreError> {
        let rows: Vec<RoomRow> = sqlx::query_as(select_rooms!(
            "WHERE r.host = $1 OR r.id IN (SELECT m.room FROM moderators m WHERE m.person = $1) ORDER BY r.id"
        ))
        .bind(number(who.0, "person's id")?)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("listing a person's rooms"))?;
        rows.into_iter()
            .map(|row| {
                let record = row.record()?;
                let role = if record.host == who { Role::Host } else { Role::Moderator };
                Ok((record, role))
            })
            .collect()
    }
}

/// Founds a room inside a transaction; the first run does so too.
pub(crate) async fn found(
    tx: &mut PgConnection,
    host: ParticipantId,
    room: &NewRoom,
    now: Timestamp,
) -> Result<RoomRecord, StoreError> {
    let doing = "founding a room";
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO rooms (slug, epoch, host, founded, founding_title, founding_access, \
         founding_per_minute_max, founding_tau_ms, title, access, stream_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $5, $6, $9) RETURNING id",
    )
    .bind(room.slug.as_str())
    .bind(i64::from(room.epoch.0))
    .bind(number(host.0, "person's id")?)
    .bind(number(now.0, "time")?)
    .bind(room.title.as_str())
    .bind(access_word(room.access))
    .bind(i64::from(room.danmaku.per_minute_max))
    .bind(i64::from(room.danmaku.tau_ms))
    .bind(&room.stream_key.0[..])
    .fetch_one(&mut *tx)
    .await
    .map_err(|error| match broken(&error, &["rooms_slug_key", "rooms_stream_key_key"]) {
        Some(Broken::Unique("rooms_slug_key")) => Conflict::SlugTaken.into(),
        Some(Broken::Unique(_)) => Conflict::SecretInUse.into(),
        Some(Broken::Reference) => Conflict::NoSuchPerson.into(),
        None => failed(doing)(error),
    })?;
    let row: RoomRow = sqlx::query_as(select_rooms!("WHERE r.id = $1"))
        .bind(id)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed(doing))?;
    row.record()
}
