//! The rooms that are in memory.

use model::{RoomId, RoomSlug};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{EventLog, RoomRecord, Rooms, Store, StoreError};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::room_actor::{self, House};
use crate::{Audience, Clock, Encode, Ids, RoomHandle};

/// Rooms in memory at a time, some megabytes each at most. Past it no further room opens until one has gone idle.
const ROOMS_MAX: usize = 10_000;

/// Opens rooms, each once, and keeps them while somebody needs them.
#[derive(Clone)]
pub struct RoomRegistry {
    house: Arc<House>,
    /// A tokio lock, because a room is opened under it: two who come at once must find the same room.
    open: Arc<Mutex<BTreeMap<RoomId, room_actor::Running>>>,
}

/// Why a room did not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// As many rooms are open as the server takes.
    #[error("the server has as many rooms open as it takes; try again later")]
    Full,
    /// The server is stopping.
    #[error("the server is stopping")]
    Closed,
}

/// How long a room with nobody in it, no show and no holder stays in memory.
const IDLE: Duration = Duration::from_secs(60);

impl RoomRegistry {
    /// A house without open rooms. Call it inside a tokio runtime.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        encoder: Arc<dyn Encode>,
        audience: Arc<dyn Audience>,
    ) -> RoomRegistry {
        RoomRegistry::on(store.clone(), store, clock, ids, encoder, audience)
    }

    /// The same on the two parts of a store that rooms need.
    pub fn on(
        rooms: Arc<dyn Rooms>,
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        encoder: Arc<dyn Encode>,
        audience: Arc<dyn Audience>,
    ) -> RoomRegistry {
        let house = Arc::new(House::new(rooms, log, clock, ids, encoder, audience));
        let registry = RoomRegistry { house, open: Arc::default() };
        tokio::spawn(registry.clone().close_idle());
        registry
    }

    /// The clock of the rooms.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.house.clock
    }

    /// Where new identities come from.
    pub fn ids(&self) -> &Arc<dyn Ids> {
        &self.house.ids
    }

    /// The room of an address; `None` if there is none.
    pub async fn open(&self, slug: &RoomSlug) -> Result<Option<RoomHandle>, OpenError> {
        match self.house.rooms.room_by_slug(slug).await? {
            Some(record) => self.open_record(record).await.map(Some),
            None => Ok(None),
        }
    }

    /// The room of an id; `None` if there is none.
    pub async fn open_id(&self, id: RoomId) -> Result<Option<RoomHandle>, OpenError> {
        match self.house.rooms.room(id).await? {
            Some(record) => self.open_record(record).await.map(Some),
            None => Ok(None),
        }
    }

    /// The room of an id, if it is in memory.
    pub async fn running(&self, id: RoomId) -> Option<RoomHandle> {
        let open = self.open.lock().await;
        open.get(&id).filter(|running| running.is_alive()).map(|running| running.handle.clone())
    }

    /// How many rooms are in memory.
    pub async fn count(&self) -> usize {
        self.open.lock().await.len()
    }

    /// Stops every room: what has been put to it is still done and answered, then its lines are closed.
    /// No room opens afterwards.
    pub async fn shutdown(&self) {
        self.house.stop();
        let rooms = std::mem::take(&mut *self.open.lock().await);
        for (_, running) in rooms {
            running.stopped().await;
        }
    }

    async fn open_record(&self, record: RoomRecord) -> Result<RoomHandle, OpenError> {
        let mut open = self.open.lock().await;
        if self.house.is_stopping() {
            return Err(OpenError::Closed);
        }
        if let Some(running) = open.get(&record.id)
            && running.is_alive()
        {
            return Ok(running.handle.clone());
        }
        if open.len() >= ROOMS_MAX {
            return Err(OpenError::Full);
        }
        let id = record.id;
        let running = room_actor::start(self.house.clone(), record).await?;
        let handle = running.handle.clone();
        open.insert(id, running);
        Ok(handle)
    }

    async fn close_idle(self) {
        let mut stopping = self.house.stopping();
        loop {
            tokio::select! {
                () = tokio::time::sleep(IDLE) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let mut open = self.open.lock().await;
            let idle: Vec<RoomId> =
                open.iter_mut().filter_map(|(id, room)| room.was_idle_twice().then_some(*id)).collect();
            for id in idle {
                if let Some(running) = open.remove(&id) {
                    // Under the lock, so that nobody opens the room a second time while the first still writes.
                    running.stopped().await;
                }
            }
        }
    }
}
