//! One room: commands in, entries out.

use std::collections::VecDeque;

use model::{Nickname, ParticipantId, Role, RoomId, Seq, Timestamp};

use crate::{Access, Answer, Command, DanmakuCurve, Entry, Live, Person, Refusal, Sanction, Title, View};

/// What a room is before anything has happened in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// The room.
    pub id: RoomId,
    /// Who owns it.
    pub host: ParticipantId,
    /// The name the host shows. A rename is not kept for ever, so this is best the latest one known.
    pub host_name: Nickname,
    /// Its title.
    pub title: Title,
    /// Who may come in.
    pub access: Access,
    /// How danmaku allowances refill.
    pub danmaku: DanmakuCurve,
}

/// One room.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    founding: Founding,
    last: Seq,
    out: VecDeque<Entry>,
}

impl Room {
    /// A room in which nothing has happened. Its first command is [`Command::Reopened`].
    pub fn new(founding: Founding) -> Room {
        Room { founding, last: Seq(0), out: VecDeque::new() }
    }

    /// The room as its log has it: every lasting entry ever and the recent 1,000 of all, in ascending order
    /// (an entry given twice counts once). `last` is the number of the log's last entry. Its first command is
    /// [`Command::Reopened`].
    pub fn restore(founding: Founding, entries: impl IntoIterator<Item = Entry>, last: Seq) -> Room {
        let _ = entries.into_iter().count();
        Room { founding, last, out: VecDeque::new() }
    }

    /// Carries out one command, or refuses it and changes nothing. Afterwards [`Room::poll_event`] gives what happened.
    pub fn handle(&mut self, _command: Command, _now: Timestamp) -> Result<Answer, Refusal> {
        Ok(Answer { seq: None })
    }

    /// Does what is due at `now`: call it when [`Room::poll_timeout`] says so.
    pub fn handle_timeout(&mut self, _now: Timestamp) {}

    /// The next entry to write and show; ask until `None` after every `handle` and `handle_timeout`.
    pub fn poll_event(&mut self) -> Option<Entry> {
        self.out.pop_front()
    }

    /// When [`Room::handle_timeout`] is to be called; ask again after every `handle` and `handle_timeout`.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }

    /// Which room.
    pub fn id(&self) -> RoomId {
        self.founding.id
    }

    /// Who owns it.
    pub fn host(&self) -> ParticipantId {
        self.founding.host
    }

    /// The number of its last entry, whether polled yet or not.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// The room as everybody may see it now. Anonymous lines come and go without an entry, so it may differ
    /// after any command.
    pub fn view(&self) -> View {
        View {
            title: self.founding.title.clone(),
            access: self.founding.access,
            danmaku: self.founding.danmaku,
            slow_mode: std::time::Duration::ZERO,
            live: Live::Off,
            present: 0,
            likes: 0,
            host: Person { id: self.founding.host, name: self.founding.host_name.clone(), role: Role::Host },
        }
    }

    /// What a person is here. One the room does not know is a guest.
    pub fn role_of(&self, _who: ParticipantId) -> Role {
        Role::Guest
    }

    /// Until when a person may not speak; `None` if they may.
    pub fn muted_until(&self, _who: ParticipantId, _now: Timestamp) -> Option<Timestamp> {
        None
    }

    /// The ban that keeps a person out at `now`.
    pub fn ban_of(&self, _who: ParticipantId, _now: Timestamp) -> Option<Sanction> {
        None
    }

    /// Who is here and has a name, by id. Anonymous lines are in `view().present` only.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        std::iter::empty()
    }

    /// The mutes, then the bans, that hold at `now`, by the id of whom they hold.
    pub fn sanctions(&self, _now: Timestamp) -> impl Iterator<Item = Sanction> + '_ {
        std::iter::empty()
    }
}
