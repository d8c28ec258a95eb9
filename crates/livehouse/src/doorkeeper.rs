//! Lets encoders in that show a stream key and nothing else.

use async_trait::async_trait;
use auth::Accounts;
use edge::{CannotTell, Doorkeeper, SessionId};
use model::RoomId;
use tracing::error;

/// The keys of the house.
pub struct Keys {
    accounts: Accounts,
    app: web::App,
}

impl Keys {
    /// The keys that `accounts` knows; who comes by one is remembered where they are replaced.
    pub fn new(accounts: Accounts, app: web::App) -> Keys {
        Keys { accounts, app }
    }
}

#[async_trait]
impl Doorkeeper for Keys {
    async fn room_of(&self, key: &str) -> Result<Option<RoomId>, CannotTell> {
        self.accounts.room_of_stream_key(key).await.map_err(|why| {
            error!(%why, "A stream key could not be checked");
            CannotTell
        })
    }

    fn let_in(&self, room: RoomId, session: &SessionId) {
        self.app.came_by_key(room, session);
    }
}
