//! By what right each room's publisher came in, so that a stream key that was replaced also ends what it began.

use edge::SessionId;
use model::RoomId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::guard::Asker;

/// What let a publisher in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The room's stream key.
    Key,
    /// Being the room's host, at a page of ours.
    Host,
}

impl Admission {
    /// What `asker` was let in by. A key counts before a sign-in.
    pub fn of(asker: &Asker) -> Admission {
        if asker.bearer.is_some() { Admission::Key } else { Admission::Host }
    }
}

/// The last publisher of each room; one entry a room, so no more than there are rooms.
#[derive(Debug, Default)]
pub struct Publishers {
    last: Mutex<BTreeMap<RoomId, (Admission, SessionId)>>,
}

impl Publishers {
    /// A publisher was let in.
    pub fn came(&self, room: RoomId, admission: Admission, session: &SessionId) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(room, (admission, session.clone()));
    }

    /// Takes out the publisher that came with the key which was just replaced.
    pub fn with_old_key(&self, room: RoomId) -> Option<SessionId> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.get(&room)? {
            (Admission::Key, _) => last.remove(&room).map(|(_, session)| session),
            (Admission::Host, _) => None,
        }
    }
}
