//! The log.

use std::sync::atomic::{AtomicU8, Ordering};

use ::room::{Colour, Entry, Event, Mode, Size, Speech};
use model::{ClientKey, ParticipantId, Role, RoomId, Seq, ShowId};
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};

use super::entry::{holds_every_kind, log};
use super::{Bench, at, host_and_room, line, name};
use crate::{Conflict, Store};

fn entry(seq: u64, event: Event) -> Entry {
    Entry { seq: Seq(seq), at: at(seq), event }
}

fn chat(seq: u64, text: &str) -> Entry {
    let speech = Speech::Chat { text: text.to_owned(), reply_to: None, mentions: Vec::new() };
    let by = ParticipantId(1);
    entry(seq, Event::Said { by, name: name("梅"), role: Role::Guest, key: ClientKey(seq), speech })
}

/// The numbers of some entries, as a line of a transcript.
fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq.0).collect()
}

/// Whatever happened in a room is read again as it was, whichever way it is read and however it was batched.
pub async fn every_event_comes_back(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let rooms = AtomicU8::new(0);
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let strategy = (log(200), 1usize..100);
    let story = |(log, batch): (Vec<Entry>, usize)| {
        assert!(holds_every_kind(&log));
        let key = rooms.fetch_add(1, Ordering::Relaxed);
        Handle::current().block_on(one_log(&*store, key, &log, batch));
        Ok(())
    };
    block_in_place(|| TestRunner::new(config).run(&strategy, story)).unwrap();
}

async fn one_log(store: &dyn Store, key: u8, log: &[Entry], batch: usize) {
    let (_, room) = host_and_room(store, &format!("room-{key}"), key).await;
    for entries in log.chunks(batch) {
        store.append(room.id, entries).await.unwrap();
    }
    let all = u32::try_from(log.len()).unwrap();
    assert_eq!(store.range(room.id, Seq(0), all + 1).await.unwrap(), log);
    assert_eq!(store.tail(room.id, all + 1).await.unwrap(), log);
    assert_eq!(store.tail(room.id, 7).await.unwrap(), log[log.len() - 7..]);
    let lasting: Vec<Entry> = log.iter().filter(|entry| entry.event.is_lasting()).cloned().collect();
    assert_eq!(store.lasting(room.id).await.unwrap(), lasting);
    assert_eq!(store.last(room.id).await.unwrap(), log[log.len() - 1].seq);
}

/// A log has no gaps and no number twice, and of a refused batch nothing stays.
pub async fn gaps_are_refused(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (_, room) = host_and_room(&*store, "evening", 1).await;
    assert_eq!(store.last(room.id).await.unwrap(), Seq(0));
    let transcript = [
        line(store.append(room.id, &[]).await),
        line(store.append(room.id, &[chat(0, "zero")]).await),
        line(store.append(room.id, &[chat(2, "too early")]).await),
        line(store.append(room.id, &[chat(1, "one"), chat(3, "gap")]).await),
        line(store.append(room.id, &[chat(1, "one"), chat(1, "twice")]).await),
        line(store.append(room.id, &[chat(1, "one"), chat(2, "two")]).await),
        line(store.append(room.id, &[chat(2, "two again"), chat(3, "three")]).await),
        line(store.append(room.id, &[chat(4, "too early")]).await),
        line(store.append(room.id, &[chat(3, "three")]).await),
        line(store.append(RoomId(999), &[chat(1, "nowhere")]).await),
    ];
    assert_eq!(
        transcript,
        [
            "()",
            "refused: the log continues at Seq(1), but the entry to append is Seq(0)",
            "refused: the log continues at Seq(1), but the entry to append is Seq(2)",
            "refused: the log continues at Seq(2), but the entry to append is Seq(3)",
            "refused: the log continues at Seq(2), but the entry to append is Seq(1)",
            "()",
            "refused: the log continues at Seq(3), but the entry to append is Seq(2)",
            "refused: the log continues at Seq(3), but the entry to append is Seq(4)",
            "()",
            "refused: there is no such room",
        ]
    );
    let kept = [chat(1, "one"), chat(2, "two"), chat(3, "three")];
    assert_eq!(store.range(room.id, Seq(0), 100).await.unwrap(), kept);
}

/// A long log is written in one batch and read in parts.
pub async fn a_long_log_is_read_in_parts(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (_, room) = host_and_room(&*store, "evening", 1).await;
    let log: Vec<Entry> = (1..=3_000).map(|seq| chat(seq, "一二三")).collect();
    store.append(room.id, &log).await.unwrap();
    assert_eq!(numbers(&store.range(room.id, Seq(0), 2).await.unwrap()), [1, 2]);
    assert_eq!(numbers(&store.range(room.id, Seq(2_998), 9).await.unwrap()), [2_999, 3_000]);
    assert_eq!(numbers(&store.range(room.id, Seq(3_000), 9).await.unwrap()), [0u64; 0]);
    assert_eq!(numbers(&store.range(room.id, Seq(0), 0).await.unwrap()), [0u64; 0]);
    assert_eq!(numbers(&store.range(room.id, Seq(u64::MAX), 9).await.unwrap()), [0u64; 0]);
    assert_eq!(numbers(&store.tail(room.id, 3).await.unwrap()), [2_998, 2_999, 3_000]);
    assert_eq!(store.tail(room.id, 1_000).await.unwrap(), log[2_000..]);
    assert_eq!(store.range(room.id, Seq(0), u32::MAX).await.unwrap(), log);
}

/// Rooms do not wait for each other's numbers.
pub async fn two_rooms_at_once(bench: &dyn Bench) {
    const BATCHES: u64 = 40;
    let store = bench.open().await.unwrap();
    let (_, one) = host_and_room(&*store, "one", 1).await;
    let (_, two) = host_and_room(&*store, "two", 2).await;
    let mut writers = JoinSet::new();
    for (room, text) in [(one.id, "in one"), (two.id, "in two")] {
        let store = store.clone();
        writers.spawn(async move {
            for n in 0..BATCHES {
                store.append(room, &[chat(2 * n + 1, text), chat(2 * n + 2, text)]).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    for (room, text) in [(one.id, "in one"), (two.id, "in two")] {
        let expected: Vec<Entry> = (1..=2 * BATCHES).map(|seq| chat(seq, text)).collect();
        assert_eq!(store.range(room, Seq(0), 1_000).await.unwrap(), expected);
    }
}

/// Of two who write the same numbers, one is refused, every time; the log is one of theirs, whole.
pub async fn two_writers_of_one_room(bench: &dyn Bench) {
    const BATCHES: u64 = 30;
    let store = bench.open().await.unwrap();
    let (_, room) = host_and_room(&*store, "evening", 1).await;
    for n in 0..BATCHES {
        let mut writers = JoinSet::new();
        for text in ["one", "two"] {
            let (store, room) = (store.clone(), room.id);
            let batch = [chat(2 * n + 1, text), chat(2 * n + 2, text)];
            writers.spawn(async move { store.append(room, &batch).await });
        }
        let outcomes = writers.join_all().await;
        let refused: Vec<_> =
            outcomes.iter().filter_map(|outcome| outcome.as_ref().err()?.conflict()).collect();
        let late = Conflict::Sequence { expected: Seq(2 * n + 3), found: Seq(2 * n + 1) };
        assert_eq!(refused, [late]);
        let pair = store.tail(room.id, 2).await.unwrap();
        assert!(
            pair == [chat(2 * n + 1, "one"), chat(2 * n + 2, "one")]
                || pair == [chat(2 * n + 1, "two"), chat(2 * n + 2, "two")]
        );
    }
}

/// What was appended is there after the store was dropped without a word; what was dropped half-way is there
/// whole or not at all, and the log goes on behind it.
pub async fn a_crash_loses_nothing_appended(bench: &dyn Bench) {
    const BATCH: u64 = 100;
    let store = bench.open().await.unwrap();
    let (_, room) = host_and_room(&*store, "evening", 1).await;
    drop(store);
    let mut last = 0;
    for round in 0..12 {
        let store = bench.open().await.unwrap();
        assert_eq!(store.last(room.id).await.unwrap(), Seq(last), "what was acknowledged is there");
        store.append(room.id, &[chat(last + 1, "kept"), chat(last + 2, "kept")]).await.unwrap();
        last += 2;
        let batch: Vec<Entry> = (last + 1..=last + BATCH).map(|seq| chat(seq, "perhaps")).collect();
        let writing = tokio::spawn({
            let store = store.clone();
            async move { store.append(room.id, &batch).await }
        });
        // Each round lets it come a little further before it is broken off.
        for _ in 0..round {
            store.check().await.unwrap();
        }
        writing.abort();
        let acknowledged = matches!(writing.await, Ok(Ok(())));
        drop(store);

        let store = bench.open().await.unwrap();
        let found = store.last(room.id).await.unwrap().0;
        assert!(found == last || found == last + BATCH, "half a batch: {found} after {last}");
        assert!(!acknowledged || found == last + BATCH, "acknowledged and gone");
        last = found;
    }
}

/// History is what was said and not deleted, before a number, oldest first.
pub async fn messages_without_the_deleted(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (host, room) = host_and_room(&*store, "evening", 1).await;
    let (_, other) = host_and_room(&*store, "morning", 2).await;
    let delete = |seq, message| {
        entry(seq, Event::Deleted { by: host, author: ParticipantId(1), message: Seq(message) })
    };
    let speech = Speech::Danmaku {
        text: "666".to_owned(),
        mode: Mode::Top,
        colour: Colour::WHITE,
        size: Size::Normal,
    };
    let danmaku = Event::Said { by: host, name: name("梅"), role: Role::Host, key: ClientKey(3), speech };
    let log = [
        entry(1, Event::Opened),
        chat(2, "two"),
        entry(3, danmaku),
        entry(4, Event::Liked { added: 1, total: 1 }),
        chat(5, "five"),
        delete(6, 2),
        chat(7, "seven"),
    ];
    store.append(room.id, &log).await.unwrap();
    store.append(other.id, &[chat(1, "there"), chat(2, "there"), delete(3, 1)]).await.unwrap();
    let pages = async |before, limit| {
        let page = store.messages_before(room.id, Seq(before), limit).await.unwrap();
        (numbers(&page.entries), page.more)
    };
    assert_eq!(pages(100, 10).await, (vec![3, 5, 7], false));
    assert_eq!(pages(100, 3).await, (vec![3, 5, 7], false));
    assert_eq!(pages(100, 2).await, (vec![5, 7], true));
    assert_eq!(pages(5, 2).await, (vec![3], false));
    assert_eq!(pages(3, 2).await, (vec![], false));
    assert_eq!(pages(0, 2).await, (vec![], false));
    assert_eq!(pages(u64::MAX, 1).await, (vec![7], true));
    store.append(room.id, &[delete(8, 7)]).await.unwrap();
    assert_eq!(pages(100, 10).await, (vec![3, 5], false));
    let there = store.messages_before(other.id, Seq(9), 9).await.unwrap();
    assert_eq!(numbers(&there.entries), [2]);
}

/// The audit trail is what staff did, newest first, and nothing of what anybody said.
pub async fn the_audit_trail(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (host, room) = host_and_room(&*store, "evening", 1).await;
    let whom = ParticipantId(77);
    let show = ShowId(5);
    let log = [
        entry(1, Event::Opened),
        chat(2, "two"),
        entry(3, Event::LiveStarted { show }),
        entry(4, Event::LiveInterrupted { show }),
        entry(5, Event::LiveResumed { show }),
        entry(6, Event::Muted { by: host, whom, name: name("梅"), until: at(9) }),
        entry(7, Event::Liked { added: 1, total: 1 }),
        entry(8, Event::Unmuted { by: host, whom }),
        entry(9, Event::Deleted { by: host, author: whom, message: Seq(2) }),
        entry(10, Event::LiveEnded { show }),
    ];
    store.append(room.id, &log).await.unwrap();
    let page = store.audit_before(room.id, Seq(100), 10).await.unwrap();
    assert_eq!((numbers(&page.entries), page.more), (vec![10, 9, 8, 6, 3], false));
    assert_eq!(page.entries[3], log[5]);
    let page = store.audit_before(room.id, Seq(100), 2).await.unwrap();
    assert_eq!((numbers(&page.entries), page.more), (vec![10, 9], true));
    let page = store.audit_before(room.id, Seq(9), 2).await.unwrap();
    assert_eq!((numbers(&page.entries), page.more), (vec![8, 6], true));
    let page = store.audit_before(room.id, Seq(6), 2).await.unwrap();
    assert_eq!((numbers(&page.entries), page.more), (vec![3], false));
}
