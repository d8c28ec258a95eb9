//! Streams that came by another protocol: a viewer sees and hears them as any other's.

mod world;

use std::sync::Arc;
use std::time::Duration;

use media::{Codec, Description, Kind, MediaTime};
use sfu::{Config, Injected, PeerId};
use str0m::format::Codec as PeerCodec;
use world::{ROOM, World};

/// A stream of VP8 and Opus from elsewhere, whose time has nothing to do with the room's.
struct Stream {
    peer: PeerId,
    at: MediaTime,
    frames: u64,
}

fn begin(world: &mut World, from_ms: i64) -> Stream {
    let peer = world.sfu.publish_local(ROOM, world.now);
    Stream { peer, at: MediaTime::from_millis(from_ms), frames: 0 }
}

/// Sends so many frames, 40 ms apart, each with two packets of sound; every tenth is a keyframe.
fn send(world: &mut World, stream: &mut Stream, frames: u64) {
    for _ in 0..frames {
        let keyframe = stream.frames.is_multiple_of(10);
        let picture: Arc<[u8]> = [0x10, u8::from(!keyframe), 0, 0, 0x9d, 0x01, 0x2a].into();
        let packet = |codec, at, marker, payload| Injected {
            description: Description::parse(codec, ""),
            at,
            marker,
            payload,
        };
        let sound = |n: i64| {
            let at = stream.at + MediaTime::from_millis(20 * n);
            packet(Codec::Opus, at, false, [0xfc, stream.frames.to_le_bytes()[0], n.to_le_bytes()[0]].into())
        };
        let packets = vec![packet(Codec::Vp8, stream.at, true, picture), sound(0), sound(1)];
        world.sfu.inject(ROOM, packets, world.now);
        stream.at = stream.at + MediaTime::from_millis(40);
        stream.frames += 1;
        world.run(40);
    }
}

fn steps(world: &World, viewer: usize, kind: Kind) -> Vec<u64> {
    let got: Vec<_> = world.clients[viewer].got.iter().filter(|got| got.kind == kind).collect();
    assert!(got.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "numbers go on by one");
    got.windows(2).map(|pair| pair[1].time - pair[0].time).collect()
}

#[test]
fn a_stream_from_elsewhere_is_seen_and_heard() {
    let mut world = World::new(Config::default());
    let mei = world.viewer(|c| c);
    world.run(200);
    let mut stream = begin(&mut world, 9_000_000);
    send(&mut world, &mut stream, 50);
    assert_eq!(steps(&world, mei, Kind::Video), vec![3_600; 49]);
    assert_eq!(steps(&world, mei, Kind::Audio), vec![960; 99]);
    world.sfu.close(stream.peer, world.now).expect("it is there");
    assert!(world.sfu.close(stream.peer, world.now).is_err(), "once");
    world.run(1_000);
    assert_eq!(world.facts(), ["1 watching", "publisher connected"], "who closes it knows, and tells");
}

#[test]
fn who_joins_late_is_shown_the_group_of_pictures() {
    let mut world = World::new(Config::default());
    let mut stream = begin(&mut world, 0);
    send(&mut world, &mut stream, 19);
    let joined = world.ms();
    let mei = world.viewer(|c| c);
    world.run(200);
    let first = world.clients[mei].video().next().expect("a picture").at_ms - joined;
    assert!(first < 150, "the picture came after {first} ms");
    assert_eq!(world.clients[mei].video().count(), 9, "from the keyframe on");
}

#[test]
fn publishers_of_both_kinds_take_over_from_each_other() {
    let mut world = World::new(Config::default());
    let mei = world.viewer(|c| c);
    world.run(200);
    let camera = world.publisher(|c| c, PeerCodec::Vp8);
    world.run(1_000);
    let mut stream = begin(&mut world, 70_000);
    send(&mut world, &mut stream, 25);
    assert!(world.clients[camera].closed, "the one before was put out");
    let seen = world.clients[mei].video().count();
    world.publisher(|c| c, PeerCodec::Vp8);
    world.run(1_000);
    assert!(!world.sfu.has(stream.peer), "and so is this one");
    send(&mut world, &mut stream, 5);
    assert!(world.clients[mei].video().count() > seen + 20);
    steps(&world, mei, Kind::Video);
    steps(&world, mei, Kind::Audio);
    assert_eq!(
        world.facts(),
        ["1 watching", "publisher connected", "publisher connected", "publisher connected"]
    );
}

#[test]
fn a_stream_that_stops_is_lost_and_found_again() {
    let mut world = World::new(Config::default());
    let mut stream = begin(&mut world, 0);
    send(&mut world, &mut stream, 5);
    world.run(6_000);
    send(&mut world, &mut stream, 5);
    world.sfu.lose(stream.peer).expect("it is there");
    world.run(100);
    assert_eq!(
        world.facts(),
        ["publisher connected", "publisher lost", "publisher connected", "publisher lost"]
    );
    assert!(world.sfu.poll_timeout().is_none_or(|due| due > world.now + Duration::from_millis(1)));
}

#[test]
fn one_that_never_sent_is_not_missed() {
    let mut world = World::new(Config::default());
    let stream = begin(&mut world, 0);
    world.run(10_000);
    world.sfu.lose(stream.peer).expect("it is there");
    world.run(100);
    assert_eq!(world.facts(), Vec::<String>::new());
}

/// Sound in a codec that cannot be forwarded is a sign of life all the same.
#[test]
fn a_stream_of_which_nothing_can_be_forwarded_is_a_show() {
    let mut world = World::new(Config::default());
    let _stream = begin(&mut world, 0);
    for _ in 0..10 {
        world.sfu.inject(ROOM, Vec::new(), world.now);
        world.run(1_000);
    }
    assert_eq!(world.facts(), ["publisher connected"]);
}
