//! Layers told from end to end, in virtual time: who gets which, and how it changes.

#![allow(clippy::wildcard_enum_match_arm, reason = "only what crosses between loops matters here")]

mod world;

use proptest::prelude::*;
use sfu::{Config, Event, Wish};
use str0m::format::Codec;
use world::{Rung, Shown, World};

fn wish(height_max: u16) -> Wish {
    Wish { height_max: Some(height_max), hidden: false }
}

const HIDDEN: Wish = Wish { height_max: None, hidden: true };

fn three() -> Vec<Rung> {
    vec![Rung::new("1", 360, 4), Rung::new("2", 720, 9), Rung::new("0", 180, 2)]
}

impl World {
    fn wishes(&mut self, viewer: usize, wish: Wish) {
        let peer = self.clients[viewer].peer;
        self.sfu.wish(peer, wish, self.now).expect("a viewer");
    }
}

/// Numbers, times and picture ids go on whatever layer they come from, and each layer begins with a keyframe.
fn check_continuity(shown: &[Shown]) {
    for pair in shown.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let told = format!("{before:?}\n{after:?}");
        assert_eq!(after.first, before.last + 1, "numbers go on by one: {told}");
        assert!(after.time > before.time, "time goes on: {told}");
        let ahead = after.picture.wrapping_sub(before.picture) & 0x7fff;
        let tl0 = after.tl0.wrapping_sub(before.tl0);
        if after.height == before.height && !after.keyframe {
            assert_eq!((ahead, tl0), (1, 1), "pictures go on by one: {told}");
            assert_eq!(after.number, before.number + 1, "none is left out: {told}");
        } else {
            assert!(after.keyframe && after.begins, "another layer begins with a keyframe: {told}");
            assert!((1..=64).contains(&ahead) && (1..=64).contains(&tl0), "pictures go on: {told}");
        }
        // Before the publisher's first reports, a layer stands on the line by when it arrived: at most 100 ms off.
        let steps = i64::from(after.number) - i64::from(before.number);
        // After a rest what is kept is shown at once, nearer to the present than it was.
        if (1..=3).contains(&steps) && after.at_ms < before.at_ms + 150 {
            let jump = (after.time - before.time) as i64 - steps * 3_000;
            assert!(jump.abs() <= 9_000, "time does not jump: {told}");
        }
    }
}

#[test]
fn each_viewer_gets_the_layer_that_fills_its_picture() {
    let mut world = World::new(Config::default());
    world.simulcast(three(), false);
    world.run(500);
    let viewers: Vec<usize> = (0..4).map(|_| world.viewer(|c| c)).collect();
    world.run(500);
    for (viewer, wish) in viewers.iter().zip([wish(1_080), wish(380), wish(100), HIDDEN]) {
        world.wishes(*viewer, wish);
    }
    world.run(1_500);
    let since = world.ms();
    world.run(1_000);
    let heights: Vec<Vec<u16>> = viewers.iter().map(|viewer| world.clients[*viewer].heights(since)).collect();
    assert_eq!(heights, [vec![720], vec![360], vec![180], vec![]]);
    let listener = &world.clients[viewers[3]];
    assert!(listener.audio().filter(|got| got.at_ms >= since).count() > 45, "who sees nothing still hears");
    for viewer in viewers {
        check_continuity(&world.clients[viewer].shown());
    }
}

#[test]
fn a_keyframe_is_asked_of_the_layer_that_needs_it_only() {
    let mut world = World::new(Config::default());
    let host = world.simulcast(three(), false);
    world.clients[host].source.gop = 100_000;
    world.run(3_000);
    let mei = world.viewer(|c| c);
    world.run(1_000);
    let asked =
        |world: &World| -> Vec<u32> { world.clients[host].rungs.iter().map(|rung| rung.asked).collect() };
    let before = asked(&world);
    world.wishes(mei, wish(360));
    world.run(1_000);
    let after = asked(&world);
    assert_eq!(world.clients[mei].heights(0), [720, 360]);
    assert_eq!((after[0] - before[0], after[1], after[2]), (1, before[1], before[2]));
    check_continuity(&world.clients[mei].shown());
}

#[test]
fn a_layer_that_falls_silent_moves_its_viewers_down_within_a_second_and_up_again_later() {
    let mut world = World::new(Config::default());
    let host = world.simulcast(three(), false);
    let mei = world.viewer(|c| c);
    world.run(7_000);
    assert_eq!(world.clients[mei].heights(6_000), [720]);
    world.clients[host].rungs[1].on = false;
    let stopped = world.ms();
    world.run(4_000);
    let shown = world.clients[mei].shown();
    let down =
        shown.iter().find(|shown| shown.at_ms > stopped && shown.height != 720).expect("another layer");
    assert_eq!(down.height, 360);
    assert!(down.at_ms - stopped < 1_000, "after {} ms", down.at_ms - stopped);
    world.clients[host].rungs[1].on = true;
    world.clients[host].rungs[1].keyframe_next = true;
    world.run(7_000);
    assert_eq!(world.clients[mei].heights(world.ms() - 1_000), [720]);
    check_continuity(&world.clients[mei].shown());
}

#[test]
fn layers_that_arrive_late_are_put_on_one_line_of_time() {
    let mut world = World::new(Config::default());
    let mut rungs = three();
    for (rung, ms) in rungs.iter_mut().zip([70, 40, 0]) {
        rung.late = ms * world::MS;
    }
    world.simulcast(rungs, false);
    let mei = world.viewer(|c| c);
    // Until the publisher's reports have come.
    world.run(8_000);
    for height in [180, 360, 720, 180, 720, 360] {
        world.wishes(mei, wish(height));
        world.run(1_500);
    }
    let shown = world.clients[mei].shown();
    check_continuity(&shown);
    // Two layers say the same moment with times that differ by no more than two milliseconds, once what was seen in
    // the layer before has gone by.
    let settled = shown.windows(12).filter(|run| run[0].at_ms > 8_000);
    let settled =
        settled.filter(|run| run.iter().all(|shown| shown.height == run[0].height)).map(|run| run[11]);
    let offsets: Vec<i64> = settled.map(|s| s.time as i64 - i64::from(s.number) * 3_000).collect();
    let (least, most) = (offsets.iter().min().expect("frames"), offsets.iter().max().expect("frames"));
    assert!(most - least <= 2 * 180, "{} ticks apart", most - least);
}

#[test]
fn another_publisher_with_one_layer_goes_on_where_three_were() {
    let mut world = World::new(Config::default());
    world.simulcast(three(), false);
    let mei = world.viewer(|c| c);
    world.run(7_000);
    assert_eq!(world.clients[mei].heights(6_000), [720]);
    let taken = world.ms();
    world.publisher(|c| c, Codec::Vp8);
    world.run(2_000);
    let video: Vec<_> = world.clients[mei].video().collect();
    let after = video.iter().filter(|got| got.at_ms > taken + 500).count();
    assert!(after > 100, "{after} packets of the new publisher");
    assert!(video.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "numbers go on by one");
    assert!(video.windows(2).all(|pair| pair[1].time >= pair[0].time), "time does not go back");
}

#[test]
fn layers_that_nobody_watches_are_paused_and_come_back_at_once() {
    let mut world = World::new(Config::default());
    let host = world.simulcast(three(), true);
    world.run(8_000);
    let on = |world: &World| -> Vec<&str> {
        world.clients[host].rungs.iter().filter(|rung| rung.on).map(|rung| rung.rid).collect()
    };
    assert_eq!(
        on(&world),
        ["0"],
        "the smallest is what everybody begins with: {:?}",
        world.clients[host].told
    );
    let joined = world.ms();
    let mei = world.viewer(|c| c);
    world.run(2_000);
    let shown = world.clients[mei].shown();
    let large = shown.iter().find(|shown| shown.height == 720).expect("the largest comes");
    assert!(large.at_ms - joined < 300, "after {} ms", large.at_ms - joined);
    assert_eq!(shown[0].height, 180);
    check_continuity(&shown);
    world.run(6_000);
    assert_eq!(on(&world), ["2", "0"], "the one between is not watched");
    world.wishes(mei, HIDDEN);
    world.run(6_000);
    assert_eq!(on(&world), ["0"]);
    world.wishes(mei, wish(720));
    let seen_at = world.ms();
    world.run(1_000);
    let back = world.clients[mei].shown().into_iter().find(|shown| shown.at_ms > seen_at).expect("a picture");
    assert!(back.at_ms - seen_at < 100, "something is seen after {} ms", back.at_ms - seen_at);
    assert_eq!(world.clients[mei].heights(world.ms() - 200), [720]);
    check_continuity(&world.clients[mei].shown());
}

#[test]
fn a_publisher_that_cannot_be_told_is_left_alone() {
    let mut world = World::new(Config::default());
    let host = world.simulcast(three(), false);
    world.viewer(|c| c);
    world.run(10_000);
    assert!(world.clients[host].told.is_empty());
    assert!(world.clients[host].rungs.iter().all(|rung| rung.on));
}

#[test]
fn who_packages_the_show_keeps_its_largest_layer_awake() {
    let mut world = World::new(Config::default());
    let host = world.simulcast(three(), true);
    world.run(1_000);
    world.sfu.want_layers(world::ROOM, usize::MAX, 0xff, world.now);
    world.run(9_000);
    assert!(world.clients[host].rungs.iter().all(|rung| rung.on), "{:?}", world.clients[host].told);
    let height = |world: &mut World| {
        let number = world.sfu.largest_layer(world::ROOM);
        let (layers, _) = world.sfu.set_relayed(world::ROOM, true);
        layers.iter().find(|layer| Some(layer.number) == number).map(|layer| layer.height)
    };
    assert_eq!(height(&mut world), Some(720));
    world.clients[host].rungs[1].on = false;
    world.run(1_000);
    assert_eq!(height(&mut world), Some(360));
}

/// Two loops of one house: the publisher is on one, the viewers on the other. Lets so much time pass on both.
fn run_both(here: &mut World, there: &mut World, ms: u64) {
    for _ in 0..ms / 10 {
        for (_, event) in std::mem::take(&mut here.events) {
            match event {
                Event::Layers { room, layers } => there.sfu.learn_layers(room, &layers, there.now),
                Event::Relay { room, packet } => there.sfu.relay(room, &packet, there.now),
                _ => {}
            }
        }
        there.run(10);
        for (_, event) in std::mem::take(&mut there.events) {
            match event {
                Event::LayersWanted { room, wanted } => here.sfu.want_layers(room, 1, wanted, here.now),
                Event::KeyframeWanted { room, layer } => here.sfu.want_keyframe(room, layer, here.now),
                _ => {}
            }
        }
        here.run(10);
    }
}

#[test]
fn a_viewer_on_another_loop_wakes_the_layer_it_wants() {
    let (mut here, mut there) = (World::new(Config::default()), World::new(Config::default()));
    let host = here.simulcast(three(), true);
    here.run(8_000);
    let (layers, kept) = here.sfu.set_relayed(world::ROOM, true);
    here.events.clear();
    there.sfu.learn_layers(world::ROOM, &layers, there.now);
    for packet in kept {
        there.sfu.relay(world::ROOM, &packet, there.now);
    }
    let mei = there.viewer(|c| c);
    run_both(&mut here, &mut there, 2_000);
    assert_eq!(there.clients[mei].heights(0), [180, 720], "{:?}", here.clients[host].told);
    run_both(&mut here, &mut there, 6_000);
    let bob = there.viewer(|c| c);
    there.wishes(mei, HIDDEN);
    there.wishes(bob, wish(360));
    run_both(&mut here, &mut there, 7_000);
    let on: Vec<&str> = here.clients[host].rungs.iter().filter(|rung| rung.on).map(|rung| rung.rid).collect();
    assert_eq!(on, ["1", "0"], "{:?}", here.clients[host].told);
    let since = there.ms() - 1_000;
    assert_eq!((there.clients[mei].heights(since), there.clients[bob].heights(since)), (vec![], vec![360]));
    check_continuity(&there.clients[mei].shown());
    check_continuity(&there.clients[bob].shown());
}

/// What a viewer's page may come to wish.
fn any_wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        Just(wish(180)),
        Just(wish(360)),
        Just(wish(720)),
        Just(HIDDEN),
        Just(Wish { height_max: None, hidden: false }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_wished_the_picture_goes_on(
        wishes in proptest::collection::vec((any_wish(), 20u64..1_500), 1..14),
        late in proptest::collection::vec(0u32..80, 3),
        gop in prop_oneof![Just(30u32), Just(60), Just(100_000)],
        listens: bool,
        answers_pli: bool,
    ) {
        let mut world = World::new(Config::default());
        let mut rungs = three();
        for (rung, ms) in rungs.iter_mut().zip(late) {
            rung.late = ms * world::MS;
        }
        let host = world.simulcast(rungs, listens);
        world.clients[host].source.gop = gop;
        world.clients[host].answers_pli = answers_pli;
        world.run(700);
        let mei = world.viewer(|c| c);
        for (wish, ms) in wishes {
            world.run(ms);
            world.wishes(mei, wish);
        }
        world.run(1_000);
        check_continuity(&world.clients[mei].shown());
    }
}
