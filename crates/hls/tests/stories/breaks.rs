//! Publishers that go and return, others that take over, and configurations that change.

use hls::{Fetch, File, Notice};
use media::{Kind, MediaTime};

use crate::world::{SOUND, USUAL, World, frames, ms, picture};

#[test]
fn a_publisher_that_returns_goes_on_with_the_same_programme() {
    let mut world = World::new();
    world.sends(USUAL, 5_000);
    world.interrupt();
    let before = world.rendition(Kind::Video).edge().0;
    world.passes(10_000);
    // Meanwhile what is missing is marked as missing, so that players know that the show goes on.
    assert!(world.rendition(Kind::Video).edge().0 > before + 2);
    world.theirs = ms(77);
    world.sends(USUAL, 5_000);
    world.end();
    world.keeps_the_rules();
    let video = world.segments(Kind::Video);
    assert_eq!(
        video,
        ["2000", "2000", "1000", "3000 gap", "3000 gap", "3000 gap", "2000 discontinuity", "2000", "1000"]
    );
    assert_eq!(world.segments(Kind::Audio).len(), video.len());
}

#[test]
fn another_resolution_needs_another_initialization() {
    let mut world = World::new();
    world.sends(USUAL, 5_000);
    world.packager.configure(picture(640, 360));
    world.sends(USUAL, 5_000);
    world.keeps_the_rules();
    let media = world.media(Kind::Video);
    let maps: Vec<&str> = media.segments.iter().filter_map(|segment| segment.map.as_deref()).collect();
    assert_eq!((maps[0], *maps.last().unwrap()), ("v-i0.mp4", "v-i1.mp4"));
    let changed = media.segments.iter().position(|segment| segment.discontinuity).unwrap();
    let sound = world.media(Kind::Audio);
    assert!(sound.segments[changed].discontinuity, "all renditions count discontinuities alike");
    assert_eq!(sound.segments[changed].map.as_deref(), Some("a-i0.mp4"), "nothing changed about sound");
    let rendition = world.rendition(Kind::Video);
    let init = |number| rendition.fetch(File::Init(Kind::Video, number));
    assert!(matches!((init(0), init(1)), (Fetch::Ready(a), Fetch::Ready(b)) if a != b));
    assert_eq!(init(2), Fetch::Gone);
}

#[test]
fn the_same_configuration_again_is_no_news() {
    let mut world = World::new();
    world.sends(USUAL, 5_000);
    world.packager.configure(picture(640, 360));
    world.packager.configure(picture(1280, 720));
    world.sends(USUAL, 5_000);
    world.keeps_the_rules();
    assert!(world.media(Kind::Video).segments.iter().all(|segment| !segment.discontinuity));
}

#[test]
fn sound_that_falls_silent_is_marked_and_comes_back() {
    let mut world = World::new();
    world.sends(USUAL, 6_000);
    world.sends(crate::world::PICTURE, 12_000);
    world.sends(USUAL, 8_000);
    world.keeps_the_rules();
    assert_eq!(world.notices, [Notice::Silent(Kind::Audio)]);
    let sound = world.segments(Kind::Audio);
    assert!(sound.iter().filter(|segment| segment.contains("gap")).count() >= 4, "{sound:?}");
    assert!(!sound.last().unwrap().contains("gap"), "{sound:?}");
    assert!(world.segments(Kind::Video).iter().all(|segment| segment == "2000"));
}

#[test]
fn a_picture_that_stops_does_not_hold_the_sound() {
    let mut world = World::new();
    world.sends(USUAL, 6_000);
    world.sends(SOUND, 12_000);
    world.sends(USUAL, 8_000);
    world.keeps_the_rules();
    assert!(world.notices.contains(&Notice::Silent(Kind::Video)), "{:?}", world.notices);
    let edges = [Kind::Video, Kind::Audio].map(|kind| world.rendition(kind).edge().0);
    assert!(edges[0].abs_diff(edges[1]) <= 1, "{edges:?}");
    assert!(!world.segments(Kind::Video).last().unwrap().contains("gap"));
}

#[test]
fn late_sound_is_waited_for_a_moment() {
    let mut world = World::new();
    // Sound comes 900 ms after its picture, all the time.
    let mut all = frames(USUAL, 12_000);
    all.sort_by_key(|(at, kind, _)| *at + if *kind == Kind::Audio { ms(900) } else { ms(0) });
    for (at, kind, keyframe) in all {
        let came = at.as_millis() + if kind == Kind::Audio { 900 } else { 0 };
        world.frame(kind, at, keyframe, world.wall_ms + came);
    }
    world.keeps_the_rules();
    assert_eq!(world.notices, []);
    assert!(world.segments(Kind::Audio).iter().all(|segment| !segment.contains("gap")));
}

#[test]
fn a_kind_that_joins_needs_a_new_programme() {
    let mut world = World::new();
    world.sends(crate::world::PICTURE, 6_000);
    world.sends(USUAL, 4_000);
    assert_eq!(world.notices, [Notice::Joined(Kind::Audio)]);
    assert_eq!(world.packager.kinds(), [Kind::Video]);
    world.keeps_the_rules();
}

#[test]
fn what_never_began_can_end() {
    let mut world = World::new();
    world.interrupt();
    world.end();
    assert!(world.packager.multivariant().is_none());
    assert!(world.packager.poll_timeout().is_none());
    let mut world = World::new();
    world.sends(USUAL, 500);
    world.interrupt();
    world.theirs = MediaTime::ZERO;
    world.sends(USUAL, 5_000);
    world.keeps_the_rules();
    assert_eq!(world.segments(Kind::Video), ["2000", "2000"]);
}
