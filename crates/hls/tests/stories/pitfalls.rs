//! What others fell into, one by one.

use hls::{Ask, Fetch, File, News, Packager, Reload, Settings};
use media::{CodecConfig, Kind};

use crate::world::{PICTURE, Source, USUAL, World, picture, sound, text};

/// Parts that are shorter than 85 in 100 of their target, or a target that changes, stop Apple's players.
#[test]
fn part_durations_fit_the_frames_and_stay() {
    let mut world = World::new();
    world.sends(Source { rate: Some((24_000, 1_001)), ..USUAL }, 10_000);
    let before = world.media(Kind::Video).part_target;
    world.sends(Source { rate: Some((60, 1)), ..USUAL }, 10_000);
    world.sends(Source { rate: Some((7, 1)), ..USUAL }, 10_000);
    assert_eq!(world.media(Kind::Video).part_target, before);
    assert_eq!(before, Some(50_600));
    world.keeps_the_rules();
}

/// Apple's players need seven segments before they play with low latency.
#[test]
fn the_first_playlist_has_seven_segments() {
    let mut world = World::new();
    world.sends(USUAL, 2_100);
    let media = world.media(Kind::Video);
    assert_eq!(media.segments.iter().filter(|segment| segment.gap).count(), 7);
    assert_eq!(media.segments.len(), 8);
    // Players that do not know of gaps fetch them: they get a segment without samples, and no error.
    let Fetch::Ready(nothing) = world.rendition(Kind::Video).fetch(File::Segment(Kind::Video, 0)) else {
        panic!()
    };
    assert_eq!((nothing.len(), &nothing[4..8]), (24, &b"styp"[..]));
    let plain = world.rendition(Kind::Video).plain();
    assert!(
        String::from_utf8_lossy(&plain).contains("MEDIA-SEQUENCE:7\n"),
        "older players see what there is"
    );
    world.keeps_the_rules();
}

/// hls.js asks without end where a playlist does not say what comes next.
#[test]
fn what_comes_next_is_always_said() {
    let mut packager = Packager::new("show".into(), Settings::default());
    packager.configure(picture(1280, 720));
    packager.configure(sound());
    let mut world = World::of(packager);
    for _ in 0..10 {
        world.sends(USUAL, 1_337);
        if let Some(rendition) = world.packager.rendition(Kind::Audio) {
            assert_eq!(text(&rendition, false).matches("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=").count(), 1);
        }
    }
    world.keeps_the_rules();
}

/// Apple asks for three parts between a player and the end, of the longest part of all renditions.
#[test]
fn the_hold_back_is_three_parts() {
    let mut world = World::new();
    world.sends(Source { rate: Some((5, 2)), gop_ms: 2_000, sound: true }, 10_000);
    for kind in [Kind::Video, Kind::Audio] {
        assert_eq!(world.media(kind).control["PART-HOLD-BACK"], "1.48800", "{kind:?}");
    }
    world.keeps_the_rules();
}

/// Without reports a player that changes rendition waits for a playlist first.
#[test]
fn each_rendition_tells_of_the_other() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    let report = &world.media(Kind::Video).reports[0];
    assert_eq!(report["URI"], "sound.m3u8");
    assert_eq!((report["LAST-MSN"].as_str(), report["LAST-PART"].as_str()), ("10", "1"));
}

/// A playlist is written when something changes, never because somebody asks.
#[test]
fn asking_writes_nothing() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    let rendition = world.rendition(Kind::Video);
    let first = rendition.reload(Ask::default());
    for _ in 0..100 {
        let Reload::Ready(again) = rendition.clone().reload(Ask::default()) else { panic!() };
        let Reload::Ready(first) = &first else { panic!() };
        assert!(std::sync::Arc::ptr_eq(first, &again));
    }
}

/// A query in every address would be another copy in every cache, and a token in it would be everybody's.
#[test]
fn no_address_has_a_query() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    let multivariant = world.packager.multivariant().unwrap();
    let texts = [
        text(&world.rendition(Kind::Video), false),
        text(&world.rendition(Kind::Audio), true),
        String::from_utf8_lossy(&multivariant.low_latency).into_owned(),
        String::from_utf8_lossy(&multivariant.plain).into_owned(),
    ];
    assert!(texts.iter().all(|text| !text.contains('?')));
}

/// An initialization that stays while the encoder changes shows the wrong picture, or none.
#[test]
fn another_configuration_reaches_the_player() {
    let mut world = World::new();
    world.sends(PICTURE, 5_000);
    let CodecConfig::Video(config) = picture(1280, 720) else { panic!() };
    let record = std::sync::Arc::from([1, 0x42, 0, 0x1e, 0xff, 0xe0, 0].as_slice());
    world.packager.configure(CodecConfig::Video(media::VideoConfig { record, ..config }));
    world.sends(PICTURE, 5_000);
    let media = world.media(Kind::Video);
    let changed = media.segments.iter().find(|segment| segment.discontinuity).unwrap();
    assert_eq!(changed.map.as_deref(), Some("v-i1.mp4"));
    let multivariant = world.packager.multivariant().unwrap();
    assert!(String::from_utf8_lossy(&multivariant.low_latency).contains("avc1.42001e"));
    world.keeps_the_rules();
}

/// Fragmented MP4 has no time below zero.
#[test]
fn no_decode_time_is_below_zero() {
    let mut world = World::new();
    world.theirs = crate::world::ms(-60_000);
    world.sends(USUAL, 5_000);
    let Fetch::Ready(segment) = world.rendition(Kind::Video).fetch(File::Segment(Kind::Video, 7)) else {
        panic!()
    };
    let at = segment.windows(4).position(|name| name == b"tfdt").unwrap();
    let time = u64::from_be_bytes(segment[at + 8..at + 16].try_into().unwrap());
    assert_eq!(time, 14 * 90_000);
}

/// A target that grows with the longest keyframe distance stops Apple's players.
#[test]
fn the_target_never_grows() {
    let mut world = World::new();
    world.sends(USUAL, 6_000);
    world.sends(Source { gop_ms: 20_000, ..USUAL }, 20_000);
    assert_eq!(world.media(Kind::Video).target_s, 3);
    world.keeps_the_rules();
    assert!(matches!(world.notices[..], [hls::Notice::KeyframesTooRare { .. }]));
}

/// Frames before their configuration have ended whole programmes.
#[test]
fn frames_without_a_configuration_are_waited_out() {
    let mut world = World::of(Packager::new("show".into(), Settings::default()));
    world.sends(USUAL, 5_000);
    assert!(world.packager.kinds().is_empty());
    world.packager.configure(picture(1280, 720));
    world.packager.configure(sound());
    world.sends(USUAL, 5_000);
    assert_eq!(world.packager.kinds(), [Kind::Video, Kind::Audio]);
    world.keeps_the_rules();
}

/// A recording that is slow must not hold up the playlist: what is given out is never taken back, so nobody waits for
/// whoever still reads it.
#[test]
fn who_reads_slowly_holds_up_nobody() {
    let mut world = World::with(Settings { window: crate::world::ms(12_000), ..Settings::default() });
    world.sends(USUAL, 6_000);
    let slow = world.rendition(Kind::Video);
    world.sends(USUAL, 60_000);
    assert!(matches!(slow.fetch(File::Segment(Kind::Video, 7)), Fetch::Ready(_)));
    assert_eq!(world.rendition(Kind::Video).fetch(File::Segment(Kind::Video, 7)), Fetch::Gone);
    assert!(world.packager.poll_news() != Some(News::Rendition(Kind::Video)), "all news were taken");
}
