//! Coming in and coming back: nothing is missed and nothing comes twice, whenever it happens.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod world;

use house::{RoomHandle, Welcome};
use model::{ConnectionId, Epoch, Seq, StreamPosition};
use room::Command;
use std::collections::BTreeSet;
use std::time::Duration;
use world::{HOST, World, fly, say, settle, world};

/// A client as it keeps its place: what a welcome and the ticks after it told.
struct Client {
    seen: BTreeSet<u64>,
    position: Option<StreamPosition>,
    /// The next tick it hears.
    ticks_from: usize,
}

impl Client {
    async fn come(&mut self, world: &World, room: &RoomHandle, connection: u64) -> Welcome {
        let welcome = room.join(ConnectionId(connection), None, self.position).await.unwrap();
        // The audience was handed exactly the ticks before the welcome was answered.
        self.ticks_from = world.heard.count();
        assert_eq!(welcome.recovered, self.position.is_some());
        for event in &welcome.events {
            self.see(event);
        }
        self.position = Some(welcome.position);
        welcome
    }

    fn hear(&mut self, world: &World) {
        for tick in world.heard.ticks_from(self.ticks_from) {
            let text = String::from_utf8(tick.frames.to_vec()).unwrap();
            let numbers = text.split(' ').next().unwrap_or("");
            for number in numbers.split(',').filter(|number| !number.is_empty()) {
                self.see(number.as_bytes());
            }
            self.position = Some(tick.position);
        }
    }

    fn see(&mut self, number: &[u8]) {
        let number: u64 = std::str::from_utf8(number).unwrap().parse().unwrap();
        assert!(self.seen.insert(number), "{number} came twice");
    }
}

/// The host talks; a client's line breaks and comes back at every possible moment between two ticks.
#[tokio::test(start_paused = true)]
async fn whenever_a_line_breaks_it_goes_on_where_it_was() {
    for (away_ms, back_ms) in (0..60).step_by(7).flat_map(|a| (0..60).step_by(5).map(move |b| (a, b))) {
        let world = world();
        let room = world.room("one").await;
        let mut client = Client { seen: BTreeSet::new(), position: None, ticks_from: 0 };
        let mut said = BTreeSet::new();
        let mut key = 0;
        for part in 0..4 {
            client.come(&world, &room, 10 + part).await;
            for _ in 0..5 {
                key += 1;
                said.extend(room.send(say(key, "hi")).await.unwrap().seq.map(|seq| seq.0));
                tokio::time::sleep(Duration::from_millis(away_ms / 5 + 1)).await;
            }
            client.hear(&world);
            assert!(room.try_leave(ConnectionId(10 + part)));
            key += 1;
            said.extend(room.send(say(key, "while it was away")).await.unwrap().seq.map(|seq| seq.0));
            tokio::time::sleep(Duration::from_millis(back_ms)).await;
        }
        client.come(&world, &room, 99).await;
        settle().await;
        client.hear(&world);
        assert_eq!(client.seen, said, "away at {away_ms} ms, back at {back_ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_late_sees_recent_talk_and_who_is_too_late_is_told() {
    let world = world();
    let room = world.room("one").await;
    for key in 1..=2_000 {
        room.send(say(key, "hi")).await.unwrap();
    }
    settle().await;
    let late = room.join(ConnectionId(5), None, None).await.unwrap();
    assert_eq!((late.recovered, late.events.len()), (false, 50));
    let last: u64 = std::str::from_utf8(&late.events[49]).unwrap().parse().unwrap();
    assert_eq!((last, late.position.seq), (2_002, Seq(2_002)));
    let from = |epoch, seq| Some(StreamPosition { epoch: Epoch(epoch), seq: Seq(seq) });
    let too_late = room.join(ConnectionId(6), None, from(7, 3)).await.unwrap();
    assert_eq!((too_late.recovered, too_late.events.len()), (false, 50));
    let other_log = room.join(ConnectionId(7), None, from(8, 2_000)).await.unwrap();
    assert!(!other_log.recovered);
    let in_time = room.join(ConnectionId(8), None, from(7, 1_990)).await.unwrap();
    assert_eq!((in_time.recovered, in_time.events.len()), (true, 12));
}

#[tokio::test(start_paused = true)]
async fn who_comes_late_reads_the_danmaku_among_the_recent_talk() {
    let world = world();
    let room = world.room("one").await;
    let mut key = 0;
    let mut speak = async |flies: bool| {
        key += 1;
        let command = if flies { fly(key, "前排") } else { say(key, "hi") };
        room.send(command).await.unwrap().seq.unwrap().0
    };
    let mut said = vec![speak(true).await];
    said.push(speak(false).await);
    said.push(speak(true).await);
    settle().await;
    let numbers = |welcome: &Welcome| -> Vec<u64> {
        welcome.events.iter().map(|event| std::str::from_utf8(event).unwrap().parse().unwrap()).collect()
    };
    let late = room.join(ConnectionId(5), None, None).await.unwrap();
    assert_eq!(numbers(&late), said);
    // A danmaku from before the first chat message would hide that there is older chat.
    let mut said = Vec::new();
    for _ in 0..60 {
        said.push(speak(false).await);
    }
    said.push(speak(true).await);
    settle().await;
    let late = room.join(ConnectionId(6), None, None).await.unwrap();
    assert_eq!(numbers(&late), said[10..]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_is_not_told_to_who_comes_back() {
    let world = world();
    let room = world.room("one").await;
    let before = room.join(ConnectionId(5), None, None).await.unwrap().position;
    let first = room.send(say(1, "oh no")).await.unwrap().seq.unwrap();
    room.send(say(2, "fine")).await.unwrap();
    settle().await;
    room.send(Command::Delete { by: HOST, message: first }).await.unwrap();
    settle().await;
    let back = room.join(ConnectionId(6), None, Some(before)).await.unwrap();
    let events: Vec<&[u8]> = back.events.iter().map(|event| &event[..]).collect();
    assert_eq!(
        (back.recovered, events),
        (true, vec![&b"4"[..], b"5"]),
        "the second message and the deletion"
    );
    let late = room.join(ConnectionId(7), None, None).await.unwrap();
    assert_eq!(late.events, [&b"4"[..]]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_was_opened_anew_still_knows_its_recent_events() {
    let world = world();
    let position = {
        let room = world.room("one").await;
        room.send(say(1, "before")).await.unwrap();
        let welcome = room.join(ConnectionId(5), None, None).await.unwrap();
        room.send(say(2, "after")).await.unwrap();
        assert!(room.try_leave(ConnectionId(1)) && room.try_leave(ConnectionId(5)));
        welcome.position
    };
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(world.registry.count().await, 0);
    let room = world.room("one").await;
    let back = room.join(ConnectionId(6), None, Some(position)).await.unwrap();
    assert_eq!((back.recovered, back.events), (true, vec!["4".into()]));
}
