//! Draws what happens next, lets it happen, and checks.

use std::time::Duration;

use model::{ClientKey, ConnectionId, Nickname, ParticipantId, RoomId, Seq, ShowId, Timestamp};
use room::{Access, Colour, Command, DanmakuCurve, Founding, Mode, Size, Speech, Title, Who};

use crate::disk::Fate;
use crate::link::Link;
use crate::luck::Luck;
use crate::person::{Person, Tab};
use crate::reference::Reference;
use crate::server::{Reply, Server};

/// People at the evening, the host among them.
const PEOPLE: u64 = 8;

/// The most that a tab reads in one step.
const READ_BYTES: u64 = 4_096;

/// The most tabs one opens.
const TABS_MAX: usize = 3;

/// An evening: one server, its people, and the links between them.
pub struct World {
    luck: Luck,
    now: Timestamp,
    server: Server,
    people: Vec<Person>,
    up: Link<(usize, ClientKey, Command)>,
    down: Link<(usize, ClientKey, Reply)>,
    reference: Reference,
    lines: u64,
    keys: u64,
    opened: u32,
    told: usize,
}

impl World {
    /// An evening drawn from `seed`.
    pub fn new(seed: u64) -> World {
        let now = Timestamp(1_000_000);
        let name = nickname(0);
        let title = Title::parse("An evening").expect("a title");
        let founding = Founding {
            id: RoomId(1),
            host: ParticipantId(0),
            host_name: name,
            title,
            access: Access::Public,
            danmaku: DanmakuCurve { per_minute_max: 600, tau_ms: 500 },
        };
        let person = |id| Person {
            id: ParticipantId(id),
            tabs: Vec::new(),
            pending: std::collections::BTreeMap::new(),
            // Every fourth reads seldom.
            reads_percent: if id % 4 == 3 { 6 } else { 95 },
        };
        World {
            luck: Luck(seed),
            now,
            server: Server::open(founding, now),
            people: (0..PEOPLE).map(person).collect(),
            up: Link::new(),
            down: Link::new(),
            reference: Reference::default(),
            lines: 0,
            keys: 0,
            opened: 1,
            told: 0,
        }
    }

    /// Lets one thing happen, and all that follows by now. Panics where something is not as it must be.
    pub fn step(&mut self) {
        self.now = Timestamp(self.now.0 + self.luck.below(120));
        self.happen();
        self.deliver();
        let fate = self.fate();
        self.server.wake(fate, self.now);
        self.notice_reopening();
        self.read();
        self.reference.check(&self.server.disk.log, &self.server.room, self.now);
    }

    /// What was written since the last time this was asked, for who wants to follow the evening.
    pub fn tell(&mut self) -> Vec<String> {
        let news = &self.server.disk.log[self.told..];
        let told =
            news.iter().map(|entry| format!("{:>9} {:?}", entry.at.0 - 1_000_000, entry.event)).collect();
        self.told = self.server.disk.log.len();
        told
    }

    /// The evening in a line: how much happened, and how often what it is about.
    pub fn sum(&self) -> String {
        let tabs = || self.people.iter().flat_map(|person| &person.tabs);
        format!(
            "{} entries, {} acknowledged, {} reopened, {} failed appends, {} gaps told, {} started anew",
            self.server.disk.log.len(),
            self.reference.acknowledged,
            self.server.opened - 1,
            self.server.disk.failures,
            tabs().map(|tab| tab.gaps_told).sum::<u32>(),
            tabs().map(|tab| tab.started_anew).sum::<u32>(),
        )
    }

    fn happen(&mut self) {
        // Chance never exceeds the number of people.
        let who = usize::try_from(self.luck.below(PEOPLE)).expect("few people");
        match self.luck.below(100) {
            0..20 => self.open_tab(who),
            20..26 => self.break_line(who),
            26..55 => self.say(who, false),
            55..75 => self.say(who, true),
            75..85 => self.order(who, |by, key| Command::Like { by, key, count: 3 }),
            85..90 => {
                let message = Seq(self.server.room.last().0.saturating_sub(self.luck.below(20)));
                self.order(who, |by, _| Command::Delete { by, message });
            }
            90..93 => {
                let whom = ParticipantId(self.luck.below(PEOPLE));
                self.order(0, |by, _| Command::Mute { by, whom, lasting: Duration::from_secs(2) });
            }
            93..95 => {
                let wait = Duration::from_secs(self.luck.below(3));
                self.order(0, |by, _| Command::SlowMode { by, wait });
            }
            95..97 => self.house(Command::PublisherConnected { show: ShowId(self.now.0) }),
            97..99 => self.house(Command::PublisherLost),
            _ if self.luck.percent(20) => self.server.reload(self.now),
            _ => {}
        }
        self.notice_reopening();
    }

    fn open_tab(&mut self, who: usize) {
        if self.people[who].tabs.len() < TABS_MAX {
            self.people[who].tabs.push(Tab::default());
        }
        let Some(tab) = self.people[who].tabs.iter().position(|tab| tab.line.is_none()) else { return };
        self.lines += 1;
        let connection = ConnectionId(self.lines);
        let id = self.people[who].id;
        let known = self.luck.percent(85);
        let person = Who { id, name: nickname(id.0), registered: true };
        let command = Command::Join { connection, who: known.then_some(person) };
        let fate = self.fate();
        if let Some(Reply::Done(_)) = self.server.handle(vec![command], fate, self.now).pop() {
            self.reference.opened(connection, known.then_some(id));
            let tab = &mut self.people[who].tabs[tab];
            self.server.welcome(connection, tab.position);
            tab.line = Some(connection);
        }
    }

    fn break_line(&mut self, who: usize) {
        let Some(tab) = self.people[who].tabs.iter_mut().find(|tab| tab.line.is_some()) else { return };
        if let Some(line) = tab.line {
            tab.line_lost();
            self.server.lines.remove(&line);
            self.close(line);
        }
    }

    fn close(&mut self, connection: ConnectionId) {
        self.house(Command::Leave { connection });
        self.reference.closed(connection, self.now);
    }

    fn house(&mut self, command: Command) {
        let fate = self.fate();
        self.server.handle(vec![command], fate, self.now);
        self.notice_reopening();
    }

    fn say(&mut self, who: usize, danmaku: bool) {
        let text = format!("words {}", self.keys);
        let speech = if danmaku {
            Speech::Danmaku { text, mode: Mode::Scroll, colour: Colour::WHITE, size: Size::Normal }
        } else {
            Speech::Chat { text, reply_to: None, mentions: Vec::new() }
        };
        self.order(who, |by, key| Command::Say { by, key, speech });
    }

    fn order(&mut self, who: usize, make: impl FnOnce(ParticipantId, ClientKey) -> Command) {
        self.keys += 1;
        let key = ClientKey(self.keys);
        let command = make(self.people[who].id, key);
        self.people[who].pending.insert(key, (command.clone(), self.now.0));
        self.up.send((who, key, command), self.now.0, &mut self.luck);
    }

    /// What has arrived is carried out as one batch; answers go back; who waited too long asks again.
    fn deliver(&mut self) {
        let arrived = self.up.arrived(self.now.0);
        let batch = arrived.iter().map(|(_, _, command)| command.clone()).collect();
        let fate = self.fate();
        let replies = self.server.handle(batch, fate, self.now);
        self.notice_reopening();
        for ((who, key, _), reply) in arrived.into_iter().zip(replies) {
            self.down.send((who, key, reply), self.now.0, &mut self.luck);
        }
        for (who, key, reply) in self.down.arrived(self.now.0) {
            self.answer(who, key, reply);
        }
        for who in 0..self.people.len() {
            for (key, command) in self.people[who].impatient(self.now.0) {
                self.up.send((who, key, command), self.now.0, &mut self.luck);
            }
        }
    }

    fn answer(&mut self, who: usize, key: ClientKey, reply: Reply) {
        match reply {
            Reply::Unavailable => {}
            Reply::Refused(_) => {
                self.people[who].pending.remove(&key);
            }
            Reply::Done(answer) => {
                if let Some((command, _)) = self.people[who].pending.remove(&key) {
                    self.reference.acknowledge(&command, answer, &self.server.disk.log);
                }
            }
        }
    }

    /// Everybody reads a little; a tab whose line the server has given up notices.
    fn read(&mut self) {
        let mut given_up = Vec::new();
        for person in &mut self.people {
            for tab in &mut person.tabs {
                let Some(line) = tab.line else { continue };
                let reads = self.luck.percent(person.reads_percent);
                let bytes_max = if reads { self.luck.below(READ_BYTES) } else { 0 };
                match self.server.lines.get_mut(&line) {
                    // READ_BYTES is small.
                    Some(outbox) => tab.read(outbox, usize::try_from(bytes_max).unwrap_or(0)),
                    None => {
                        tab.line_lost();
                        given_up.push(line);
                    }
                }
                tab.check(&self.server.disk.log);
            }
        }
        for line in given_up {
            self.close(line);
        }
    }

    fn notice_reopening(&mut self) {
        if self.opened == self.server.opened {
            return;
        }
        self.opened = self.server.opened;
        self.reference.reopened();
        for tab in self.people.iter_mut().flat_map(|person| &mut person.tabs) {
            tab.line_lost();
        }
    }

    fn fate(&mut self) -> Fate {
        match self.luck.below(400) {
            0..3 => Fate::Lost,
            3..6 => Fate::WrittenUnheard,
            _ => Fate::Written,
        }
    }
}

fn nickname(id: u64) -> Nickname {
    Nickname::parse(&format!("person {id}")).expect("a name")
}
