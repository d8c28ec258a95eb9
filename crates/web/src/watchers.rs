//! Who watches by WebRTC, so that a ban or the end of a sign-in ends their picture too.

use edge::SessionId;
use model::{ParticipantId, RoomId};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::TokenHash;

use crate::guard::{Asker, Visit};

/// Sessions remembered: ten times what a machine carries, because those who go without a word stay in the list. Past
/// it the oldest is forgotten; the media plane noticed long ago that nobody is there.
const WATCHERS_MAX: usize = 50_000;

/// One viewer's media session.
#[derive(Debug, Clone)]
pub struct Watcher {
    room: RoomId,
    who: Option<ParticipantId>,
    sign_in: Option<TokenHash>,
    session: SessionId,
}

impl Watcher {
    /// A session that was opened by `asker`.
    pub fn of(visit: &Visit, asker: &Asker, session: &SessionId) -> Watcher {
        Watcher {
            room: visit.room.id(),
            who: asker.person().map(|person| person.id),
            sign_in: asker.session.as_ref().map(|session| session.token),
            session: session.clone(),
        }
    }
}

/// Everybody who watches with a sign-in.
#[derive(Debug, Default)]
pub struct Watchers {
    // A lock and not an actor: it is held for a look through a list, a few times a minute.
    all: Mutex<VecDeque<Watcher>>,
}

impl Watchers {
    /// Somebody began to watch. Who has no sign-in cannot be put out by name, so they are not kept.
    pub fn came(&self, watcher: Watcher) {
        if watcher.sign_in.is_none() {
            return;
        }
        let mut all = self.all();
        if all.len() >= WATCHERS_MAX {
            all.pop_front();
        }
        all.push_back(watcher);
    }

    /// Somebody stopped watching.
    pub fn left(&self, session: &SessionId) {
        self.all().retain(|watcher| watcher.session != *session);
    }

    /// Takes out the sessions of a person in a room.
    pub fn of_person_in(&self, room: RoomId, who: ParticipantId) -> Vec<SessionId> {
        self.take(|watcher| watcher.room == room && watcher.who == Some(who))
    }

    /// Takes out the sessions of a person but those of one sign-in.
    pub fn of_person(&self, who: ParticipantId, keep: &TokenHash) -> Vec<SessionId> {
        self.take(|watcher| watcher.who == Some(who) && watcher.sign_in.as_ref() != Some(keep))
    }

    /// Takes out the sessions of a sign-in.
    pub fn of_sign_in(&self, sign_in: &TokenHash) -> Vec<SessionId> {
        self.take(|watcher| watcher.sign_in.as_ref() == Some(sign_in))
    }

    fn take(&self, which: impl Fn(&Watcher) -> bool) -> Vec<SessionId> {
        let mut all = self.all();
        let (out, kept) =
            std::mem::take(&mut *all).into_iter().partition::<VecDeque<_>, _>(|watcher| which(watcher));
        *all = kept;
        out.into_iter().map(|watcher| watcher.session).collect()
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Watcher>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watcher(room: u64, who: u64, sign_in: u8, session: char) -> Watcher {
        Watcher {
            room: RoomId(room),
            who: Some(ParticipantId(who)),
            sign_in: Some(TokenHash([sign_in; 32])),
            session: id(session),
        }
    }

    fn id(session: char) -> SessionId {
        SessionId::parse(&session.to_string().repeat(34)).unwrap()
    }

    #[test]
    fn each_is_found_by_what_ends_it() {
        let watchers = Watchers::default();
        watchers.came(watcher(1, 10, 1, 'a'));
        watchers.came(watcher(2, 10, 1, 'b'));
        watchers.came(watcher(1, 10, 2, 'c'));
        watchers.came(watcher(1, 11, 3, 'd'));
        watchers.came(watcher(1, 12, 4, 'e'));
        assert_eq!(watchers.of_person_in(RoomId(2), ParticipantId(10)), [id('b')]);
        assert_eq!(watchers.of_person(ParticipantId(10), &TokenHash([2; 32])), [id('a')]);
        assert_eq!(watchers.of_sign_in(&TokenHash([3; 32])), [id('d')]);
        watchers.left(&id('e'));
        assert_eq!(watchers.all().len(), 1, "one is taken out once, and the rest stays");
    }
}
