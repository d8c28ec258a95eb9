//! Who is here. A person counts once however many lines they have; a line without a name counts once each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{ConnectionId, Nickname, ParticipantId, Role, Timestamp};

use crate::{Answer, Event, Refusal, Room, Who};

/// How long a person stays here after their last line closed: a reload or a change of network is no departure.
const GRACE: Duration = Duration::from_secs(10);

/// How many people a room takes, counted as `View::present` does. Their names and lines are some 30 MB; past it
/// a newcomer is told that the room is full. Staff always find a place.
const PEOPLE_MAX: u32 = 100_000;

/// How many lines one person may have: tabs, a phone, a few that died unnoticed. Past it a new line is refused
/// as if the room were full, and the person's other lines stay.
const LINES_EACH_MAX: u32 = 20;

/// How many people one `handle_timeout` lets go. After a broken network thousands may be due at once; the rest
/// stay due, and the caller writes and shows in between.
const LEAVING_AT_ONCE_MAX: usize = 1_000;

/// How long a person waits between two changes of name, so that names do not scroll past like messages.
const RENAME_WAIT: Duration = Duration::from_secs(5);

/// Who is here.
///
/// Invariants: a person's `lines` is how many of `lines` are theirs; they are in `leaving` exactly when they have
/// none; `anonymous` is how many of `lines` are nobody's.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Presence {
    people: BTreeMap<ParticipantId, Present>,
    lines: BTreeMap<ConnectionId, Option<ParticipantId>>,
    anonymous: u32,
    leaving: BTreeSet<(Timestamp, ParticipantId)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Present {
    name: Nickname,
    registered: bool,
    lines: u32,
    leaves: Option<Timestamp>,
    renamed: Option<Timestamp>,
}

impl Presence {
    /// How many are here.
    pub(crate) fn count(&self) -> u32 {
        // At most PEOPLE_MAX and the staff.
        u32::try_from(self.people.len()).unwrap_or(u32::MAX).saturating_add(self.anonymous)
    }

    pub(crate) fn name(&self, who: ParticipantId) -> Option<&Nickname> {
        self.people.get(&who).map(|present| &present.name)
    }

    /// Whether a person who is here has an account; `None` if they are not here.
    pub(crate) fn registered(&self, who: ParticipantId) -> Option<bool> {
        self.people.get(&who).map(|present| present.registered)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = (ParticipantId, &Nickname)> {
        self.people.iter().map(|(who, present)| (*who, &present.name))
    }

    /// When the next person is due to leave.
    pub(crate) fn next_leaving(&self) -> Option<Timestamp> {
        self.leaving.first().map(|(at, _)| *at)
    }

    pub(crate) fn joined(&mut self, who: ParticipantId, name: &Nickname, role: Role) {
        let present = Present {
            name: name.clone(),
            registered: role == Role::Viewer,
            lines: 0,
            leaves: None,
            renamed: None,
        };
        self.people.insert(who, present);
    }

    pub(crate) fn left(&mut self, who: ParticipantId) {
        let Some(present) = self.people.remove(&who) else { return };
        if let Some(at) = present.leaves {
            self.leaving.remove(&(at, who));
        }
        if present.lines > 0 {
            self.lines.retain(|_, at_its_end| *at_its_end != Some(who));
        }
    }

    pub(crate) fn renamed(&mut self, who: ParticipantId, name: &Nickname, at: Timestamp) {
        if let Some(present) = self.people.get_mut(&who) {
            present.name = name.clone();
            present.renamed = Some(at);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Presence::default();
    }

    /// Ties a line to a person who is here.
    fn attach(&mut self, connection: ConnectionId, who: &Who) {
        let Some(present) = self.people.get_mut(&who.id) else { return };
        present.registered = who.registered;
        present.lines += 1;
        if let Some(at) = present.leaves.take() {
            self.leaving.remove(&(at, who.id));
        }
        self.lines.insert(connection, Some(who.id));
    }

    fn attach_anonymous(&mut self, connection: ConnectionId) {
        self.lines.insert(connection, None);
        self.anonymous += 1;
    }

    /// Takes a line away; the person whose last it was leaves at `leaves`.
    fn detach(&mut self, connection: ConnectionId, leaves: Timestamp) {
        let Some(at_its_end) = self.lines.remove(&connection) else { return };
        let Some(who) = at_its_end else {
            self.anonymous -= 1;
            return;
        };
        let Some(present) = self.people.get_mut(&who) else { return };
        present.lines -= 1;
        if present.lines == 0 {
            present.leaves = Some(leaves);
            self.leaving.insert((leaves, who));
        }
    }

    /// Whether one more person, or one more line of a person who is here, has a place.
    fn make_place(&self, who: &Who, role: Role, giving_up: bool) -> Result<(), Refusal> {
        let full = match self.people.get(&who.id) {
            Some(present) => present.lines >= LINES_EACH_MAX,
            None => !role.is_staff() && self.count() - u32::from(giving_up) >= PEOPLE_MAX,
        };
        if full { Err(Refusal::Full) } else { Ok(()) }
    }

    /// Panics unless the invariants hold.
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn check(&self) {
        let mut lines: BTreeMap<ParticipantId, u32> = BTreeMap::new();
        for who in self.lines.values().flatten() {
            *lines.entry(*who).or_default() += 1;
        }
        for (who, present) in &self.people {
            assert_eq!(Some(&present.lines), lines.get(who).or(Some(&0)), "lines of {who:?}");
            assert_eq!(present.leaves.is_some(), present.lines == 0, "leaving of {who:?}");
        }
        let named = self.lines.values().flatten();
        assert!(named.clone().all(|who| self.people.contains_key(who)), "a line of somebody who is not here");
        assert_eq!(self.anonymous as usize, self.lines.len() - named.count(), "anonymous lines");
        let leaving = self.people.iter().filter_map(|(who, present)| Some((present.leaves?, *who)));
        assert_eq!(self.leaving, leaving.collect(), "who is leaving");
    }
}

impl Room {
    pub(crate) fn join(
        &mut self,
        connection: ConnectionId,
        who: Option<Who>,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        match who {
            Some(who) => self.join_named(connection, who, now),
            None => self.join_anonymous(connection, now),
        }
    }

    fn join_named(&mut self, connection: ConnectionId, who: Who, now: Timestamp) -> Result<Answer, Refusal> {
        self.not_banned(who.id, now)?;
        let held = self.presence.lines.get(&connection).copied();
        let role = self.role_among(who.id, who.registered);
        if held != Some(Some(who.id)) {
            self.presence.make_place(&who, role, held == Some(None))?;
            self.presence.detach(connection, now + GRACE);
        }
        let seq = match self.presence.name(who.id) {
            None => Some(self.emit(Event::Joined { who: who.id, name: who.name.clone(), role }, now)),
            Some(name) if *name != who.name => {
                Some(self.emit(Event::Renamed { who: who.id, name: who.name.clone() }, now))
            }
            Some(_) => None,
        };
        if held != Some(Some(who.id)) {
            self.presence.attach(connection, &who);
        }
        Ok(Answer { seq })
    }

    fn join_anonymous(&mut self, connection: ConnectionId, now: Timestamp) -> Result<Answer, Refusal> {
        let held = self.presence.lines.get(&connection);
        if held != Some(&None) {
            if self.presence.count() >= PEOPLE_MAX {
                return Err(Refusal::Full);
            }
            self.presence.detach(connection, now + GRACE);
            self.presence.attach_anonymous(connection);
        }
        Ok(Answer { seq: None })
    }

    pub(crate) fn leave(&mut self, connection: ConnectionId, now: Timestamp) -> Result<Answer, Refusal> {
        self.presence.detach(connection, now + GRACE);
        Ok(Answer { seq: None })
    }

    pub(crate) fn rename(
        &mut self,
        by: ParticipantId,
        name: Nickname,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(present) = self.presence.people.get(&by) else { return Err(Refusal::NotPresent) };
        if present.name == name {
            return Ok(Answer { seq: None });
        }
        // A name is shown to all, so it is speech: a muted person could otherwise speak through it.
        self.not_muted(by, now)?;
        if let Some(renamed) = present.renamed
            && !self.role_of(by).is_staff()
            && now < renamed + RENAME_WAIT
        {
            return Err(Refusal::TooFast { retry_at: renamed + RENAME_WAIT });
        }
        Ok(Answer { seq: Some(self.emit(Event::Renamed { who: by, name }, now)) })
    }

    /// Lets those go whose grace is over.
    pub(crate) fn let_leave(&mut self, now: Timestamp) {
        let due: Vec<ParticipantId> = self
            .presence
            .leaving
            .iter()
            .take_while(|(at, _)| *at <= now)
            .take(LEAVING_AT_ONCE_MAX)
            .map(|(_, who)| *who)
            .collect();
        for who in due {
            self.emit(Event::Left { who }, now);
        }
    }
}
