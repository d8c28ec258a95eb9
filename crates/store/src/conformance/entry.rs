//! Entries drawn at random, of every kind there is.

use std::time::Duration;

use ::room::{Access, Colour, DanmakuCurve, Entry, Event, Mode, Size, Speech, Title};
use model::{ClientKey, Nickname, ParticipantId, Role, Seq, ShowId, Timestamp};
use proptest::prelude::*;

/// How many kinds [`event`] draws: every variant of [`Event`], and both of speech.
const KINDS: usize = 19;

/// A log that begins with every kind of event once, in any order, and goes on with others, up to `more`.
pub(super) fn log(more: usize) -> impl Strategy<Value = Vec<Entry>> {
    let each: Vec<BoxedStrategy<Event>> = (0..KINDS).map(event).collect();
    let others = prop::collection::vec((0..KINDS).prop_flat_map(event), 0..more);
    let times = (0u64..1 << 52, prop::collection::vec(0u64..5_000, KINDS + more));
    (each.prop_shuffle(), others, times).prop_map(|(each, others, (start, steps))| {
        let mut at = start;
        let numbered = (1..).map(Seq).zip(each.into_iter().chain(others)).zip(steps);
        numbered
            .map(|((seq, event), step)| {
                at += step;
                Entry { seq, at: Timestamp(at), event }
            })
            .collect()
    })
}

/// An event of the `kind`th kind.
fn event(kind: usize) -> BoxedStrategy<Event> {
    match kind {
        0 => Just(Event::Opened).boxed(),
        1 => {
            (person(), name(), role()).prop_map(|(who, name, role)| Event::Joined { who, name, role }).boxed()
        }
        2 => person().prop_map(|who| Event::Left { who }).boxed(),
        3 => (person(), name()).prop_map(|(who, name)| Event::Renamed { who, name }).boxed(),
        4 => said(chat().boxed()),
        5 => said(danmaku().boxed()),
        6 => any::<(u32, u64)>().prop_map(|(added, total)| Event::Liked { added, total }).boxed(),
        7 => (person(), person(), number())
            .prop_map(|(by, author, message)| Event::Deleted { by, author, message: Seq(message) })
            .boxed(),
        8 => (person(), person(), name(), any::<u64>())
            .prop_map(|(by, whom, name, until)| Event::Muted { by, whom, name, until: Timestamp(until) })
            .boxed(),
        9 => (person(), person()).prop_map(|(by, whom)| Event::Unmuted { by, whom }).boxed(),
        10 => (person(), person(), name(), any::<Option<u64>>())
            .prop_map(|(by, whom, name, until)| Event::Banned { by, whom, name, until: until.map(Timestamp) })
            .boxed(),
        11 => (person(), person()).prop_map(|(by, whom)| Event::Unbanned { by, whom }).boxed(),
        12 => (person(), any::<u64>())
            .prop_map(|(by, ms)| Event::SlowModeSet { by, wait: Duration::from_millis(ms) })
            .boxed(),
        13 => (person(), person(), name(), any::<bool>())
            .prop_map(|(by, whom, name, moderator)| Event::Appointed { by, whom, name, moderator })
            .boxed(),
        14 => (person(), title(), access(), any::<(u32, u32)>())
            .prop_map(|(by, title, access, (per_minute_max, tau_ms))| {
                let danmaku = DanmakuCurve { per_minute_max, tau_ms };
                Event::Configured { by, title, access, danmaku }
            })
            .boxed(),
        15 => show().prop_map(|show| Event::LiveStarted { show }).boxed(),
        16 => show().prop_map(|show| Event::LiveInterrupted { show }).boxed(),
        17 => show().prop_map(|show| Event::LiveResumed { show }).boxed(),
        _ => show().prop_map(|show| Event::LiveEnded { show }).boxed(),
    }
}

/// The number under which [`event`] draws an event like this one. A new kind breaks the build here, so that it
/// is drawn too.
pub(super) fn kind(event: &Event) -> usize {
    match event {
        Event::Opened => 0,
        Event::Joined { .. } => 1,
        Event::Left { .. } => 2,
        Event::Renamed { .. } => 3,
        Event::Said { speech: Speech::Chat { .. }, .. } => 4,
        Event::Said { speech: Speech::Danmaku { .. }, .. } => 5,
        Event::Liked { .. } => 6,
        Event::Deleted { .. } => 7,
        Event::Muted { .. } => 8,
        Event::Unmuted { .. } => 9,
        Event::Banned { .. } => 10,
        Event::Unbanned { .. } => 11,
        Event::SlowModeSet { .. } => 12,
        Event::Appointed { .. } => 13,
        Event::Configured { .. } => 14,
        Event::LiveStarted { .. } => 15,
        Event::LiveInterrupted { .. } => 16,
        Event::LiveResumed { .. } => 17,
        Event::LiveEnded { .. } => 18,
    }
}

/// Asserts that a log holds every kind.
pub(super) fn holds_every_kind(log: &[Entry]) -> bool {
    let kinds: std::collections::BTreeSet<usize> = log.iter().map(|entry| kind(&entry.event)).collect();
    kinds.len() == KINDS
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..100, Just((1 << 53) - 1), 0u64..1 << 53]
}

fn person() -> impl Strategy<Value = ParticipantId> {
    number().prop_map(ParticipantId)
}

fn show() -> impl Strategy<Value = ShowId> {
    number().prop_map(ShowId)
}

fn name() -> impl Strategy<Value = Nickname> {
    let raw = prop_oneof!["\\PC{1,24}", "[a-zA-Z'\"\\\\;%]{1,24}", Just("👩‍🏫 梅老师".to_owned())];
    raw.prop_filter_map("not a nickname", |raw| Nickname::parse(&raw).ok())
}

fn title() -> impl Strategy<Value = Title> {
    "\\PC{1,80}".prop_filter_map("not a title", |raw| Title::parse(&raw))
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn access() -> impl Strategy<Value = Access> {
    prop::sample::select(vec![Access::Public, Access::Unlisted, Access::ByKey])
}

/// Any text at all: what a room lets through may change, what the log can hold may not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x1f'\"\\\\]{0,20}", "\\PC{0,500}"]
}

fn chat() -> impl Strategy<Value = Speech> {
    (text(), prop::option::of(number()), prop::collection::vec(person(), 0..10))
        .prop_map(|(text, reply_to, mentions)| Speech::Chat { text, reply_to: reply_to.map(Seq), mentions })
}

fn danmaku() -> impl Strategy<Value = Speech> {
    let mode = prop::sample::select(vec![Mode::Scroll, Mode::Top, Mode::Bottom]);
    let size = prop::sample::select(vec![Size::Small, Size::Normal, Size::Large]);
    (text(), mode, 0u32..=0xFF_FF_FF, size).prop_map(|(text, mode, rgb, size)| Speech::Danmaku {
        text,
        mode,
        colour: Colour::from_rgb(rgb).expect("drawn from the range of colours"),
        size,
    })
}

fn said(speech: BoxedStrategy<Speech>) -> BoxedStrategy<Event> {
    (person(), name(), role(), number(), speech)
        .prop_map(|(by, name, role, key, speech)| Event::Said { by, name, role, key: ClientKey(key), speech })
        .boxed()
}
