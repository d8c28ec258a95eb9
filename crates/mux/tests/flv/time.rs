//! Time, which only goes forward.

use super::*;

fn config() -> (u32, TagKind, Vec<u8>) {
    let (kind, body) = old_video("17 00 000000", &avcc());
    (0, kind, body)
}

/// At which milliseconds frames come out that were sent at these.
fn placed(sent: &[u32]) -> Vec<i64> {
    let mut demuxer = Demuxer::new();
    demuxer.take(VIDEO, sent[0], &config().2).for_each(drop);
    let frames = sent.iter().flat_map(|at| demuxer.take(VIDEO, *at, &frame()).collect::<Vec<_>>());
    frames
        .filter_map(|item| if let Item::Frame(frame) = item { Some(frame.decode.as_millis()) } else { None })
        .collect()
}

#[test]
fn time_that_decreases_stands_still_until_it_is_caught_up() {
    assert_eq!(placed(&[1_000, 1_040, 1_020, 1_060]), [1_000, 1_040, 1_040, 1_060]);
}

#[test]
fn time_wraps_after_seven_weeks() {
    let end = i64::from(u32::MAX);
    assert_eq!(placed(&[u32::MAX - 20, 20, 60]), [end - 20, end + 21, end + 61]);
}

#[test]
fn an_encoder_that_starts_its_clock_anew_is_followed_with_a_word() {
    let (_, sound) = (0, hex(&format!("af00 {AAC}")));
    check(
        &[
            config(),
            (0, AUDIO, sound),
            (60_000, VIDEO, keyframe()),
            (60_000, AUDIO, hex("af01 01")),
            (0, VIDEO, keyframe()),
            (20, AUDIO, hex("af01 02")),
            (40, VIDEO, frame()),
        ],
        &[
            "H264 320x240",
            "AAC 48000 Hz, 1 channels",
            "60000 ms: keyframe 000000026588",
            "60000 ms: sound 01",
            "note: the encoder's clock of the picture jumped; the show goes on without the jump",
            "60000 ms: keyframe 000000026588",
            "note: the encoder's clock of the sound jumped; the show goes on without the jump",
            "60021 ms: sound 02",
            "60040 ms: frame 00000002419a",
        ],
    );
}

#[test]
fn sound_counts_its_own_packets_and_not_an_encoders_rounded_milliseconds() {
    let mut demuxer = Demuxer::new();
    demuxer.take(AUDIO, 0, &hex("af00 1210")).for_each(drop);
    let said = [0, 23, 46, 70, 93, 116];
    let exact = said.map(|at| match demuxer.take(AUDIO, at, &hex("af01 01")).next() {
        Some(Item::Frame(frame)) => frame.decode.to_ticks(44_100),
        _ => -1,
    });
    assert_eq!(exact, [0, 1_024, 2_048, 3_072, 4_096, 5_120]);
}

#[test]
fn nanoseconds_of_enhanced_rtmp_count() {
    let mut demuxer = Demuxer::new();
    demuxer.take(VIDEO, 0, &enhanced(0x90, "avc1", &avcc())).for_each(drop);
    let later = [hex("97 02 07a120 03"), b"avc1".to_vec(), hex("00000002 6588")].concat();
    let Some(Item::Frame(frame)) = demuxer.take(VIDEO, 33, &later).next() else { panic!("a frame") };
    assert_eq!(frame.decode.to_ticks(1_000_000), 33_500);
}
