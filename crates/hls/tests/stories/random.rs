//! Shows that nobody thought of: whatever a publisher does, the rules hold.

use hls::{Packager, Settings};
use media::{Kind, MediaTime};
use proptest::prelude::*;

use crate::world::{PICTURE, SOUND, Source, USUAL, World, frames, ms, picture, sound};

/// What a publisher does next.
#[derive(Debug, Clone)]
enum Deed {
    Sends(Source, i64),
    Interrupts,
    Freezes(i64),
    Jumps(i64),
    Resizes(u32),
    /// Frames at times of their own, every so often a keyframe.
    Wanders(Vec<(i64, bool, bool)>),
}

fn source() -> impl Strategy<Value = Source> {
    let rate = prop::sample::select(vec![(60, 1), (30, 1), (30_000, 1_001), (25, 1), (12, 1), (5, 1)]);
    let usual = (rate, prop::sample::select(vec![500, 1_000, 2_000, 2_350, 4_000, 9_000]))
        .prop_map(|(rate, gop_ms)| Source { rate: Some(rate), gop_ms, sound: true });
    prop_oneof![6 => usual, 1 => Just(USUAL), 1 => Just(PICTURE), 1 => Just(SOUND)]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (source(), 200..12_000i64).prop_map(|(source, ms)| Deed::Sends(source, ms)),
        1 => Just(Deed::Interrupts),
        2 => (0..20_000i64).prop_map(Deed::Freezes),
        1 => prop_oneof![-100_000..100_000i64, -1_500..1_500i64, Just(1i64 << 41)].prop_map(Deed::Jumps),
        1 => (1..5u32).prop_map(Deed::Resizes),
        1 => prop::collection::vec((0..1_500i64, any::<bool>(), any::<bool>()), 1..40).prop_map(Deed::Wanders),
    ]
}

fn perform(world: &mut World, deed: Deed) {
    match deed {
        Deed::Sends(source, for_ms) => world.sends(source, for_ms),
        Deed::Interrupts => world.interrupt(),
        Deed::Freezes(for_ms) => world.passes(for_ms),
        Deed::Jumps(by) => world.theirs = world.theirs + ms(by),
        Deed::Resizes(by) => world.packager.configure(picture(320 * by, 180 * by)),
        Deed::Wanders(steps) => {
            for (step, keyframe, is_sound) in steps {
                let kind = if is_sound { Kind::Audio } else { Kind::Video };
                world.frame(kind, world.theirs, keyframe || is_sound, world.wall_ms);
                world.passes(step);
            }
        }
    }
}

fn show(deeds: Vec<Deed>, window_ms: i64, kinds: (bool, bool)) -> World {
    let mut packager =
        Packager::new("show".into(), Settings { window: ms(window_ms), ..Settings::default() });
    if kinds.0 {
        packager.configure(picture(1280, 720));
    }
    if kinds.1 {
        packager.configure(sound());
    }
    let mut world = World::of(packager);
    deeds.into_iter().for_each(|deed| perform(&mut world, deed));
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_a_publisher_does(
        deeds in prop::collection::vec(deed(), 1..14),
        window_ms in prop::sample::select(vec![12_000, 30_000, 600_000]),
        kinds in prop::sample::select(vec![(true, true), (true, false), (false, true)]),
    ) {
        let mut world = show(deeds, window_ms, kinds);
        world.end();
        prop_assert_eq!(world.checker.findings(), Vec::<String>::new());
        prop_assert_eq!(world.plain.findings(), Vec::<String>::new());
    }

    #[test]
    fn the_same_show_is_packaged_the_same_way(deeds in prop::collection::vec(deed(), 1..5)) {
        let all = |world: &World| {
            [Kind::Video, Kind::Audio].map(|kind| {
                let rendition = world.packager.rendition(kind)?;
                Some((crate::world::text(&rendition, false), rendition.edge(), rendition.weight()))
            })
        };
        let (one, other) = (show(deeds.clone(), 30_000, (true, true)), show(deeds, 30_000, (true, true)));
        prop_assert_eq!(all(&one), all(&other));
    }
}

/// What a running server is checked with, too.
#[test]
fn a_show_with_a_return_and_another_resolution() {
    let mut world = World::with(Settings { window: ms(60_000), ..Settings::default() });
    world.sends(USUAL, 200_000);
    world.interrupt();
    world.passes(4_200);
    world.theirs = MediaTime::ZERO;
    world.sends(USUAL, 200_000);
    world.packager.configure(picture(640, 360));
    world.sends(USUAL, 200_000);
    world.end();
    world.keeps_the_rules();
    assert!(world.checker.seen > 4_500, "{}", world.checker.seen);
    assert_eq!(frames(USUAL, 1_000).len(), 30 + 46);
}
