//! Why a room said no.

use model::{Permission, Timestamp};
use thiserror::Error;

/// A refused command changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Their role does not hold what the command asks for.
    #[error("your role does not allow this ({0:?})")]
    NotAllowed(Permission),
    /// They are not in the room, or have not said who they are.
    #[error("enter the room with a name first")]
    NotPresent,
    /// They are banned.
    #[error("you are banned from this room")]
    Banned {
        /// Until when; `None` until unbanned.
        until: Option<Timestamp>,
    },
    /// They are muted.
    #[error("you are muted")]
    Muted {
        /// Until when.
        until: Timestamp,
    },
    /// Slow mode, or the danmaku allowance.
    #[error("too fast; wait a moment")]
    TooFast {
        /// When the next is possible.
        retry_at: Timestamp,
    },
    /// Nothing is left of the text after trimming.
    #[error("there is nothing to send")]
    EmptyText,
    /// The text is too long.
    #[error("at most {max} characters")]
    TextTooLong {
        /// How many characters it may have.
        max: usize,
    },
    /// A control character, or a line break in a danmaku.
    #[error("the text holds characters that cannot be shown")]
    BadText,
    /// A number is outside what the command allows.
    #[error("this value is outside what is allowed")]
    OutOfRange,
    /// The message is not there: never was, or too long ago; to be answered it must be chat, and not deleted.
    #[error("there is no such message")]
    NoSuchMessage,
    /// The room does not know the person.
    #[error("there is no such person in this room")]
    NoSuchPerson,
    /// They stand as high as you or higher.
    #[error("they stand as high as you in this room")]
    Outranked,
    /// There is no show to end.
    #[error("the room is not live")]
    NotLive,
    /// As many people are here as the room takes, or the person has as many lines as one may have.
    #[error("the room is full")]
    Full,
}
