//! One room: commands in, entries out. What each command means is decided in the file of its noun; here is the
//! order in which it is asked, and the one way in which state changes: by applying an entry.

use std::collections::VecDeque;

use model::{Nickname, ParticipantId, Role, RoomId, Seq, Timestamp};

use crate::danmaku::Allowances;
use crate::like::Likes;
use crate::message::Messages;
use crate::moderation::Sanctions;
use crate::pace::Pace;
use crate::person::Acquaintances;
use crate::presence::Presence;
use crate::settings::Settings;
use crate::slow_mode::SlowMode;
use crate::speech::SpeechKeys;
use crate::staff::Staff;
use crate::{
    Access, Answer, Command, DanmakuCurve, Entry, Event, Live, Measure, Person, Refusal, Sanction, Speech,
    Title, View,
};

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
    /// How danmaku allowances refill. Outside its limits it counts as the nearest inside.
    pub danmaku: DanmakuCurve,
}

/// One room.
///
/// Invariant: what is in the log changes only in `apply`. Only what no log can hold changes elsewhere: which lines
/// are open, and the likes that are being gathered.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    id: RoomId,
    last: Seq,
    last_at: Timestamp,
    /// Entries not polled yet: what one call emitted, at most a thousand and a few.
    out: VecDeque<Entry>,
    pub(crate) settings: Settings,
    pub(crate) staff: Staff,
    pub(crate) presence: Presence,
    pub(crate) acquaintances: Acquaintances,
    pub(crate) sanctions: Sanctions,
    pub(crate) messages: Messages,
    pub(crate) speech_keys: SpeechKeys,
    pub(crate) slow_mode: SlowMode,
    pub(crate) chat_pace: Pace,
    pub(crate) danmaku: Allowances,
    pub(crate) likes: Likes,
    pub(crate) live: Live,
}

impl Room {
    /// A room in which nothing has happened. Its first command is [`Command::Reopened`].
    pub fn new(founding: Founding) -> Room {
        let Founding { id, host, host_name, title, access, danmaku } = founding;
        Room {
            id,
            last: Seq(0),
            last_at: Timestamp(0),
            out: VecDeque::new(),
            settings: Settings { title, access, danmaku },
            staff: Staff::new(host, host_name),
            presence: Presence::default(),
            acquaintances: Acquaintances::new(),
            sanctions: Sanctions::default(),
            messages: Messages::new(),
            speech_keys: SpeechKeys::new(),
            slow_mode: SlowMode::new(),
            chat_pace: crate::chat::pace(),
            danmaku: Allowances::new(),
            likes: Likes::new(),
            live: Live::Off,
        }
    }

    /// The room as its log has it: every lasting entry ever and the recent 1,000 of all, in ascending order
    /// (an entry given twice counts once). `last` is the number of the log's last entry. Nobody is here until
    /// they join. Its first command is [`Command::Reopened`].
    pub fn restore(founding: Founding, entries: impl IntoIterator<Item = Entry>, last: Seq) -> Room {
        let mut room = Room::new(founding);
        for entry in entries {
            if entry.seq > room.last {
                room.apply(&entry);
            }
        }
        room.last = room.last.max(last);
        // No line outlives the process that held it.
        room.presence.clear();
        room
    }

    /// Carries out one command, or refuses it and changes nothing. Afterwards [`Room::poll_event`] gives what
    /// happened. A `now` before the last entry counts as that entry's time.
    pub fn handle(&mut self, command: Command, now: Timestamp) -> Result<Answer, Refusal> {
        let now = now.max(self.last_at);
        if let Some((by, permission)) = command.asks() {
            if !self.role_of(by).may(permission) {
                return Err(Refusal::NotAllowed(permission));
            }
            self.not_banned(by, now)?;
        }
        match command {
            Command::Join { connection, who } => self.join(connection, who, now),
            Command::Leave { connection } => self.leave(connection, now),
            Command::Rename { by, name } => self.rename(by, name, now),
            Command::Say { by, key, speech } => self.say(by, key, speech, now),
            Command::Like { by, key, count } => self.like(by, key, count, now),
            Command::Delete { by, message } => self.delete(by, message, now),
            Command::Mute { by, whom, lasting } => self.mute(by, whom, lasting, now),
            Command::Unmute { by, whom } => self.unmute(by, whom, now),
            Command::Ban { by, whom, lasting } => self.ban(by, whom, lasting, now),
            Command::Unban { by, whom } => self.unban(by, whom, now),
            Command::SlowMode { by, wait } => self.set_slow_mode(by, wait, now),
            Command::Appoint { by, whom, moderator } => self.appoint(by, whom, moderator, now),
            Command::Configure { by, title, access, danmaku } => {
                self.configure(by, title, access, danmaku, now)
            }
            Command::PublisherConnected { show } => self.publisher_connected(show, now),
            Command::PublisherLost => self.publisher_lost(now),
            Command::EndLive { by } => self.end_live(by, now),
            Command::Reopened => self.reopen(now),
        }
    }

    /// Does what is due at `now`: call it when [`Room::poll_timeout`] says so.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        let now = now.max(self.last_at);
        self.merge_likes(now);
        self.let_leave(now);
        self.end_interrupted(now);
    }

    /// The next entry to write and show; ask until `None` after every `handle` and `handle_timeout`.
    pub fn poll_event(&mut self) -> Option<Entry> {
        self.out.pop_front()
    }

    /// When [`Room::handle_timeout`] is to be called; ask again after every `handle` and `handle_timeout`. It may
    /// have passed already, where more was due than one call does.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let due = [self.likes.due(), self.presence.next_leaving(), self.live.ends_at()];
        due.into_iter().flatten().min()
    }

    /// Which room.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// Who owns it.
    pub fn host(&self) -> ParticipantId {
        self.staff.host
    }

    /// The number of its last entry, whether polled yet or not.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// The room as everybody may see it now. Anonymous lines come and go without an entry, so it may differ
    /// after any command.
    pub fn view(&self) -> View {
        View {
            title: self.settings.title.clone(),
            access: self.settings.access,
            danmaku: self.settings.danmaku,
            slow_mode: self.slow_mode.wait,
            live: self.live,
            present: self.presence.count(),
            likes: self.likes.total,
            host: Person { id: self.staff.host, name: self.staff.host_name.clone(), role: Role::Host },
        }
    }

    /// What a person is here. One the room does not know is a guest.
    pub fn role_of(&self, who: ParticipantId) -> Role {
        let registered = self.presence.registered(who);
        self.role_among(who, registered.unwrap_or_else(|| self.acquaintances.is_registered(who)))
    }

    /// Until when a person may not speak; `None` if they may.
    pub fn muted_until(&self, who: ParticipantId, now: Timestamp) -> Option<Timestamp> {
        self.sanctions.muted_until(who, now)
    }

    /// The ban that keeps a person out at `now`.
    pub fn ban_of(&self, who: ParticipantId, now: Timestamp) -> Option<Sanction> {
        self.sanctions.ban_of(who, now).cloned()
    }

    /// Who is here and has a name, by id. Anonymous lines are in `view().present` only.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        self.presence.names().map(|(id, name)| Person { id, name: name.clone(), role: self.role_of(id) })
    }

    /// The mutes, then the bans, that hold at `now`, by the id of whom they hold.
    pub fn sanctions(&self, now: Timestamp) -> impl Iterator<Item = Sanction> + '_ {
        self.sanctions.holding(now).cloned()
    }

    /// Panics unless every invariant of the room's parts holds; for tests of what drives a room.
    #[cfg(any(test, feature = "invariants"))]
    pub fn check_invariants(&self) {
        self.presence.check();
    }

    /// The name of a person the room knows: here now, of its staff, met of late, or muted or banned.
    pub(crate) fn name_of(&self, who: ParticipantId) -> Option<&Nickname> {
        let name = self.presence.name(who).or_else(|| self.acquaintances.name(who));
        name.or_else(|| self.staff.name(who)).or_else(|| self.sanctions.name(who))
    }

    pub(crate) fn role_among(&self, who: ParticipantId, registered: bool) -> Role {
        if who == self.staff.host {
            Role::Host
        } else if self.staff.is_moderator(who) {
            Role::Moderator
        } else if registered {
            Role::Viewer
        } else {
            Role::Guest
        }
    }

    /// Decides that something happened: applies it, and gives it out to be written and shown.
    pub(crate) fn emit(&mut self, event: Event, now: Timestamp) -> Seq {
        let seq = self.last.next();
        let entry = Entry { seq, at: now, event };
        self.apply(&entry);
        self.out.push_back(entry);
        if let Some(restated) = self.likes.restatement(self.last) {
            self.emit(restated, now);
        }
        seq
    }

    fn reopen(&mut self, now: Timestamp) -> Result<Answer, Refusal> {
        let seq = self.emit(Event::Opened, now);
        self.publisher_lost(now)?;
        Ok(Answer { seq: Some(seq) })
    }

    /// The one way in which what is logged changes, be it happening or being restored.
    fn apply(&mut self, entry: &Entry) {
        let Entry { seq, at, ref event } = *entry;
        self.last = seq;
        self.last_at = self.last_at.max(at);
        match event {
            Event::Opened => {
                self.presence.clear();
                self.likes.reopened();
            }
            Event::Joined { who, name, role } => {
                self.presence.joined(*who, name, *role);
                self.acquaintances.meet(*who, name, *role);
            }
            Event::Left { who } => self.presence.left(*who),
            Event::Renamed { who, name } => {
                self.presence.renamed(*who, name, at);
                self.acquaintances.rename(*who, name);
                self.staff.renamed(*who, name);
            }
            Event::Said { by, name, role, key, speech } => {
                self.acquaintances.meet(*by, name, *role);
                self.speech_keys.said(*by, *key, seq);
                self.messages.said(seq, *by, matches!(speech, Speech::Chat { .. }));
                if !role.is_staff() {
                    self.apply_pace(*by, speech, at);
                }
            }
            Event::Liked { added: _, total } => self.likes.liked(*total, seq),
            Event::Deleted { by: _, author: _, message } => self.messages.deleted(*message, seq),
            Event::Muted { by, whom, name, until } => {
                let measure = Measure::Mute { until: *until };
                self.sanctions.put(Sanction { whom: *whom, name: name.clone(), by: *by, since: at, measure });
            }
            Event::Unmuted { by: _, whom } => self.sanctions.unmuted(*whom),
            Event::Banned { by, whom, name, until } => {
                let measure = Measure::Ban { until: *until };
                self.sanctions.put(Sanction { whom: *whom, name: name.clone(), by: *by, since: at, measure });
                self.staff.dismissed(*whom);
            }
            Event::Unbanned { by: _, whom } => self.sanctions.unbanned(*whom),
            Event::SlowModeSet { by: _, wait } => self.slow_mode.wait = *wait,
            Event::Appointed { by: _, whom, name, moderator: true } => self.staff.appointed(*whom, name),
            Event::Appointed { by: _, whom, name: _, moderator: false } => self.staff.dismissed(*whom),
            Event::Configured { by: _, title, access, danmaku } => {
                self.settings = Settings { title: title.clone(), access: *access, danmaku: *danmaku };
            }
            Event::LiveStarted { show } => self.live.started(*show, at),
            Event::LiveInterrupted { show: _ } => self.live.interrupted(at),
            Event::LiveResumed { show: _ } => self.live.resumed(),
            Event::LiveEnded { show: _ } => self.live.ended(),
        }
    }

    fn apply_pace(&mut self, by: ParticipantId, speech: &Speech, at: Timestamp) {
        self.slow_mode.said(by, at);
        match speech {
            Speech::Chat { .. } => self.chat_pace.spend(by, 1, at),
            Speech::Danmaku { .. } => self.danmaku.spend(by, self.settings.danmaku, at),
        }
    }
}
