//! Why the server said no, for programs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Why an order or a request was refused. The page has a sentence for each in every language it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not signed in, or the sign-in ended.
    SignInNeeded,
    /// Name or password is wrong.
    WrongCredentials,
    /// Too many attempts.
    TooManyAttempts,
    /// The role does not hold the permission.
    NotAllowed,
    /// The room asks for a key.
    KeyNeeded,
    /// The key is wrong.
    WrongKey,
    /// The request comes from another site.
    WrongOrigin,
    /// No name given, or not in the room.
    NotPresent,
    /// Banned from the room.
    Banned,
    /// Muted in the room.
    Muted,
    /// Slow mode or the danmaku allowance.
    TooFast,
    /// Nothing to send.
    EmptyText,
    /// Too long.
    TextTooLong,
    /// Characters that cannot be shown.
    BadText,
    /// A value outside what is allowed.
    OutOfRange,
    /// No such message.
    NoSuchMessage,
    /// No such person.
    NoSuchPerson,
    /// No such room.
    NoSuchRoom,
    /// No such thing.
    NotFound,
    /// They stand as high.
    Outranked,
    /// The room is not live.
    NotLive,
    /// The room is full.
    Full,
    /// The name is taken.
    NameTaken,
    /// Not a name.
    BadName,
    /// The password is too short or too long.
    BadPassword,
    /// Not a room address.
    BadSlug,
    /// The one-time link was used or has expired.
    SetupOver,
    /// Registration is closed on this server.
    RegistrationClosed,
    /// The request cannot be understood.
    BadRequest,
    /// The session description cannot be used.
    BadSdp,
    /// No codec in common.
    NoCommonCodec,
    /// Another publisher has the room.
    AlreadyLive,
    /// The request is too large.
    TooLarge,
    /// The server has as much to do as it can; try again.
    Busy,
    /// A fault of the server's; it is in its log.
    Fault,
}
