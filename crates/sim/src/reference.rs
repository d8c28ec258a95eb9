//! What must be true whatever happened: a model so small that it can be read at a glance.

use std::collections::{BTreeMap, BTreeSet};

use model::{ClientKey, ConnectionId, ParticipantId, Seq, Timestamp};
use room::{Answer, Command, Entry, Event, Room};

/// The grace of a lost line, as the product promises it.
const GRACE_MS: u64 = 10_000;

#[derive(Default)]
pub(crate) struct Reference {
    lines: BTreeMap<ConnectionId, Option<ParticipantId>>,
    last_here: BTreeMap<ParticipantId, Timestamp>,
    said: BTreeMap<(ParticipantId, ClientKey), Seq>,
    read: usize,
    pub(crate) acknowledged: u64,
}

impl Reference {
    pub(crate) fn opened(&mut self, line: ConnectionId, who: Option<ParticipantId>) {
        self.lines.insert(line, who);
    }

    pub(crate) fn closed(&mut self, line: ConnectionId, now: Timestamp) {
        if let Some(Some(who)) = self.lines.remove(&line) {
            self.last_here.insert(who, now);
        }
    }

    pub(crate) fn reopened(&mut self) {
        self.lines.clear();
        self.last_here.clear();
    }

    /// A person has read "yes": it must be in the log at that place.
    pub(crate) fn acknowledge(&mut self, command: &Command, answer: Answer, log: &[Entry]) {
        self.acknowledged += 1;
        let Some(seq) = answer.seq else { return };
        let entry = usize::try_from(seq.0 - 1).ok().and_then(|at| log.get(at));
        let entry =
            entry.unwrap_or_else(|| panic!("{command:?} was answered with {seq:?}, which is not written"));
        let is_it = match (command, &entry.event) {
            (Command::Say { by, key, .. }, Event::Said { by: author, key: its, .. }) => {
                by == author && key == its
            }
            (Command::Delete { message, .. }, Event::Deleted { message: gone, .. }) => message == gone,
            (Command::Mute { whom, .. }, Event::Muted { whom: muted, .. }) => whom == muted,
            (Command::SlowMode { wait, .. }, Event::SlowModeSet { wait: set, .. }) => wait == set,
            _ => false,
        };
        assert!(is_it, "{command:?} was answered with {entry:?}");
    }

    pub(crate) fn check(&mut self, log: &[Entry], room: &Room, now: Timestamp) {
        for (at, entry) in log.iter().enumerate().skip(self.read) {
            assert_eq!(entry.seq, Seq(at as u64 + 1), "the log has a gap");
            assert!(at == 0 || log[at - 1].at <= entry.at, "the log goes back at {:?}", entry.seq);
            if let Event::Said { by, key, .. } = entry.event {
                let before = self.said.insert((by, key), entry.seq);
                assert_eq!(before, None, "said twice: {entry:?}");
            }
        }
        self.read = log.len();
        assert_eq!(room.view().present, self.present(now), "who is here at {now:?}");
        let total = log
            .iter()
            .rev()
            .find_map(|entry| if let Event::Liked { total, .. } = entry.event { Some(total) } else { None });
        assert_eq!(room.view().likes, total.unwrap_or(0));
        room.check_invariants();
    }

    fn present(&self, now: Timestamp) -> u32 {
        let in_grace =
            self.last_here.iter().filter(|(_, last)| now.0 < last.0 + GRACE_MS).map(|(who, _)| *who);
        let people: BTreeSet<ParticipantId> =
            self.lines.values().flatten().copied().chain(in_grace).collect();
        let anonymous = self.lines.values().filter(|who| who.is_none()).count();
        u32::try_from(people.len() + anonymous).unwrap_or(u32::MAX)
    }
}
