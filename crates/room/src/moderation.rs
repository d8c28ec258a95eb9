//! Who is muted and who is banned, by whom, and until when. Both end by themselves, without an entry.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use model::{Nickname, ParticipantId, Timestamp};

use crate::{Answer, Event, Refusal, Room};

/// How long a mute may last: a second to a month.
const MUTE_LASTING: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(30 * 86_400);

/// How long a ban may last that ends by itself: a second to ten years.
const BAN_LASTING: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_650 * 86_400);

/// Mutes, and bans, that hold at once. During a raid a moderator must never be told that the list is full, so
/// the one that would end first is forgotten instead.
const SANCTIONS_EACH_MAX: usize = 10_000;

/// A mute or a ban that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sanction {
    /// Who is muted or banned.
    pub whom: ParticipantId,
    /// Their name when it happened.
    pub name: Nickname,
    /// Who did it.
    pub by: ParticipantId,
    /// Since when.
    pub since: Timestamp,
    /// What, and until when.
    pub measure: Measure,
}

/// What was done to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// They may not speak.
    Mute {
        /// Until when.
        until: Timestamp,
    },
    /// They may not be here.
    Ban {
        /// Until when; `None` until unbanned.
        until: Option<Timestamp>,
    },
}

impl Measure {
    /// Until when; `None` until lifted.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Measure::Mute { until } => Some(until),
            Measure::Ban { until } => until,
        }
    }

    fn holds(self, now: Timestamp) -> bool {
        self.until().is_none_or(|until| now < until)
    }
}

/// The mutes and the bans, over ones among them until their place is needed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sanctions {
    mutes: BTreeMap<ParticipantId, Sanction>,
    bans: BTreeMap<ParticipantId, Sanction>,
}

impl Sanctions {
    pub(crate) fn put(&mut self, sanction: Sanction) {
        let (now, held) = match sanction.measure {
            Measure::Mute { .. } => (sanction.since, &mut self.mutes),
            Measure::Ban { .. } => (sanction.since, &mut self.bans),
        };
        held.insert(sanction.whom, sanction);
        if held.len() > SANCTIONS_EACH_MAX {
            held.retain(|_, sanction| sanction.measure.holds(now));
        }
        if held.len() > SANCTIONS_EACH_MAX {
            let ends = |sanction: &Sanction| sanction.measure.until().unwrap_or(Timestamp(u64::MAX));
            let first = held.values().min_by_key(|sanction| (ends(sanction), sanction.since));
            if let Some(whom) = first.map(|sanction| sanction.whom) {
                held.remove(&whom);
            }
        }
    }

    pub(crate) fn unmuted(&mut self, whom: ParticipantId) {
        self.mutes.remove(&whom);
    }

    pub(crate) fn unbanned(&mut self, whom: ParticipantId) {
        self.bans.remove(&whom);
    }

    pub(crate) fn name(&self, who: ParticipantId) -> Option<&Nickname> {
        self.bans.get(&who).or_else(|| self.mutes.get(&who)).map(|sanction| &sanction.name)
    }

    pub(crate) fn muted_until(&self, who: ParticipantId, now: Timestamp) -> Option<Timestamp> {
        self.mutes.get(&who)?.measure.until().filter(|until| now < *until)
    }

    pub(crate) fn ban_of(&self, who: ParticipantId, now: Timestamp) -> Option<&Sanction> {
        self.bans.get(&who).filter(|ban| ban.measure.holds(now))
    }

    pub(crate) fn holding(&self, now: Timestamp) -> impl Iterator<Item = &Sanction> {
        self.mutes.values().chain(self.bans.values()).filter(move |sanction| sanction.measure.holds(now))
    }
}

impl Room {
    pub(crate) fn not_muted(&self, who: ParticipantId, now: Timestamp) -> Result<(), Refusal> {
        match self.sanctions.muted_until(who, now) {
            Some(until) => Err(Refusal::Muted { until }),
            None => Ok(()),
        }
    }

    pub(crate) fn not_banned(&self, who: ParticipantId, now: Timestamp) -> Result<(), Refusal> {
        match self.sanctions.ban_of(who, now) {
            Some(ban) => Err(Refusal::Banned { until: ban.measure.until() }),
            None => Ok(()),
        }
    }

    /// Whether `by` stands above `whom`. Nobody stands above themselves.
    pub(crate) fn outranks(&self, by: ParticipantId, whom: ParticipantId) -> Result<(), Refusal> {
        if self.role_of(by).outranks(self.role_of(whom)) { Ok(()) } else { Err(Refusal::Outranked) }
    }

    pub(crate) fn mute(
        &mut self,
        by: ParticipantId,
        whom: ParticipantId,
        lasting: Duration,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(name) = self.name_of(whom).cloned() else { return Err(Refusal::NoSuchPerson) };
        self.outranks(by, whom)?;
        if !MUTE_LASTING.contains(&lasting) {
            return Err(Refusal::OutOfRange);
        }
        Ok(Answer { seq: Some(self.emit(Event::Muted { by, whom, name, until: now + lasting }, now)) })
    }

    pub(crate) fn unmute(
        &mut self,
        by: ParticipantId,
        whom: ParticipantId,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        self.outranks(by, whom)?;
        let muted = self.sanctions.muted_until(whom, now).is_some();
        Ok(Answer { seq: muted.then(|| self.emit(Event::Unmuted { by, whom }, now)) })
    }

    /// The person is out at once, without the grace of a lost line.
    pub(crate) fn ban(
        &mut self,
        by: ParticipantId,
        whom: ParticipantId,
        lasting: Option<Duration>,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(name) = self.name_of(whom).cloned() else { return Err(Refusal::NoSuchPerson) };
        self.outranks(by, whom)?;
        if lasting.is_some_and(|lasting| !BAN_LASTING.contains(&lasting)) {
            return Err(Refusal::OutOfRange);
        }
        let until = lasting.map(|lasting| now + lasting);
        let seq = self.emit(Event::Banned { by, whom, name, until }, now);
        if self.presence.name(whom).is_some() {
            self.emit(Event::Left { who: whom }, now);
        }
        Ok(Answer { seq: Some(seq) })
    }

    pub(crate) fn unban(
        &mut self,
        by: ParticipantId,
        whom: ParticipantId,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        self.outranks(by, whom)?;
        let banned = self.sanctions.ban_of(whom, now).is_some();
        Ok(Answer { seq: banned.then(|| self.emit(Event::Unbanned { by, whom }, now)) })
    }
}
