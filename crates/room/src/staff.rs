//! The host, and the moderators the host appoints.

use std::collections::BTreeMap;

use model::{Nickname, ParticipantId, Timestamp};

use crate::{Answer, Event, Refusal, Room};

/// Moderators a room may have: shifts for the largest. They pass every limit on speed and on places, so they are
/// not without end; past it the appointment is refused.
const MODERATORS_MAX: usize = 200;

/// The host and the moderators, with the names they are known by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Staff {
    pub(crate) host: ParticipantId,
    pub(crate) host_name: Nickname,
    moderators: BTreeMap<ParticipantId, Nickname>,
}

impl Staff {
    pub(crate) fn new(host: ParticipantId, host_name: Nickname) -> Staff {
        Staff { host, host_name, moderators: BTreeMap::new() }
    }

    pub(crate) fn is_moderator(&self, who: ParticipantId) -> bool {
        self.moderators.contains_key(&who)
    }

    pub(crate) fn name(&self, who: ParticipantId) -> Option<&Nickname> {
        if who == self.host { Some(&self.host_name) } else { self.moderators.get(&who) }
    }

    pub(crate) fn appointed(&mut self, whom: ParticipantId, name: &Nickname) {
        self.moderators.insert(whom, name.clone());
    }

    pub(crate) fn dismissed(&mut self, whom: ParticipantId) {
        self.moderators.remove(&whom);
    }

    pub(crate) fn renamed(&mut self, who: ParticipantId, name: &Nickname) {
        if who == self.host {
            self.host_name = name.clone();
        } else if let Some(known) = self.moderators.get_mut(&who) {
            *known = name.clone();
        }
    }
}

impl Room {
    pub(crate) fn appoint(
        &mut self,
        by: ParticipantId,
        whom: ParticipantId,
        moderator: bool,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(name) = self.name_of(whom).cloned() else { return Err(Refusal::NoSuchPerson) };
        self.outranks(by, whom)?;
        if self.staff.is_moderator(whom) == moderator {
            return Ok(Answer { seq: None });
        }
        if moderator && self.staff.moderators.len() >= MODERATORS_MAX {
            return Err(Refusal::OutOfRange);
        }
        Ok(Answer { seq: Some(self.emit(Event::Appointed { by, whom, name, moderator }, now)) })
    }
}
