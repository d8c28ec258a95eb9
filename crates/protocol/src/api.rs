//! Bodies of the HTTP API under `/api/v1`. Every body refuses unknown fields; every error is an [`ApiErrorDto`].

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{AccessDto, ErrorCode, EventDto, LiveDto, RoleDto};

/// Every error's body. Its status says the kind, its code the reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApiErrorDto {
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, and what to do, in English.
    pub message: String,
    /// When it may be tried again, Unix milliseconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub retry_at: Option<u64>,
}

/// `GET /me`, and the answer to everything that changes who one is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MeDto {
    /// Who; `None` for one who has not said.
    pub person: Option<PersonDto>,
    /// The rooms one is host or moderator of.
    pub rooms: Vec<MyRoomDto>,
    /// Whether this server still waits for its first host (`/setup`).
    pub setup_needed: bool,
    /// Whether visitors may make an account here.
    pub registration_open: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PersonDto {
    /// Their lasting id.
    #[ts(type = "number")]
    pub id: u64,
    /// Their name.
    pub name: String,
    /// Whether they have an account.
    pub registered: bool,
}

/// A room of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MyRoomDto {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One's role there.
    pub role: RoleDto,
}

/// `POST /guests`: come in with a nickname. `PATCH /me`: change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameDto {
    /// 1 to 24 characters.
    pub name: String,
}

/// `POST /accounts`: register (a guest keeps their id). `POST /sessions`: sign in.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialsDto {
    /// 1 to 24 characters, unique among accounts, case folded.
    pub name: String,
    /// 8 to 256 characters.
    pub password: String,
}

/// `PUT /me/password`. Ends every other sign-in.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordDto {
    /// The password now.
    pub current: String,
    /// The password to be, 8 to 256 characters.
    pub new: String,
}

/// `POST /setup`: the first host, with the one-time link's token.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupDto {
    /// From the link.
    pub token: String,
    /// The host's account name.
    pub name: String,
    /// The host's password.
    pub password: String,
    /// The room's title.
    pub room_title: String,
    /// The room's name in addresses.
    pub room_slug: String,
}

/// The answer to `POST /setup`.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SetupDoneDto {
    /// The room's name in addresses.
    pub room: String,
    /// The key for encoders, shown this once.
    pub stream_key: String,
}

/// `POST /rooms`: found another room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoomDto {
    /// Its name in addresses.
    pub slug: String,
    /// Its title, 1 to 80 characters.
    pub title: String,
}

/// `GET /rooms`: the public rooms. `GET /rooms/<room>`: one, as the door shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RoomCardDto {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The host's name.
    pub host: String,
    /// Who may come in.
    pub access: AccessDto,
    /// Whether there is a show.
    pub live: LiveDto,
    /// How many people are here.
    pub present: u32,
    /// One's role there.
    pub role: RoleDto,
    /// Whether the door is open to the asker. If not, ask for the key.
    pub may_enter: bool,
}

/// `POST /rooms/<room>/entry`: the key of a room that asks for one (its password, or its link's secret).
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryDto {
    /// The password or the secret.
    pub key: String,
}

/// `PUT /rooms/<room>/door`: the secrets of a room by key. What is absent stays.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorDto {
    /// A password to set, 4 to 256 characters; the empty text takes it away.
    #[serde(default)]
    pub password: Option<String>,
    /// Whether to make a new secret link; the old one stops working.
    #[serde(default)]
    pub new_link: bool,
}

/// The answer to `PUT /rooms/<room>/door`.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct DoorDoneDto {
    /// The new link's secret, shown this once; it goes behind `#key=` in the room's address.
    pub link_key: Option<String>,
}

/// The answer to `POST /rooms/<room>/stream-key`: a new key; the old one stops working.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct StreamKeyDto {
    /// The key, shown this once.
    pub stream_key: String,
}

/// `GET /rooms/<room>/history?before=<seq>&limit=<n>`: messages before a number, newest last, without the deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct HistoryDto {
    /// Which log the numbers count in.
    pub epoch: u32,
    /// The messages.
    pub events: Vec<EventDto>,
    /// Whether there are older ones.
    pub more: bool,
}

/// `GET /rooms/<room>/people`: who is here, staff first, at most 500.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PeopleDto {
    /// How many are here.
    pub present: u32,
    /// Some of them.
    pub people: Vec<crate::Present>,
}

/// `GET /rooms/<room>/sanctions`: who is muted or banned now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SanctionsDto {
    /// Those who may not speak.
    pub muted: Vec<SanctionDto>,
    /// Those who may not come in.
    pub banned: Vec<SanctionDto>,
}

/// A person who is muted or banned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SanctionDto {
    /// Who.
    #[ts(type = "number")]
    pub id: u64,
    /// Their name.
    pub name: String,
    /// Until when, Unix milliseconds; `None` until lifted.
    #[ts(type = "number | null")]
    pub until: Option<u64>,
}

/// `GET /rooms/<room>/audit?before=<seq>&limit=<n>`: what staff did, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditDto {
    /// The acts.
    pub events: Vec<EventDto>,
    /// Whether there are older ones.
    pub more: bool,
}

/// `GET /rooms/<room>/media`: what the server sees of the show, for the studio and the quality panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MediaDto {
    /// Whether a publisher is connected.
    pub publishing: bool,
    /// The picture's codec, in SDP's spelling (`H264`).
    pub video_codec: Option<String>,
    /// The sound's codec (`opus`).
    pub audio_codec: Option<String>,
    /// What arrives, bits per second over the last seconds.
    pub ingest_bps: u32,
    /// Of the packets sent by the publisher, the share lost on the way and not mended, 0 to 1.
    pub ingest_loss: f32,
    /// How many watch by WebRTC.
    pub watching: u32,
}

/// `POST /whep/<room>/<session>/layer`: how much of the picture a viewer's page can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct WishDto {
    /// The height at which the picture is shown, in pixels of the screen; nothing where it does not matter.
    #[serde(default)]
    pub max_height: Option<u16>,
    /// Nobody can see the picture: sound is enough.
    #[serde(default)]
    pub hidden: bool,
}

/// One layer of a publisher's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LayerDto {
    /// Width in pixels; 0 where it is not known.
    pub width: u16,
    /// Height in pixels; 0 where it is not known.
    pub height: u16,
    /// What it takes, in bits per second, now or when it was last sent.
    pub bps: u32,
}

/// Why a viewer is not sent the largest layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayerLimit {
    /// It is sent the largest there is.
    None,
    /// Its page wishes no more.
    Wish,
    /// Its link carries no more.
    Link,
}

/// What a viewer is sent of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LayersDto {
    /// The layer that is sent now; nothing while only sound is.
    pub sent: Option<LayerDto>,
    /// Why not a larger one.
    pub limit: LayerLimit,
    /// All there are, the smallest first.
    pub layers: Vec<LayerDto>,
}
