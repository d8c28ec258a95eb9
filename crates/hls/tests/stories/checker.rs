//! The checker itself: what it must not let pass.

use crate::rules::{Checker, Media};
use crate::world::{USUAL, World, text};
use media::Kind;

fn playlist() -> String {
    let mut world = World::new();
    world.sends(USUAL, 9_050);
    text(&world.rendition(Kind::Video), false)
}

/// Changes the playlist and expects a finding that holds these words.
#[track_caller]
fn check(change: impl Fn(String) -> String, words: &str) {
    let mut checker = Checker::default();
    checker.playlist("video.m3u8", &change(playlist()), 0);
    let findings = checker.findings();
    assert!(findings.iter().any(|finding| finding.contains(words)), "{words}: {findings:?}");
}

/// Serves the playlist, then the changed one.
#[track_caller]
fn check_next(change: impl Fn(String) -> String, words: &str) {
    let mut checker = Checker::default();
    checker.playlist("video.m3u8", &playlist(), 0);
    checker.playlist("video.m3u8", &change(playlist()), 0);
    let findings = checker.findings();
    assert!(findings.iter().any(|finding| finding.contains(words)), "{words}: {findings:?}");
}

fn replace(from: &'static str, to: &'static str) -> impl Fn(String) -> String {
    move |text| {
        assert!(text.contains(from), "{from} is not in it");
        text.replacen(from, to, 1)
    }
}

#[test]
fn a_good_playlist_passes() {
    let mut checker = Checker::default();
    checker.playlist("video.m3u8", &playlist(), 0);
    checker.playlist("video.m3u8", &playlist(), 0);
    assert_eq!(checker.findings(), Vec::<String>::new());
    assert!(Media::parse(&playlist()).unwrap().parts_total() > 4);
}

#[test]
fn what_is_wrong_in_one_is_found() {
    check(replace("#EXTM3U", "#EXTM3"), "does not begin");
    check(replace("VERSION:9", "VERSION:5"), "version 5");
    check(replace("TARGETDURATION:3", "TARGETDURATION:1"), "longer than the target");
    check(replace("PART-TARGET=0.50500", "PART-TARGET=0.40000"), "longer than the part target");
    check(replace("DURATION=0.50000,URI=\"v-p0.m4s\"", "DURATION=0.40000,URI=\"v-p0.m4s\""), "under 85");
    check(replace("PART-HOLD-BACK=1.5", "PART-HOLD-BACK=1.2"), "PART-HOLD-BACK");
    check(replace("CAN-SKIP-UNTIL=18", "CAN-SKIP-UNTIL=17"), "CAN-SKIP-UNTIL");
    check(replace("HOLD-BACK=9", "HOLD-BACK=8"), "HOLD-BACK");
    check(replace("CAN-BLOCK-RELOAD=YES,", ""), "no blocking reload");
    check(replace("#EXT-X-PRELOAD-HINT", "#EXT-X-ENDLIST\n#EXT-X-PRELOAD-HINT"), "ended: true");
    check(replace("#EXT-X-MAP:URI=\"v-i0.mp4\"\n", ""), "no EXT-X-MAP");
    check(replace("v-s8.m4s", "v-s7.m4s"), "stands twice");
    check(replace("#EXT-X-GAP\n", "#EXT-X-WHAT\n"), "unknown");
    check(replace(",INDEPENDENT=YES", ",INDEPENDENT=YES,"), "a comma at the end");
    check(
        |text| text.lines().filter(|line| !line.contains("HINT")).fold(String::new(), |a, b| a + b + "\n"),
        "0 preload",
    );
    check(replace("T08:00:02", "T07:00:02"), "is before the end");
    check(replace("T08:00:02", "T09:00:02"), "leaps without a discontinuity");
}

#[test]
fn what_may_not_change_is_found() {
    check_next(replace("TARGETDURATION:3", "TARGETDURATION:4"), "the target duration changed");
    check_next(replace("PART-TARGET=0.50500", "PART-TARGET=0.50400"), "the part target changed");
    check_next(replace("MEDIA-SEQUENCE:0", "MEDIA-SEQUENCE:1"), "it changed");
    check_next(replace("#EXTINF:2.00000,\nv-s7.m4s", "#EXTINF:2.00100,\nv-s7.m4s"), "v-s7.m4s: it changed");
    check_next(replace("0000,URI=\"v-p5.m4s\"", "0001,URI=\"v-p5.m4s\""), "its parts changed");
    check_next(replace("DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:1"), "it changed");
    check_next(|text| text.split("#EXTINF:2.00000,\nv-s10").next().unwrap().to_owned(), "taken from the end");
    check_next(
        |text| {
            let (head, rest) = text.split_once("#EXT-X-MAP").unwrap();
            let rest = rest.split_once("v-s9.m4s\n").unwrap().1;
            format!("{}#EXT-X-MAP:URI=\"v-i0.mp4\"\n{rest}", head.replace("SEQUENCE:0", "SEQUENCE:10"))
        },
        "left after a removal",
    );
}

#[test]
fn renditions_that_disagree_are_found() {
    let mut world = World::new();
    world.sends(USUAL, 9_050);
    let sound = text(&world.rendition(Kind::Audio), false);
    for (from, to, words) in [
        ("TARGETDURATION:3", "TARGETDURATION:4", "another target"),
        ("DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:2", "another discontinuity"),
        ("LAST-MSN=", "LAST-MSN=9", "is ahead"),
        ("RENDITION-REPORT:URI=\"video", "RENDITION-REPORT:URI=\"other", "no rendition report"),
        ("HOLD-BACK=9.0", "HOLD-BACK=10.0", "another EXT-X-SERVER-CONTROL"),
    ] {
        let mut checker = Checker::default();
        checker.playlist("video.m3u8", &playlist(), 0);
        checker.playlist("sound.m3u8", &replace(from, to)(sound.clone()), 0);
        let findings = checker.findings();
        assert!(findings.iter().any(|finding| finding.contains(words)), "{words}: {findings:?}");
    }
}
