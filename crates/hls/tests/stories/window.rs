//! How far back one may watch, and what is let go of.

use hls::{Fetch, File, Settings};
use media::Kind;

use crate::world::{Source, USUAL, World, ms};

#[test]
fn the_window_slides() {
    let mut world = World::with(Settings { window: ms(30_000), ..Settings::default() });
    world.sends(USUAL, 10_000);
    let early = world.rendition(Kind::Video);
    world.sends(USUAL, 60_000);
    world.keeps_the_rules();
    let media = world.media(Kind::Video);
    assert_eq!((media.length() / 100_000, media.segments.len()), (30, 15));
    assert_eq!(world.media(Kind::Audio).msn, media.msn, "renditions begin together");
    // What has just left the playlist can still be had, and parts long after they are no longer listed.
    let rendition = world.rendition(Kind::Video);
    assert!(matches!(rendition.fetch(File::Segment(Kind::Video, media.msn - 1)), Fetch::Ready(_)));
    assert_eq!(rendition.fetch(File::Segment(Kind::Video, media.msn - 5)), Fetch::Gone);
    let listed = media.segments.iter().filter(|segment| !segment.parts.is_empty()).count();
    assert_eq!(listed, 5, "nine seconds of parts are listed");
    let last = media.msn + 14;
    assert!(matches!(rendition.fetch(File::Part(Kind::Video, (last - 7 - 9) * 4)), Fetch::Ready(_)));
    assert_eq!(rendition.fetch(File::Part(Kind::Video, 3)), Fetch::Gone);
    // A view of before holds what it held.
    assert!(matches!(early.fetch(File::Segment(Kind::Video, 7)), Fetch::Ready(_)));
}

#[test]
fn a_heavy_show_is_kept_for_a_shorter_time() {
    let most = 60_000;
    let mut world = World::with(Settings { window_bytes_max: most, ..Settings::default() });
    world.sends(USUAL, 120_000);
    world.keeps_the_rules();
    let media = world.media(Kind::Video);
    assert!(media.length() >= 9 * 100_000, "not less than three targets");
    let mut world = World::with(Settings { window_bytes_max: 600_000, ..Settings::default() });
    world.sends(USUAL, 120_000);
    let weight: usize = [Kind::Video, Kind::Audio].map(|kind| world.rendition(kind).weight()).iter().sum();
    assert!((300_000..=600_000).contains(&weight), "{weight}");
    world.keeps_the_rules();
}

#[test]
fn discontinuities_that_leave_are_counted() {
    let mut world = World::with(Settings { window: ms(30_000), ..Settings::default() });
    for round in 0..6 {
        world.sends(USUAL, 10_000);
        world.interrupt();
        world.theirs = ms(1_000_000 * round);
    }
    world.sends(USUAL, 30_000);
    world.keeps_the_rules();
    let media = world.media(Kind::Video);
    assert_eq!(media.discontinuities + media.segments.iter().filter(|s| s.discontinuity).count() as u64, 6);
    assert!(media.discontinuities >= 4, "{}", media.discontinuities);
}

#[test]
fn what_it_needs_is_measured() {
    let mut world = World::new();
    world.sends(Source { rate: Some((30_000, 1_001)), ..USUAL }, 20_000);
    let said = String::from_utf8(world.packager.multivariant().unwrap().low_latency.to_vec()).unwrap();
    let value = |name: &str| -> f64 {
        let after = said.split_once(&format!("{name}=")).unwrap().1;
        after.split([',', '\n']).next().unwrap().parse().unwrap()
    };
    // 400 bytes a picture and 40 a packet of sound, with their boxes.
    let payload = 400.0 * 8.0 * 29.97 + 40.0 * 8.0 * 46.875;
    assert!((payload..payload * 1.25).contains(&value(",AVERAGE-BANDWIDTH")), "{said}");
    assert!(value(":BANDWIDTH") >= value(",AVERAGE-BANDWIDTH"), "{said}");
    assert_eq!(value(",FRAME-RATE"), 29.97);
    assert!(said.contains("CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1280x720"), "{said}");
    assert!(said.contains("#EXT-X-INDEPENDENT-SEGMENTS"), "{said}");
    assert!(said.ends_with("AUDIO=\"sound\"\nshow/video.m3u8\n"), "{said}");
}
