//! Blocking reloads, delta updates, and files that were promised.

use hls::{Ask, Fetch, File, Reload, Settings};
use media::Kind;

use crate::world::{USUAL, World, text};

fn ask(msn: u64, part: Option<u64>) -> Ask {
    Ask { msn: Some(msn), part, skip: false }
}

/// What a reload answers, in a word.
fn answer(world: &World, msn: u64, part: Option<u64>) -> String {
    match world.rendition(Kind::Video).reload(ask(msn, part)) {
        Reload::Ready(_) => "ready".into(),
        Reload::NotBefore { msn, part } => {
            format!("not before {msn}.{}", part.map_or("end".into(), |p| p.to_string()))
        }
        Reload::TooFar => "too far".into(),
    }
}

#[test]
fn a_reload_waits_for_what_is_next() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    // Segments 7 to 9 are finished, 10 has two parts.
    assert_eq!(world.rendition(Kind::Video).edge(), (10, 2));
    for (msn, part, says) in [
        (9, None, "ready"),
        (3, Some(99), "ready"),
        (10, None, "not before 10.end"),
        (10, Some(0), "ready"),
        (10, Some(1), "ready"),
        (10, Some(2), "not before 10.2"),
        // A part beyond the last of a finished segment is the first of the next.
        (9, Some(3), "ready"),
        (9, Some(4), "ready"),
        (9, Some(400), "ready"),
        (11, Some(0), "not before 11.0"),
        (11, None, "not before 11.end"),
        // Three seconds of parts ahead, and two segments; not more.
        (10, Some(6), "not before 10.6"),
        (10, Some(7), "too far"),
        (11, Some(5), "too far"),
        (12, None, "too far"),
        (u64::MAX, None, "too far"),
    ] {
        assert_eq!(answer(&world, msn, part), says, "{msn} {part:?}");
    }
    world.end();
    // Nothing is waited for any more.
    assert_eq!(answer(&world, 99, Some(9)), "ready");
    world.keeps_the_rules();
}

#[test]
fn whoever_asks_for_the_same_is_given_the_same_bytes() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    let rendition = world.rendition(Kind::Video);
    let (Reload::Ready(one), Reload::Ready(other)) =
        (rendition.reload(ask(9, Some(1))), rendition.reload(ask(10, Some(1))))
    else {
        panic!()
    };
    assert!(std::sync::Arc::ptr_eq(&one, &other), "it is written once");
}

#[test]
fn a_delta_update_leaves_out_what_is_old() {
    let mut world = World::new();
    world.sends(USUAL, 60_000);
    let rendition = world.rendition(Kind::Video);
    let (full, delta) = (text(&rendition, false), text(&rendition, true));
    assert!(delta.len() * 3 < full.len() * 2, "{} and {}", full.len(), delta.len());
    let skipped = crate::rules::Media::parse(&delta).unwrap();
    let whole = crate::rules::Media::parse(&full).unwrap();
    // A target is 3 s, six of them are nine segments of 2 s; the one that ends there is not further.
    assert_eq!(skipped.segments.len(), 10);
    assert_eq!(skipped.skipped + 10, whole.segments.len() as u64);
    let uris = |media: &crate::rules::Media| -> Vec<String> {
        let last = media.segments[media.segments.len() - 10..].iter();
        last.map(|segment| format!("{} {:?} {:?}", segment.uri, segment.date_ms, segment.parts)).collect()
    };
    assert_eq!(uris(&skipped), uris(&whole));
    world.end();
    assert_eq!(text(&world.rendition(Kind::Video), true), text(&world.rendition(Kind::Video), false));
    world.keeps_the_rules();
}

#[test]
fn a_promised_part_is_waited_for_and_an_invented_one_is_not() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    let rendition = world.rendition(Kind::Video);
    let hint = world.media(Kind::Video).hints[0].clone();
    let File::Part(kind, number) = File::parse(&hint).unwrap() else { panic!() };
    assert_eq!(rendition.fetch(File::Part(kind, number)), Fetch::NotYet);
    assert_eq!(rendition.fetch(File::Part(kind, number + 1)), Fetch::Gone);
    assert!(matches!(rendition.fetch(File::Part(kind, number - 1)), Fetch::Ready(_)));
    assert_eq!(rendition.fetch(File::Segment(kind, 10)), Fetch::Gone);
    world.sends(USUAL, 1_000);
    let Fetch::Ready(part) = world.rendition(Kind::Video).fetch(File::Part(kind, number)) else { panic!() };
    assert_eq!(&part[4..8], b"moof");
    // Whoever had the older view is answered the same for ever.
    assert_eq!(rendition.fetch(File::Part(kind, number)), Fetch::NotYet);
}

#[test]
fn a_segment_is_its_parts() {
    let mut world = World::new();
    world.sends(USUAL, 7_050);
    for kind in [Kind::Video, Kind::Audio] {
        let rendition = world.rendition(kind);
        let media = world.media(kind);
        let bytes = |uri: &str| match rendition.fetch(File::parse(uri).unwrap()) {
            Fetch::Ready(bytes) => bytes.to_vec(),
            Fetch::NotYet | Fetch::Gone => panic!("{uri} is not there"),
        };
        let last = media.segments.last().unwrap();
        let parts: Vec<u8> = last.parts.iter().flat_map(|part| bytes(&part.uri)).collect();
        assert_eq!(bytes(&last.uri), parts);
        assert_eq!(&bytes(last.map.as_ref().unwrap())[4..8], b"ftyp");
    }
}

#[test]
fn before_the_first_segment_there_is_nothing_to_ask() {
    let mut world = World::with(Settings::default());
    world.sends(USUAL, 1_900);
    assert!(world.packager.multivariant().is_none());
    assert!(world.packager.rendition(Kind::Video).is_none());
    world.sends(USUAL, 1_000);
    assert!(world.packager.multivariant().is_some());
}
