//! Where segments and parts end.

use media::{Kind, MediaTime};

use crate::world::{PICTURE, SOUND, Source, USUAL, World, ms};

#[test]
fn a_usual_show_is_cut_at_its_keyframes() {
    let mut world = World::new();
    world.sends(USUAL, 7_000);
    assert_eq!(world.segments(Kind::Video), ["2000", "2000", "2000"]);
    // Sound is cut at its own frames, so it is off by less than one of them.
    assert_eq!(world.segments(Kind::Audio), ["2005", "2005", "2005"]);
    let media = world.media(Kind::Video);
    let parts: Vec<i64> =
        media.segments.last().unwrap().parts.iter().map(|part| part.duration / 100).collect();
    assert_eq!(parts, [500, 500, 500, 500]);
    assert!(media.segments.last().unwrap().parts[0].independent);
    assert_eq!(media.open.parts.len(), 1);
    world.keeps_the_rules();
}

#[test]
fn a_picture_alone_and_sound_alone_are_shows_too() {
    let mut world = World::new();
    world.sends(PICTURE, 7_000);
    assert_eq!(world.segments(Kind::Video), ["2000", "2000", "2000"]);
    assert!(world.packager.rendition(Kind::Audio).is_none());
    world.keeps_the_rules();

    let mut packager = hls::Packager::new("show".into(), hls::Settings::default());
    packager.configure(crate::world::sound());
    let mut world = World::of(packager);
    world.sends(SOUND, 8_000);
    assert_eq!(world.segments(Kind::Audio), ["1920", "1920", "1920", "1920"]);
    world.keeps_the_rules();
    let multivariant = world.packager.multivariant().unwrap();
    assert!(
        String::from_utf8_lossy(&multivariant.low_latency).contains("CODECS=\"mp4a.40.2\"\nshow/sound.m3u8")
    );
}

#[test]
fn keyframes_closer_than_a_second_do_not_each_end_a_segment() {
    let mut world = World::new();
    world.sends(Source { gop_ms: 400, ..USUAL }, 6_000);
    assert!(
        world.segments(Kind::Video).iter().all(|segment| segment == "1200"),
        "{:?}",
        world.segments(Kind::Video)
    );
    world.keeps_the_rules();
}

#[test]
fn a_long_gop_is_cut_and_told() {
    let mut world = World::new();
    world.sends(Source { gop_ms: 8_300, ..USUAL }, 20_000);
    assert_eq!(world.segments(Kind::Video), ["6000", "2300", "6000", "2300"]);
    assert!(matches!(world.notices[..], [hls::Notice::KeyframesTooRare { .. }]), "{:?}", world.notices);
    let multivariant = world.packager.multivariant().unwrap();
    assert!(!String::from_utf8_lossy(&multivariant.low_latency).contains("INDEPENDENT-SEGMENTS"));
    world.keeps_the_rules();
}

#[test]
fn a_gop_that_grows_does_not_change_the_target() {
    let mut world = World::new();
    world.sends(Source { gop_ms: 1_000, ..USUAL }, 6_000);
    world.sends(Source { gop_ms: 10_000, ..USUAL }, 20_000);
    assert_eq!(world.media(Kind::Video).target_s, 3);
    world.keeps_the_rules();
}

#[test]
fn b_frames_stay_as_they_are() {
    let mut world = World::new();
    let mut pushed = 0;
    for n in 0..150 {
        let at = MediaTime::from_ticks(n, 30);
        let later = [2, 0, 1][usize::try_from(n % 3).unwrap()];
        let show = at + MediaTime::from_ticks(later, 30);
        let data: std::sync::Arc<[u8]> = vec![7; 50].into();
        world.push(
            media::Frame { kind: Kind::Video, decode: at, show, keyframe: n % 60 == 0, data },
            world.wall_ms + at.as_millis(),
        );
        pushed += 1;
    }
    assert_eq!(pushed, 150);
    let rendition = world.rendition(Kind::Video);
    let hls::Fetch::Ready(segment) = rendition.fetch(hls::File::Segment(Kind::Video, 7)) else { panic!() };
    let at = segment.windows(4).position(|name| name == b"trun").unwrap();
    // version 1, data offset, first flags, sizes and composition offsets; then count, offset, flags.
    assert_eq!(&segment[at + 4..at + 8], [1, 0, 0x0a, 0x05]);
    let offsets: Vec<u32> = (0..3)
        .map(|n| u32::from_be_bytes(segment[at + 24 + n * 8..at + 28 + n * 8].try_into().unwrap()))
        .collect();
    assert_eq!(offsets, [6_000, 0, 3_000]);
    world.keeps_the_rules();
}

#[test]
fn every_usual_frame_rate_fits() {
    for rate in
        [(60, 1), (50, 1), (30_000, 1_001), (25, 1), (24_000, 1_001), (15, 1), (10, 1), (5, 1), (1, 1)]
    {
        let mut world = World::new();
        world.sends(Source { rate: Some(rate), ..USUAL }, 20_000);
        assert!(world.segments(Kind::Video).len() >= 8, "{rate:?} {:?}", world.segments(Kind::Video));
        assert!(world.notices.is_empty(), "{rate:?}: {:?}", world.notices);
        world.keeps_the_rules();
    }
}

#[test]
fn frames_that_come_as_they_like_are_cut_as_promised() {
    let mut world = World::new();
    world.sends(PICTURE, 4_000);
    // A camera in the dark: now and then a frame, with a keyframe every two seconds.
    let mut at = 0;
    for (n, gap) in [90, 210, 40, 330, 130, 700, 33, 33, 180, 254].into_iter().cycle().take(100).enumerate() {
        world.frame(Kind::Video, world.theirs + ms(at), n % 10 == 0, world.wall_ms + at);
        at += gap;
    }
    world.passes(at);
    world.keeps_the_rules();
    assert!(world.notices.is_empty(), "{:?}", world.notices);
}
