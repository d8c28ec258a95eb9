//! Rooms: what is known of them without reading their logs.

use ::room::{Access, DanmakuCurve, Title};
use async_trait::async_trait;
use model::{Epoch, Nickname, ParticipantId, Role, RoomId, RoomSlug, Timestamp};

use crate::{StoreError, TokenHash};

/// A room to be founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoom {
    /// Its name in addresses.
    pub slug: RoomSlug,
    /// Its title.
    pub title: Title,
    /// Who may come in.
    pub access: Access,
    /// How danmaku allowances refill.
    pub danmaku: DanmakuCurve,
    /// Which log this is; drawn at random.
    pub epoch: Epoch,
    /// The hash of its first stream key.
    pub stream_key: TokenHash,
}

impl NewRoom {
    /// A public room with the usual danmaku allowance; `None` if `title` is not a title.
    pub fn usual(slug: RoomSlug, title: &str, epoch: Epoch, stream_key: TokenHash) -> Option<NewRoom> {
        let title = Title::parse(title)?;
        Some(NewRoom {
            slug,
            title,
            access: Access::Public,
            danmaku: DanmakuCurve::default(),
            epoch,
            stream_key,
        })
    }
}

/// A room that was founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRecord {
    /// Its id.
    pub id: RoomId,
    /// Its name in addresses.
    pub slug: RoomSlug,
    /// Which log its numbers count in.
    pub epoch: Epoch,
    /// Who owns it.
    pub host: ParticipantId,
    /// The owner's name now.
    pub host_name: Nickname,
    /// When it was founded.
    pub founded: Timestamp,
    /// Its title when it was founded: where the log starts from.
    pub founding_title: Title,
    /// Its door when it was founded: where the log starts from.
    pub founding_access: Access,
    /// Its danmaku allowance when it was founded: where the log starts from.
    pub founding_danmaku: DanmakuCurve,
    /// Its title now, as the last `Configured` in its log says.
    pub title: Title,
    /// Its door now, as the last `Configured` in its log says.
    pub access: Access,
}

/// The rooms of this server.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Founds a room. Refuses with [`Conflict::SlugTaken`](crate::Conflict::SlugTaken) or
    /// [`Conflict::NoSuchPerson`](crate::Conflict::NoSuchPerson).
    async fn found_room(
        &self,
        host: ParticipantId,
        room: &NewRoom,
        now: Timestamp,
    ) -> Result<RoomRecord, StoreError>;

    /// The room of an id.
    async fn room(&self, id: RoomId) -> Result<Option<RoomRecord>, StoreError>;

    /// The room of an address.
    async fn room_by_slug(&self, slug: &RoomSlug) -> Result<Option<RoomRecord>, StoreError>;

    /// The rooms on the front page, the newest first, at most `limit`.
    async fn public_rooms(&self, limit: u32) -> Result<Vec<RoomRecord>, StoreError>;

    /// The rooms a person is host or moderator of, with their role there, the oldest first.
    async fn rooms_of(&self, who: ParticipantId) -> Result<Vec<(RoomRecord, Role)>, StoreError>;
}

/// The word a door is stored as.
pub fn access_word(access: Access) -> &'static str {
    match access {
        Access::Public => "public",
        Access::Unlisted => "unlisted",
        Access::ByKey => "by_key",
    }
}

/// The door of a stored word.
pub fn access_from_word(word: &str) -> Result<Access, StoreError> {
    match word {
        "public" => Ok(Access::Public),
        "unlisted" => Ok(Access::Unlisted),
        "by_key" => Ok(Access::ByKey),
        _ => {
            Err(StoreError::Corrupt { what: "room's door", source: format!("unknown word {word:?}").into() })
        }
    }
}
