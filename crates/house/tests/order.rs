//! Written, then shown, then answered; and what happens when one of the three fails.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod world;

use house::{INBOX_MAX, OpenError, Reply, SendError};
use model::{ClientKey, ConnectionId, RoomSlug, Seq, ShowId};
use room::{Access, Command, Event, Live};
use std::time::Duration;
use world::{Disk, HOST, World, say, settle, who, world};

/// Puts a command to the room and writes down how it is answered.
fn put(world: &World, room: &house::RoomHandle, command: Command) {
    let transcript = world.transcript.clone();
    room.try_send(
        command,
        Reply::call(move |result: Result<house::Done, _>| {
            transcript.tell(match result {
                Ok(done) => format!("answered {:?}", done.seq.map(|seq| seq.0)),
                Err(error) => format!("answered {error:?}"),
            });
        }),
    );
}

#[tokio::test(start_paused = true)]
async fn written_then_shown_then_answered() {
    let world = world();
    let room = world.room("one").await;
    room.send(say(1, "hi")).await.unwrap();
    put(&world, &room, say(2, "there"));
    settle().await;
    let told = world.transcript.take();
    assert_eq!(
        told,
        [
            "room 1 appended 3..=3",
            "room 1 shown 3",
            // The second message is within the tick of the first: it is written and answered, and shown 50 ms later.
            "room 1 appended 4..=4",
            "answered Some(4)",
            "room 1 shown 4",
        ]
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    put(&world, &room, say(3, "a lone message"));
    settle().await;
    assert_eq!(world.transcript.take(), ["room 1 appended 5..=5", "room 1 shown 5", "answered Some(5)"]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_the_disk_is_busy_is_one_batch() {
    let world = world();
    let room = world.room("one").await;
    let busy = world.log.gate.acquire_many(100).await.unwrap();
    put(&world, &room, say(1, "first"));
    settle().await;
    for key in 2..=5 {
        put(&world, &room, say(key, "more"));
    }
    put(&world, &room, say(6, " "));
    settle().await;
    assert_eq!(world.transcript.take(), [""; 0], "nothing is shown or answered before it is written");
    drop(busy);
    settle().await;
    assert_eq!(
        world.transcript.take(),
        [
            "room 1 appended 3..=3",
            "room 1 shown 3",
            "answered Some(3)",
            "room 1 appended 4..=7",
            "answered Some(4)",
            "answered Some(5)",
            "answered Some(6)",
            "answered Some(7)",
            "answered Refused(EmptyText)",
            "room 1 shown 4,5,6,7",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_room_writes_what_comes_within_a_hundredth_of_a_second_as_one_batch() {
    let world = world();
    let room = world.room("one").await;
    for key in 1..=4 {
        put(&world, &room, say(key, "so many words"));
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    settle().await;
    let told = world.transcript.take();
    let written: Vec<_> = told.iter().filter(|line| line.contains("appended")).collect();
    assert_eq!(written, ["room 1 appended 3..=3", "room 1 appended 4..=6"], "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn likes_are_answered_when_they_are_written() {
    let world = world();
    let room = world.room("one").await;
    for key in [1, 2, 2] {
        put(&world, &room, Command::Like { by: HOST, key: ClientKey(key), count: 3 });
    }
    settle().await;
    let told = world.transcript.take();
    assert_eq!(
        told,
        ["room 1 appended 3..=3", "room 1 shown  1 here", "answered None", "answered None", "answered None"]
    );
    assert_eq!(room.view().likes, 6);
    // Said again, it adds nothing, and the answer does not wait for somebody else's like.
    put(&world, &room, Command::Like { by: HOST, key: ClientKey(2), count: 3 });
    settle().await;
    assert_eq!(world.transcript.take(), ["answered None"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_to_all_and_the_room_is_read_anew() {
    let world = world();
    let room = world.room("one").await;
    room.send(Command::PublisherConnected { show: ShowId(9) }).await.unwrap();
    world.transcript.take();
    world.log.set(Disk::Full);
    put(&world, &room, say(1, "lost"));
    put(&world, &room, say(2, " "));
    settle().await;
    put(&world, &room, say(3, "meanwhile"));
    settle().await;
    assert_eq!(
        world.transcript.take(),
        [
            "answered Unavailable",
            "answered Unavailable",
            "room 1 closes its lines: Fault",
            "answered Unavailable"
        ]
    );
    world.log.set(Disk::Works);
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.transcript.take();
    // Those who come back find a room that goes on: the show's publisher never left.
    let welcome = room.join(ConnectionId(2), Some(world::host()), None).await.unwrap();
    assert!(matches!(welcome.view.live, Live::On { show: ShowId(9), .. }), "{:?}", welcome.view.live);
    put(&world, &room, say(1, "lost"));
    settle().await;
    let said = world.log.entries(1).into_iter().filter(|entry| matches!(entry.event, Event::Said { .. }));
    assert_eq!(said.count(), 1);
}

/// A disk that was full for a moment, and long enough after it that the room has been read anew.
async fn stumble(world: &World, room: &house::RoomHandle) {
    world.log.set(Disk::Full);
    assert_eq!(room.send(say(77, "lost")).await.err(), Some(SendError::Unavailable));
    world.log.set(Disk::Works);
    tokio::time::sleep(Duration::from_secs(10)).await;
}

fn shows_started(world: &World) -> Vec<ShowId> {
    let started = |event| if let Event::LiveStarted { show } = event { Some(show) } else { None };
    world.log.entries(1).into_iter().filter_map(|entry| started(entry.event)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_show_the_host_ended_stays_ended_when_the_room_is_read_anew() {
    let world = world();
    let room = world.room("one").await;
    room.send(Command::PublisherConnected { show: ShowId(9) }).await.unwrap();
    room.send(Command::EndLive { by: Some(HOST) }).await.unwrap();
    stumble(&world, &room).await;
    assert_eq!(room.view().live, Live::Off);
    assert_eq!(shows_started(&world), [ShowId(9)], "and never again");
}

#[tokio::test(start_paused = true)]
async fn a_show_that_begins_in_the_moment_the_one_before_ends_outlives_the_reading_anew() {
    let world = world();
    let room = world.room("one").await;
    room.send(Command::PublisherConnected { show: ShowId(9) }).await.unwrap();
    // Both are in the inbox before the room looks: one batch.
    put(&world, &room, Command::EndLive { by: Some(HOST) });
    put(&world, &room, Command::PublisherConnected { show: ShowId(10) });
    settle().await;
    stumble(&world, &room).await;
    assert!(matches!(room.view().live, Live::On { show: ShowId(10), .. }), "{:?}", room.view().live);
    assert_eq!(shows_started(&world), [ShowId(9), ShowId(10)]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_counts_once_when_it_is_said_again() {
    let world = world();
    let room = world.room("one").await;
    world.log.set(Disk::AnswerLost);
    put(&world, &room, say(1, "was it written?"));
    settle().await;
    world.log.set(Disk::Works);
    tokio::time::sleep(Duration::from_secs(10)).await;
    room.join(ConnectionId(2), Some(world::host()), None).await.unwrap();
    world.transcript.take();
    let done = room.send(say(1, "was it written?")).await.unwrap();
    assert_eq!(done.entry.map(|entry| entry.seq), Some(Seq(3)), "the first time");
    let said = world.log.entries(1).into_iter().filter(|entry| matches!(entry.event, Event::Said { .. }));
    assert_eq!(said.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_fails_is_read_anew_and_the_others_do_not_notice() {
    let world = world();
    let (one, two) = (world.room("one").await, world.room("two").await);
    put(&world, &one, say(1, "boom"));
    put(&world, &two, say(1, "calm"));
    settle().await;
    let mut told = world.transcript.take();
    told.sort();
    assert_eq!(
        told,
        [
            "answered Some(3)",
            "answered Unavailable",
            "room 1 appended 3..=3",
            "room 1 closes its lines: Fault",
            "room 2 appended 3..=3",
            "room 2 shown 3",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_inbox_says_busy() {
    let world = world();
    let room = world.room("one").await;
    let busy = world.log.gate.acquire_many(100).await.unwrap();
    put(&world, &room, say(1, "first"));
    settle().await;
    for key in 0..INBOX_MAX as u64 {
        put(&world, &room, say(100 + key, "more"));
    }
    assert_eq!(world.transcript.take(), [""; 0]);
    put(&world, &room, say(9_999, "one too many"));
    assert_eq!(world.transcript.take(), ["answered Busy"]);
    assert!(!room.try_leave(ConnectionId(1)), "and leaving has to be said again");
    drop(busy);
    settle().await;
    assert!(room.try_leave(ConnectionId(1)));
}

#[tokio::test(start_paused = true)]
async fn who_is_banned_is_put_out_and_a_closed_door_is_for_all() {
    let world = world();
    let room = world.room("one").await;
    room.join(ConnectionId(2), Some(who(2, "Mei")), None).await.unwrap();
    settle().await;
    world.transcript.take();
    room.send(Command::Ban { by: HOST, whom: who(2, "Mei").id, lasting: None }).await.unwrap();
    settle().await;
    assert_eq!(
        world.transcript.take(),
        ["room 1 appended 4..=5", "room 1 shown 4 1 here", "room 1 puts out 2: Banned"]
    );
    let back = room.join(ConnectionId(3), Some(who(2, "Mei")), None).await;
    assert!(matches!(back, Err(SendError::Refused(_))));
    for _ in 0..2 {
        let by_key = Some(Access::ByKey);
        let command = Command::Configure { by: HOST, title: None, access: by_key, danmaku: None };
        room.send(command).await.unwrap();
        settle().await;
    }
    let told = world.transcript.take();
    assert_eq!(told.iter().filter(|line| line.contains("closes its lines: Reenter")).count(), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_room_nobody_needs_is_closed_and_opens_where_it_was() {
    let world = world();
    let room = world.room("one").await;
    room.send(say(1, "hi")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(world.registry.count().await, 1, "the host is there");
    assert!(room.try_leave(ConnectionId(1)));
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(world.registry.count().await, 1, "somebody holds it");
    drop(room);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(world.registry.count().await, 0);
    let room = world.room("one").await;
    let done = room.send(say(1, "hi")).await.unwrap();
    assert_eq!(done.seq, Some(Seq(3)), "said before it was closed");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_does_what_it_was_told_first() {
    let world = world();
    let room = world.room("one").await;
    put(&world, &room, say(1, "last words"));
    world.registry.shutdown().await;
    assert_eq!(
        world.transcript.take(),
        ["room 1 appended 3..=3", "room 1 shown 3", "answered Some(3)", "room 1 closes its lines: Restart"]
    );
    assert_eq!(room.send(say(2, "too late")).await.map(|_| ()), Err(SendError::Closed));
    let again = world.registry.open(&RoomSlug::parse("one").unwrap()).await;
    assert!(matches!(again, Err(OpenError::Closed)));
}
