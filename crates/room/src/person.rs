//! A person as the room shows them, and whom the room has met of late.

use model::{Nickname, ParticipantId, Role};

use crate::recent::Recent;

/// People met of late whose names are kept after they have gone, so that a moderator can still mute or ban
/// somebody who spoke and left. Several times the messages that are kept; the one met longest ago is forgotten.
const ACQUAINTANCES_MAX: usize = 4_096;

/// A person with the name and the role they have here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ParticipantId,
    /// The name they show.
    pub name: Nickname,
    /// What they are here.
    pub role: Role,
}

/// Who came in, spoke or changed their name of late.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Acquaintances {
    met: Recent<ParticipantId, Acquaintance>,
}

#[derive(Debug, Clone, PartialEq)]
struct Acquaintance {
    name: Nickname,
    registered: bool,
}

impl Acquaintances {
    pub(crate) fn new() -> Acquaintances {
        Acquaintances { met: Recent::new(ACQUAINTANCES_MAX) }
    }

    /// A person showed themselves under this name and role.
    pub(crate) fn meet(&mut self, who: ParticipantId, name: &Nickname, role: Role) {
        let registered = match role {
            Role::Viewer => true,
            Role::Guest => false,
            // What they are besides staff is not told, so it stays as it was.
            Role::Host | Role::Moderator => self.is_registered(who),
        };
        self.met.put(who, Acquaintance { name: name.clone(), registered });
    }

    pub(crate) fn rename(&mut self, who: ParticipantId, name: &Nickname) {
        let registered = self.is_registered(who);
        self.met.put(who, Acquaintance { name: name.clone(), registered });
    }

    pub(crate) fn name(&self, who: ParticipantId) -> Option<&Nickname> {
        self.met.get(who).map(|met| &met.name)
    }

    pub(crate) fn is_registered(&self, who: ParticipantId) -> bool {
        self.met.get(who).is_some_and(|met| met.registered)
    }
}
