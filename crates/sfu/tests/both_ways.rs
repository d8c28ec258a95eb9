//! The broadcast way and the viewers' own state machines send the same packets, whatever happens in the room.

mod world;

use media::Kind;
use proptest::prelude::*;
use sfu::Config;
use str0m::format::Codec;
use world::World;

/// What may happen in a room.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Pass { ms: u64 },
    Join { red: bool },
    WishKeyframe { viewer: usize },
    Lose { thousandths: u64 },
    GopOf { frames: u32 },
    PublisherLeaves,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        4 => (1u64..1_200).prop_map(|ms| Turn::Pass { ms }),
        2 => any::<bool>().prop_map(|red| Turn::Join { red }),
        1 => (0usize..4).prop_map(|viewer| Turn::WishKeyframe { viewer }),
        2 => (0u64..120).prop_map(|thousandths| Turn::Lose { thousandths }),
        1 => (5u32..200).prop_map(|frames| Turn::GopOf { frames }),
        1 => Just(Turn::PublisherLeaves),
    ];
    proptest::collection::vec(turn, 3..12)
}

/// A packet as a viewer was sent it for the first time, by its header, which is not encrypted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    pt: u8,
    seq: u16,
    time: u32,
    marker: bool,
    bytes: usize,
}

/// What each viewer was sent of sound and picture, each in its order, and what it has in the end. Between the two
/// there is no order: a state machine lets sound go first.
#[derive(Debug, PartialEq, Eq)]
struct Show {
    sent: Vec<Vec<Sent>>,
    got: Vec<Vec<Got>>,
}

/// A packet as a viewer has it, lost or not on the first try.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Got {
    picture: bool,
    seq: u64,
    pt: u8,
    time: u64,
    marker: bool,
    payload: Vec<u8>,
}

fn show(config: Config, codec: Codec, turns: &[Turn]) -> (Show, u64) {
    let mut world = World::new(config);
    world.lost_by_number = true;
    world.watched = Some(Vec::new());
    let host = world.publisher(|c| c.enable_opus(true, true), codec);
    world.clients[host].source.red = true;
    world.run(300);
    let mut viewers = vec![world.viewer(|c| c.enable_opus(true, true))];
    for turn in turns {
        match *turn {
            Turn::Pass { ms } => world.run(ms),
            Turn::Join { red } => viewers.push(world.viewer(|c| c.enable_opus(true, red))),
            Turn::WishKeyframe { viewer } => world.ask_keyframe(viewers[viewer % viewers.len()]),
            Turn::Lose { thousandths } => world.loss = thousandths,
            Turn::GopOf { frames } => world.clients[host].source.gop = frames,
            Turn::PublisherLeaves => world.clients[host].source.on ^= true,
        }
    }
    world.loss = 0;
    world.run(1_500);
    let (mut sent, mut got) = (Vec::new(), Vec::new());
    for viewer in viewers {
        let client = &world.clients[viewer];
        let (resends, to) = (client.resend_types(), client.addr);
        let watched = world.watched.iter().flatten();
        let datagrams = watched.filter(|(at, datagram)| *at == to && world::is_media(datagram));
        let firsts = datagrams.map(|(_, datagram)| Sent {
            pt: datagram[1] & 0x7f,
            seq: u16::from_be_bytes([datagram[2], datagram[3]]),
            time: u32::from_be_bytes([datagram[4], datagram[5], datagram[6], datagram[7]]),
            marker: datagram[1] >> 7 == 1,
            bytes: datagram.len(),
        });
        let (audio, video): (Vec<Sent>, Vec<Sent>) =
            firsts.filter(|sent| !resends.contains(&sent.pt)).partition(|sent| [63, 111].contains(&sent.pt));
        sent.extend([audio, video]);
        let packets = client.got.iter().map(|got| Got {
            picture: got.kind == Kind::Video,
            seq: got.seq,
            pt: got.pt,
            time: got.time,
            marker: got.marker,
            payload: got.payload.to_vec(),
        });
        let mut packets: Vec<Got> = packets.collect();
        packets.sort();
        got.push(packets);
    }
    (Show { sent, got }, world.dropped)
}

fn check(codec: Codec, turns: &[Turn]) -> Result<u64, TestCaseError> {
    // Without an estimate a state machine sends no padding of its own.
    let own = Config { fast: false, estimate: false, ..Config::default() };
    // What is mended ahead differs: only the broadcast way knows how.
    let broadcast = Config { repair_ahead: false, ..Config::default() };
    let (broadcast, dropped) = show(broadcast, codec, turns);
    let (own, _) = show(own, codec, turns);
    for (stream, (left, right)) in broadcast.sent.iter().zip(&own.sent).enumerate() {
        let differs = left.iter().zip(right).position(|(left, right)| left != right);
        if let Some(at) = differs {
            let around = at.saturating_sub(2)..at + 3;
            prop_assert!(
                false,
                "stream {stream}, packet {at}: {:#?} or {:#?}",
                left.get(around.clone()),
                right.get(around)
            );
        }
        prop_assert_eq!(left.len(), right.len());
    }
    for (viewer, (left, right)) in broadcast.got.iter().zip(&own.got).enumerate() {
        let lacks = |these: &[Got], those: &[Got]| -> Vec<String> {
            let missing = these.iter().filter(|got| !those.contains(got));
            missing.map(|got| format!("picture {}, {} at {}", got.picture, got.seq, got.time)).collect()
        };
        let (more, less) = (lacks(left, right), lacks(right, left));
        prop_assert!(
            left == right,
            "viewer {viewer}: the broadcast way gave {more:?} more and {less:?} less"
        );
    }
    Ok(dropped)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_send_the_same_packets(
        turns in turns(),
        codec in prop_oneof![Just(Codec::Vp8), Just(Codec::H264)],
    ) {
        check(codec, &turns)?;
    }
}

#[test]
fn one_long_lossy_show_is_the_same_both_ways() {
    let story = [
        Turn::Lose { thousandths: 50 },
        Turn::Pass { ms: 2_000 },
        Turn::Join { red: false },
        Turn::Pass { ms: 2_000 },
        Turn::WishKeyframe { viewer: 1 },
        Turn::Pass { ms: 2_000 },
    ];
    let dropped = check(Codec::Vp8, &story).expect("the same");
    assert!(dropped > 50, "{dropped}");
}

#[test]
fn a_loss_among_what_is_older_than_two_seconds_is_mended_for_who_joins() {
    let story = [
        Turn::GopOf { frames: 77 },
        Turn::Pass { ms: 1_744 },
        Turn::Lose { thousandths: 61 },
        Turn::Join { red: true },
        Turn::Pass { ms: 612 },
    ];
    check(Codec::H264, &story).expect("the same");
}
