//! What holds for every evening, however it goes.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::time::Duration;

use model::{ClientKey, ConnectionId, Nickname, ParticipantId, RoomId, Seq, ShowId, Timestamp};
use proptest::prelude::*;
use proptest::{collection, option};
use room::{
    Access, Answer, Colour, Command, DanmakuCurve, Entry, Founding, Mode, Refusal, Room, Size, Speech, Title,
    Who,
};

const HOST: ParticipantId = ParticipantId(0);

/// What [`Room::restore`] is promised besides the lasting entries.
const TAIL: usize = 1_000;

fn founding() -> Founding {
    Founding {
        id: RoomId(1),
        host: HOST,
        host_name: Nickname::parse("host").unwrap(),
        title: Title::parse("An evening").unwrap(),
        access: Access::Public,
        danmaku: DanmakuCurve::default(),
    }
}

/// A command, so long after the one before.
type Step = (u64, Command);

fn steps(count: impl Into<collection::SizeRange>) -> impl Strategy<Value = Vec<Step>> {
    let pause = prop_oneof![4 => 0..100_u64, 4 => 0..3_000_u64, 1 => 0..90_000_u64];
    collection::vec((pause, command()), count)
}

fn person() -> impl Strategy<Value = ParticipantId> {
    (0..6_u64).prop_map(ParticipantId)
}

fn name() -> impl Strategy<Value = Nickname> {
    "[a-c]{1,2}".prop_map(|name| Nickname::parse(&name).unwrap())
}

fn who() -> impl Strategy<Value = Who> {
    (person(), name(), any::<bool>()).prop_map(|(id, name, registered)| Who { id, name, registered })
}

fn lasting() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(Duration::ZERO), (1..100_u64).prop_map(Duration::from_secs), Just(Duration::MAX)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z]{0,9}", 1 => any::<String>(), 1 => "x{90,110}", 1 => "字{490,510}"]
}

fn curve() -> impl Strategy<Value = DanmakuCurve> {
    let of = |(per_minute_max, tau_ms)| DanmakuCurve { per_minute_max, tau_ms };
    prop_oneof![(0..700_u32, 0..700_000_u32).prop_map(of), (any::<u32>(), any::<u32>()).prop_map(of)]
}

fn speech() -> impl Strategy<Value = Speech> {
    let seq = option::of((0..40_u64).prop_map(Seq));
    let chat = (text(), seq, collection::vec(person(), 0..12))
        .prop_map(|(text, reply_to, mentions)| Speech::Chat { text, reply_to, mentions });
    let look = |text| Speech::Danmaku { text, mode: Mode::Top, colour: Colour::WHITE, size: Size::Large };
    prop_oneof![chat, text().prop_map(look)]
}

fn command() -> impl Strategy<Value = Command> {
    let connection = || (0..9_u64).prop_map(ConnectionId);
    let key = || (0..30_u64).prop_map(ClientKey);
    let seq = || (0..60_u64).prop_map(Seq);
    let pair = || (person(), person());
    prop_oneof![
        8 => (connection(), option::weighted(0.8, who()))
            .prop_map(|(connection, who)| Command::Join { connection, who }),
        3 => connection().prop_map(|connection| Command::Leave { connection }),
        1 => (person(), name()).prop_map(|(by, name)| Command::Rename { by, name }),
        9 => (person(), key(), speech()).prop_map(|(by, key, speech)| Command::Say { by, key, speech }),
        4 => (person(), key(), 0..60_u32).prop_map(|(by, key, count)| Command::Like { by, key, count }),
        2 => (person(), seq()).prop_map(|(by, message)| Command::Delete { by, message }),
        1 => (pair(), lasting()).prop_map(|((by, whom), lasting)| Command::Mute { by, whom, lasting }),
        1 => pair().prop_map(|(by, whom)| Command::Unmute { by, whom }),
        1 => (pair(), option::of(lasting())).prop_map(|((by, whom), lasting)| Command::Ban { by, whom, lasting }),
        1 => pair().prop_map(|(by, whom)| Command::Unban { by, whom }),
        1 => (person(), lasting()).prop_map(|(by, wait)| Command::SlowMode { by, wait }),
        1 => (pair(), any::<bool>()).prop_map(|((by, whom), moderator)| Command::Appoint { by, whom, moderator }),
        1 => (person(), option::of(curve())).prop_map(|(by, danmaku)| {
            Command::Configure { by, title: None, access: Some(Access::Unlisted), danmaku }
        }),
        1 => (0..9_u64).prop_map(|show| Command::PublisherConnected { show: ShowId(show) }),
        1 => Just(Command::PublisherLost),
        1 => option::of(person()).prop_map(|by| Command::EndLive { by }),
    ]
}

/// A room with what it has said and been answered.
#[derive(Debug, Clone)]
struct Evening {
    room: Room,
    now: Timestamp,
    log: Vec<Entry>,
    answers: Vec<Result<Answer, Refusal>>,
}

impl Evening {
    fn begin() -> Evening {
        let mut evening = Evening {
            room: Room::new(founding()),
            now: Timestamp(1_000),
            log: Vec::new(),
            answers: Vec::new(),
        };
        evening.command(Command::Reopened);
        evening
    }

    fn of(steps: &[Step]) -> Evening {
        let mut evening = Evening::begin();
        evening.play(steps);
        evening
    }

    fn play(&mut self, steps: &[Step]) {
        for (pause, command) in steps {
            self.wait(*pause);
            self.command(command.clone());
        }
    }

    fn wait(&mut self, ms: u64) {
        let until = Timestamp(self.now.0 + ms);
        while let Some(due) = self.room.poll_timeout().filter(|due| *due <= until) {
            self.room.handle_timeout(due);
            self.read();
        }
        self.now = until;
    }

    fn command(&mut self, command: Command) {
        self.answers.push(self.room.handle(command, self.now));
        self.read();
    }

    fn read(&mut self) {
        self.log.extend(std::iter::from_fn(|| self.room.poll_event()));
        self.room.check_invariants();
    }

    /// The same evening under a new process, which has only what the store gives it.
    fn restored(&self, entries: impl Iterator<Item = Entry>) -> Evening {
        Evening { room: Room::restore(founding(), entries, self.room.last()), ..self.clone() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_has_no_gap_and_never_goes_back(steps in steps(0..120)) {
        let log = Evening::of(&steps).log;
        for (n, entry) in log.iter().enumerate() {
            prop_assert_eq!(entry.seq, Seq(n as u64 + 1));
        }
        prop_assert!(log.is_sorted_by_key(|entry| entry.at));
    }

    #[test]
    fn the_same_commands_give_the_same_entries_byte_for_byte(steps in steps(0..120)) {
        let said = |evening: Evening| format!("{:?}", (evening.log, evening.answers, evening.room));
        prop_assert_eq!(said(Evening::of(&steps)), said(Evening::of(&steps)));
    }

    #[test]
    fn a_refused_command_changes_nothing(steps in steps(0..120)) {
        let mut evening = Evening::begin();
        for (pause, command) in steps {
            evening.wait(pause);
            let before = evening.clone();
            evening.command(command.clone());
            if let Some(Err(refusal)) = evening.answers.last() {
                prop_assert_eq!(&evening.room, &before.room, "{:?} refused by {:?}", command, refusal);
                prop_assert_eq!(format!("{:?}", evening.room), format!("{:?}", before.room));
                prop_assert_eq!(evening.log.len(), before.log.len());
            }
        }
    }

    #[test]
    fn an_answer_names_the_entry_it_led_to(steps in steps(0..120)) {
        let evening = Evening::of(&steps);
        for answer in evening.answers.iter().flatten() {
            prop_assert!(answer.seq.is_none_or(|seq| seq >= Seq(1) && seq <= evening.room.last()));
        }
        let mut keys = BTreeMap::new();
        for entry in &evening.log {
            if let room::Event::Said { by, key, .. } = entry.event {
                prop_assert_eq!(keys.insert((by, key), entry.seq), None, "said twice: {:?}", entry);
            }
        }
    }

    #[test]
    fn a_restored_room_is_the_room_that_lived(steps in steps(0..120), further in steps(0..60)) {
        let mut lived = Evening::of(&steps);
        let mut restored = lived.restored(lived.log.clone().into_iter());
        lived.command(Command::Reopened);
        restored.command(Command::Reopened);
        prop_assert_eq!(&lived.room, &restored.room);
        lived.play(&further);
        restored.play(&further);
        prop_assert_eq!(lived.answers, restored.answers);
        prop_assert_eq!(lived.log, restored.log);
        prop_assert_eq!(lived.room, restored.room);
    }

    #[test]
    fn a_person_counts_once_until_the_grace_is_over(
        steps in collection::vec((0..8_000_u64, 0..9_u64, option::of(0..4_u64), any::<bool>()), 0..80),
    ) {
        let mut evening = Evening::begin();
        let mut reference = Presence::default();
        for (pause, line, who, comes) in steps {
            evening.wait(pause);
            if comes {
                let name = Nickname::parse("a").unwrap();
                let who = who.map(|id| Who { id: ParticipantId(id), name, registered: false });
                reference.open(line, who.as_ref().map(|who| who.id.0), evening.now.0);
                evening.command(Command::Join { connection: ConnectionId(line), who });
            } else {
                reference.close(line, evening.now.0);
                evening.command(Command::Leave { connection: ConnectionId(line) });
            }
            prop_assert_eq!(evening.room.view().present as usize, reference.count(evening.now.0));
        }
    }

    #[test]
    fn a_refused_danmaku_is_possible_exactly_when_it_says(
        curve in curve().prop_filter("legal", |curve| curve.is_legal()),
        pauses in collection::vec(prop_oneof![0..50_u64, 0..200_000_u64], 0..12),
    ) {
        let mut evening = Evening::begin();
        let mei = ParticipantId(1);
        let who = Who { id: mei, name: Nickname::parse("mei").unwrap(), registered: true };
        evening.command(Command::Join { connection: ConnectionId(1), who: Some(who) });
        evening.command(Command::Configure { by: HOST, title: None, access: None, danmaku: Some(curve) });
        let fly = |evening: &Evening, at: Timestamp| {
            let speech = Speech::Danmaku {
                text: "ha".to_owned(), mode: Mode::Scroll, colour: Colour::WHITE, size: Size::Normal,
            };
            let key = ClientKey(evening.log.len() as u64);
            evening.room.clone().handle(Command::Say { by: mei, key, speech }, at)
        };
        for pause in pauses {
            evening.wait(pause);
            if let Err(Refusal::TooFast { retry_at }) = fly(&evening, evening.now) {
                prop_assert!(retry_at > evening.now);
                prop_assert_eq!(fly(&evening, Timestamp(retry_at.0 - 1)), Err(Refusal::TooFast { retry_at }));
                evening.wait(retry_at.0 - evening.now.0);
            }
            let key = ClientKey(evening.log.len() as u64);
            let speech = Speech::Danmaku {
                text: "ha".to_owned(), mode: Mode::Scroll, colour: Colour::WHITE, size: Size::Normal,
            };
            evening.command(Command::Say { by: mei, key, speech });
            prop_assert!(evening.answers.last().is_some_and(Result::is_ok), "{:?}", evening.answers.last());
        }
    }
}

proptest! {
    // Long evenings: few, so that they stay seconds.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lasting_entries_and_the_recent_thousand_are_enough(steps in steps(5_000..6_000)) {
        let mut lived = Evening::of(&steps);
        let recent = lived.log.len().saturating_sub(TAIL);
        prop_assume!(recent > 200);
        let kept = lived.log.iter().enumerate().filter(|(n, entry)| *n >= recent || entry.event.is_lasting());
        let mut restored = lived.restored(kept.map(|(_, entry)| entry.clone()));
        lived.command(Command::Reopened);
        restored.command(Command::Reopened);
        prop_assert_eq!(&lived.answers, &restored.answers);
        let (a, b, now) = (&lived.room, &restored.room, lived.now);
        // The host's present name is given with the founding, not kept in the log for ever.
        let view = |room: &Room| { let view = room.view(); (view.title, view.access, view.danmaku,
            view.slow_mode, view.live, view.present, view.likes) };
        prop_assert_eq!(view(a), view(b));
        prop_assert!(a.sanctions(now).eq(b.sanctions(now)));
        for who in (0..6).map(ParticipantId) {
            prop_assert_eq!(a.role_of(who).is_staff(), b.role_of(who).is_staff());
            prop_assert_eq!(a.role_of(who).outranks(model::Role::Guest), b.role_of(who).outranks(model::Role::Guest));
        }
        for entry in &lived.log[recent..] {
            if let room::Event::Said { by, key, speech, .. } = &entry.event {
                let again = Command::Say { by: *by, key: *key, speech: speech.clone() };
                prop_assert_eq!(a.clone().handle(again.clone(), now), b.clone().handle(again, now));
                let delete = Command::Delete { by: HOST, message: entry.seq };
                prop_assert_eq!(a.clone().handle(delete.clone(), now), b.clone().handle(delete, now));
            }
        }
    }
}

/// Presence as one would count it by hand.
#[derive(Default)]
struct Presence {
    lines: BTreeMap<u64, Option<u64>>,
    last_here: BTreeMap<u64, u64>,
}

impl Presence {
    fn open(&mut self, line: u64, who: Option<u64>, now: u64) {
        if self.lines.get(&line) != Some(&who) {
            self.close(line, now);
        }
        self.lines.insert(line, who);
    }

    fn close(&mut self, line: u64, now: u64) {
        if let Some(Some(who)) = self.lines.remove(&line) {
            self.last_here.insert(who, now);
        }
    }

    fn count(&self, now: u64) -> usize {
        let here = |who: &u64| {
            let in_grace = self.last_here.get(who).is_some_and(|last| now < last + 10_000);
            in_grace || self.lines.values().any(|end| *end == Some(*who))
        };
        let anonymous = self.lines.values().filter(|end| end.is_none()).count();
        (0..4).filter(here).count() + anonymous
    }
}

#[test]
fn a_full_room_has_a_place_for_its_host_and_for_who_is_here() {
    let mut evening = Evening::begin();
    let join = |line: u64, id: u64| Command::Join {
        connection: ConnectionId(line),
        who: Some(Who { id: ParticipantId(id), name: Nickname::parse("a").unwrap(), registered: true }),
    };
    let stranger = |line: u64| Command::Join { connection: ConnectionId(line), who: None };
    evening.room.handle(join(0, 7), evening.now).unwrap();
    for line in 1..100_000 {
        evening.room.handle(stranger(line), evening.now).unwrap();
    }
    assert_eq!(evening.room.view().present, 100_000);
    assert_eq!(evening.room.handle(stranger(200_000), evening.now), Err(Refusal::Full));
    assert_eq!(evening.room.handle(join(200_000, 8), evening.now), Err(Refusal::Full));
    evening.room.handle(join(200_000, 7), evening.now).expect("a second line of who is here");
    evening.room.handle(join(1, 8), evening.now).expect("a line that takes a name is no newcomer");
    evening.room.handle(join(200_001, HOST.0), evening.now).expect("the host always finds a place");
    assert_eq!(evening.room.view().present, 100_001);
}

#[test]
fn thousands_who_are_lost_at_once_leave_in_batches() {
    let mut evening = Evening::begin();
    for id in 1..=2_500 {
        let who = Who { id: ParticipantId(id), name: Nickname::parse("a").unwrap(), registered: true };
        let join = Command::Join { connection: ConnectionId(id), who: Some(who) };
        evening.room.handle(join, evening.now).unwrap();
    }
    for id in 1..=2_500 {
        evening.room.handle(Command::Leave { connection: ConnectionId(id) }, evening.now).unwrap();
    }
    evening.read();
    let due = evening.room.poll_timeout().unwrap();
    let mut batches = Vec::new();
    while evening.room.poll_timeout() == Some(due) {
        let before = evening.log.len();
        evening.room.handle_timeout(due);
        evening.read();
        batches.push(evening.log.len() - before);
    }
    assert_eq!(batches, [1_000, 1_000, 500]);
}

#[test]
fn a_like_of_long_ago_is_still_counted_after_a_restart() {
    let mut evening = Evening::begin();
    let host = Who { id: HOST, name: Nickname::parse("host").unwrap(), registered: true };
    evening.command(Command::Join { connection: ConnectionId(1), who: Some(host) });
    evening.command(Command::Like { by: HOST, key: ClientKey(1), count: 9 });
    for key in 2..2_000 {
        evening.wait(100);
        let speech = Speech::Chat { text: "la".to_owned(), reply_to: None, mentions: Vec::new() };
        evening.command(Command::Say { by: HOST, key: ClientKey(key), speech });
    }
    let recent = evening.log[evening.log.len() - TAIL..].to_vec();
    assert_eq!(evening.restored(recent.into_iter()).room.view().likes, 9);
}
