//! Times that are not what they should be.

use hls::Notice;
use media::Kind;

use crate::world::{PICTURE, USUAL, World, frames, ms};

#[test]
fn a_line_of_time_may_begin_anywhere() {
    for begins in [-10_000_000, -1, 0, 1 << 40] {
        let mut world = World::new();
        world.theirs = ms(begins);
        world.sends(USUAL, 7_000);
        assert_eq!(world.segments(Kind::Video), ["2000", "2000", "2000"]);
        world.keeps_the_rules();
    }
}

#[test]
fn times_that_jump_begin_again_after_a_discontinuity() {
    for jump in [3_600_000, -3_600_000, -2_000] {
        let mut world = World::new();
        world.sends(USUAL, 5_000);
        world.theirs = world.theirs + ms(jump);
        world.sends(USUAL, 5_000);
        let video = world.segments(Kind::Video);
        assert!(video.iter().any(|segment| segment.ends_with("discontinuity")), "{video:?}");
        assert!(world.notices.contains(&Notice::TimesJumped(Kind::Video)), "{:?}", world.notices);
        world.keeps_the_rules();
    }
}

#[test]
fn a_slip_of_the_encoder_is_mended() {
    let mut world = World::new();
    for (n, (at, kind, keyframe)) in frames(USUAL, 9_000).into_iter().enumerate() {
        // Every fiftieth frame comes with the time of an earlier one.
        let slip = if n % 50 == 49 { ms(100) } else { ms(0) };
        world.frame(kind, at - slip, keyframe, world.wall_ms + at.as_millis());
    }
    world.keeps_the_rules();
    assert_eq!(world.notices, []);
    assert_eq!(world.segments(Kind::Video).len(), 4);
}

#[test]
fn sound_and_picture_drift_apart_for_three_hours() {
    let mut world = World::new();
    // Two hundred parts in a million, as between two bad clocks, in steps of a minute; ten seconds of each are sent.
    for (at, kind, keyframe) in frames(USUAL, 400_000) {
        let drifted = if kind == Kind::Audio { media::MediaTime(at.0 + at.0 / 200) } else { at };
        world.frame(kind, drifted, keyframe, world.wall_ms + at.as_millis());
    }
    world.keeps_the_rules();
    let video = world.rendition(Kind::Video).edge().0;
    let sound = world.rendition(Kind::Audio).edge().0;
    assert!(video.abs_diff(sound) <= 1, "{video} and {sound}");
}

#[test]
fn sound_on_a_line_of_its_own_is_put_beside_its_picture() {
    let mut world = World::new();
    for (at, kind, keyframe) in frames(USUAL, 10_000) {
        let theirs = if kind == Kind::Audio { at + ms(1_000_000) } else { at };
        world.frame(kind, theirs, keyframe, world.wall_ms + at.as_millis());
    }
    world.keeps_the_rules();
    let edges = [Kind::Video, Kind::Audio].map(|kind| world.rendition(kind).edge().0);
    assert!(edges[0].abs_diff(edges[1]) <= 1, "{edges:?}");
}

#[test]
fn sound_whose_line_of_time_jumps_goes_on() {
    let mut world = World::new();
    world.sends(USUAL, 5_000);
    for (at, kind, keyframe) in frames(USUAL, 6_000) {
        let jump = if kind == Kind::Audio { ms(-50_000) } else { ms(0) };
        world.frame(kind, world.theirs + at + jump, keyframe, world.wall_ms + at.as_millis());
    }
    world.keeps_the_rules();
    assert_eq!(world.notices, [Notice::TimesJumped(Kind::Audio)]);
    assert!(world.segments(Kind::Audio).iter().all(|segment| !segment.contains("gap")));
}

#[test]
fn a_picture_that_freezes_and_goes_on() {
    let mut world = World::new();
    world.sends(PICTURE, 5_000);
    // Shorter than anybody would mark it, and then long enough for a gap.
    world.passes(1_500);
    world.sends(PICTURE, 5_000);
    world.passes(9_000);
    world.sends(PICTURE, 5_000);
    world.keeps_the_rules();
    let video = world.segments(Kind::Video);
    assert!(video.iter().any(|segment| segment.contains("gap")), "{video:?}");
    assert!(video.iter().any(|segment| segment.contains("discontinuity")), "{video:?}");
}
