//! Who is this: passwords, sessions, room keys, stream keys and the one-time setup link.
//!
//! [`Accounts`] answers that question for the floors above and keeps what it takes in the store, as hashes only. What a
//! role may do is not decided here. The time comes in with every call; random bytes are the kernel's.

mod account;
mod door;
mod error;
mod limiter;
mod password;
mod secret;
mod session;
mod setup;
mod stream_key;

pub use account::{Accounts, SignedIn};
pub use door::Knock;
pub use error::AuthError;
pub use limiter::{Limiter, Policy, TooMany};
pub use model::Origin;
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Passwords};
pub use secret::Secret;
pub use session::SESSION_LIFE;
pub use setup::{FoundedRoom, RoomWish};
