//! The suite that every backend passes: one story a function, the same for all.
//!
//! A backend's tests implement [`Bench`] and call [`conformance_tests!`](crate::conformance_tests) with a
//! function that makes one on an empty database.

// These are tests, though the compiler cannot know: they live here so that each backend runs the same.
#![allow(clippy::unwrap_used)]

mod door;
mod entry;
mod event_log;
mod house;
mod injection;
mod person;
mod room;
mod session;
mod setup;
mod stream_key;

pub use door::*;
pub use event_log::*;
pub use house::*;
pub use injection::*;
pub use person::*;
pub use room::*;
pub use session::*;
pub use setup::*;
pub use stream_key::*;

use std::fmt::Debug;
use std::sync::Arc;

use ::room::{Access, DanmakuCurve, Title};
use async_trait::async_trait;
use model::{Epoch, Nickname, ParticipantId, RoomSlug, Timestamp};

use crate::{NewAccount, NewRoom, PasswordHash, RoomRecord, Store, StoreError, TokenHash};

/// A database of a backend, empty at first, that can be opened again and again.
#[async_trait]
pub trait Bench: Send + Sync {
    /// Opens it.
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError>;

    /// Writes into it, beside the store, that its schema is one this program does not know.
    async fn pretend_newer(&self);
}

/// A test for each story, on a database of its own from `$fresh`, an `async fn() -> impl Bench`.
#[macro_export]
macro_rules! conformance_tests {
    ($fresh:path) => {
        $crate::conformance_tests! { $fresh:
            guests_and_accounts, one_name_one_account, a_changed_password_ends_the_others,
            sessions_live_and_end, a_session_hands_on_its_doors, an_old_password_opens_nothing,
            rooms_are_founded_and_found, rooms_follow_their_logs,
            doors_and_who_passed, stream_keys_are_replaced,
            set_up_once, a_failed_setup_leaves_nothing,
            every_event_comes_back, gaps_are_refused, a_long_log_is_read_in_parts, two_rooms_at_once,
            two_writers_of_one_room, a_crash_loses_nothing_appended, messages_without_the_deleted,
            the_audit_trail, words_stay_words, one_process_a_database, a_newer_database_is_refused,
            a_closed_store_says_so,
        }
    };
    ($fresh:path: $($story:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let bench = $fresh().await;
                $crate::conformance::$story(&bench).await;
            }
        )+
    };
}

/// The moment `ms` after the story began.
fn at(ms: u64) -> Timestamp {
    Timestamp(1_800_000_000_000 + ms)
}

fn name(raw: &str) -> Nickname {
    Nickname::parse(raw).expect("the story's names are names")
}

fn title(raw: &str) -> Title {
    Title::parse(raw).expect("the story's titles are titles")
}

fn slug(raw: &str) -> RoomSlug {
    RoomSlug::parse(raw).expect("the story's slugs are slugs")
}

/// The `n`th token of a story.
fn token(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

fn hash(raw: &str) -> PasswordHash {
    PasswordHash(raw.to_owned())
}

fn account(raw: &str, password: &str) -> NewAccount {
    NewAccount { name: name(raw), password: hash(password) }
}

fn new_room(raw: &str, key: u8) -> NewRoom {
    NewRoom {
        slug: slug(raw),
        title: title("晚上好"),
        access: Access::Public,
        danmaku: DanmakuCurve { per_minute_max: 60, tau_ms: 5_000 },
        epoch: Epoch(u32::MAX - u32::from(key)),
        stream_key: token(key),
    }
}

/// A registered host and their room.
async fn host_and_room(store: &dyn Store, raw: &str, key: u8) -> (ParticipantId, RoomRecord) {
    let host = store.register(None, &account(&format!("host of {raw}"), "hash"), at(0)).await.unwrap();
    let room = store.found_room(host.id, &new_room(raw, key), at(1)).await.unwrap();
    (host.id, room)
}

/// What a call came to, as a line of a transcript.
fn line<T: Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("refused: {error}"),
    }
}
