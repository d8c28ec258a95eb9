//! The shared nouns: the words every floor of the house uses for the same thing.
//!
//! Nothing here does anything, reads anything or knows a wire or disk format. A type earns its
//! place when two crates that must not know each other have to speak of the same thing.

mod delivery;
mod id;
mod name;
mod origin;
mod permission;
mod position;
mod role;
mod slug;
mod time;

pub use delivery::Delivery;
pub use id::{ClientKey, ConnectionId, ParticipantId, RoomId, ShowId, TrackId};
pub use name::{Nickname, NicknameError};
pub use origin::Origin;
pub use permission::Permission;
pub use position::{Epoch, Seq, StreamPosition};
pub use role::Role;
pub use slug::{RoomSlug, SlugError};
pub use time::Timestamp;
