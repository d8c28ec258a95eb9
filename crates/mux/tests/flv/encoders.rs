//! What encoders of all sorts send.

use mux::amf::Value;

use super::*;

fn config() -> (u32, TagKind, Vec<u8>) {
    let (kind, body) = old_video("17 00 000000", &avcc());
    (0, kind, body)
}

fn metadata(pairs: Vec<(&str, Value)>) -> (u32, TagKind, Vec<u8>) {
    let mut body = Vec::new();
    Value::text("@setDataFrame").write(&mut body);
    Value::text("onMetaData").write(&mut body);
    Value::EcmaArray(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .write(&mut body);
    (0, SCRIPT, body)
}

#[test]
fn h264_and_aac() {
    check(
        &[
            metadata(vec![("videocodecid", Value::Number(7.0)), ("audiocodecid", Value::Number(10.0))]),
            config(),
            (0, AUDIO, hex(&format!("af00 {AAC}"))),
            (0, VIDEO, keyframe()),
            (0, AUDIO, hex("af01 0102")),
            (21, AUDIO, hex("af01 0304")),
            (33, VIDEO, hex("27 01 000028 00000002 419a")),
        ],
        &[
            "H264 320x240",
            "AAC 48000 Hz, 1 channels",
            "0 ms: keyframe 000000026588",
            "0 ms: sound 0102",
            "21 ms: sound 0304",
            "33 ms: frame 00000002419a shown +40 ms",
        ],
    );
}

/// Nothing depends on metadata: it may be missing, late, without codecs (Agora), without the picture's (a camera), with
/// letters where numbers belong (XSplit), or broken.
#[test]
fn metadata_of_any_kind_changes_nothing() {
    let stories = [
        vec![],
        vec![metadata(vec![("encoder", Value::text("Agora.io Encoder"))])],
        vec![metadata(vec![("width", Value::Number(1280.0)), ("audiocodecid", Value::Number(10.0))])],
        vec![metadata(vec![("videocodecid", Value::text("hvc1"))])],
        vec![(0, SCRIPT, vec![2, 0xff, 0xff])],
    ];
    for before in stories {
        let late = metadata(vec![("videocodecid", Value::Number(2.0))]);
        let story = [before, vec![config(), (0, VIDEO, keyframe()), late, (40, VIDEO, frame())]].concat();
        check(&story, &["H264 320x240", "0 ms: keyframe 000000026588", "40 ms: frame 00000002419a"]);
    }
}

/// Metadata promised sound (Streamlabs), which never comes.
#[test]
fn a_promised_sound_that_never_comes_is_not_waited_for() {
    let promise = metadata(vec![("audiocodecid", Value::Number(10.0)), ("videocodecid", Value::Number(7.0))]);
    check(&[promise, config(), (0, VIDEO, keyframe())], &["H264 320x240", "0 ms: keyframe 000000026588"]);
}

#[test]
fn an_empty_configuration_is_passed_over_and_the_next_one_taken() {
    check(
        &[
            (0, AUDIO, hex("af00")),
            (0, VIDEO, hex("17 00 000000")),
            (0, AUDIO, hex(&format!("af00 {AAC}"))),
            config(),
            (0, VIDEO, keyframe()),
            (2_000, AUDIO, hex("af01 01")),
        ],
        &[
            "note: a configuration of the sound cannot be read",
            "note: a configuration of the picture cannot be read",
            "AAC 48000 Hz, 1 channels",
            "H264 320x240",
            "0 ms: keyframe 000000026588",
            "2000 ms: sound 01",
        ],
    );
}

#[test]
fn the_same_configuration_twice_is_told_once() {
    let sound = (0, AUDIO, hex(&format!("af00 {AAC}")));
    check(
        &[config(), config(), sound.clone(), sound, (0, VIDEO, keyframe())],
        &["H264 320x240", "AAC 48000 Hz, 1 channels", "0 ms: keyframe 000000026588"],
    );
}

#[test]
fn another_configuration_in_the_middle_is_told() {
    let (_, larger) = old_video("17 00 000000", &avcc_larger());
    check(
        &[config(), (0, VIDEO, keyframe()), (40, VIDEO, larger), (40, VIDEO, keyframe())],
        &["H264 320x240", "0 ms: keyframe 000000026588", "H264 640x360", "40 ms: keyframe 000000026588"],
    );
}

#[test]
fn parameter_sets_among_the_frames_make_a_configuration() {
    let larger =
        hex("17 01 000000 00000019 6742c016d900a02ff97011000003000100000300140f162e48 00000002 6588");
    check(
        &[config(), (0, VIDEO, keyframe()), (40, VIDEO, larger)],
        &["H264 320x240", "0 ms: keyframe 000000026588", "H264 640x360", "40 ms: keyframe 000000026588"],
    );
}

#[test]
fn frames_before_their_configuration_are_left_out_with_one_word() {
    check(
        &[
            (0, VIDEO, frame()),
            (0, AUDIO, hex("af01 01")),
            (40, VIDEO, frame()),
            config(),
            (80, VIDEO, keyframe()),
        ],
        &[
            "note: the picture came before its configuration; that much of it is left out",
            "note: the sound came before its configuration; that much of it is left out",
            "H264 320x240",
            "80 ms: keyframe 000000026588",
        ],
    );
}

#[test]
fn h265_by_the_number_that_never_was_in_the_standard() {
    let (kind, body) = old_video("1c 00 000000", &hvcc());
    check(
        &[(0, kind, body), (0, VIDEO, hex("1c 01 000000 00000003 260188"))],
        &["H265 320x240", "0 ms: keyframe 00000003260188"],
    );
}

#[test]
fn h265_by_enhanced_rtmp() {
    check(
        &[
            (0, VIDEO, enhanced(0x90, "hvc1", &hvcc())),
            (0, VIDEO, enhanced(0xd4, "hvc1", &hex("02 0009 636f6c6f72496e666f 05"))),
            (0, VIDEO, enhanced(0x91, "hvc1", &hex("000050 00000003 260188"))),
            (40, VIDEO, enhanced(0xa3, "hvc1", &hex("00000003 020188"))),
            (80, VIDEO, enhanced(0x92, "hvc1", &[])),
        ],
        &["H265 320x240", "0 ms: keyframe 00000003260188 shown +80 ms", "40 ms: frame 00000003020188"],
    );
}

#[test]
fn av1_and_opus_by_enhanced_rtmp() {
    check(
        &[
            (0, VIDEO, enhanced(0x90, "av01", &hex(AV1C))),
            (0, AUDIO, enhanced(0x90, "Opus", b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")),
            (0, AUDIO, enhanced(0x94, "Opus", &hex("01 00000004"))),
            // A delimiter, and a frame without its size.
            (0, VIDEO, enhanced(0x91, "av01", &hex("1200 30 102030"))),
            (0, AUDIO, enhanced(0x91, "Opus", &hex("f801"))),
            (20, AUDIO, enhanced(0x91, "Opus", &hex("f802"))),
        ],
        &[
            "AV1 320x240",
            "Opus 48000 Hz, 1 channels",
            "0 ms: keyframe 3203102030",
            "0 ms: sound f801",
            "20 ms: sound f802",
        ],
    );
}

/// VP9's configuration does not say how large its pictures are; the first keyframe does, and later ones may differ.
#[test]
fn vp9_is_told_with_its_first_keyframe() {
    // Frame marker, sync code, colours; then width and height less one, 16 bits each, begin in the middle of a byte.
    let keyframe = |size: &str| enhanced(0x91, "vp09", &hex(&format!("82498342 2{size}00")));
    check(
        &[
            (0, VIDEO, enhanced(0x90, "vp09", &hex("01000000 00148202020200 00"))),
            (0, VIDEO, enhanced(0xa1, "vp09", &hex("86"))),
            (40, VIDEO, keyframe("013f00ef0")),
            (80, VIDEO, keyframe("027f01670")),
        ],
        &[
            "VP9 320x240",
            "40 ms: keyframe 824983422013f00ef000",
            "VP9 640x360",
            "80 ms: keyframe 824983422027f0167000",
        ],
    );
}

#[test]
fn mp3_says_in_each_frame_what_it_is() {
    check(
        &[
            (0, AUDIO, hex("2f fffb9064 00")),
            (26, AUDIO, enhanced(0x91, ".mp3", &hex("fffb9064 01"))),
            (52, AUDIO, hex("2f fffb94c4 02")),
        ],
        &[
            "MP3 44100 Hz, 2 channels",
            "0 ms: sound fffb906400",
            "26 ms: sound fffb906401",
            "MP3 48000 Hz, 1 channels",
            "52 ms: sound fffb94c402",
        ],
    );
}

/// OBS 31 sends a second sound for recordings, and several pictures, as tracks of their own.
#[test]
fn of_several_tracks_the_first_is_taken() {
    let track = |track: &str, rest: &[u8]| {
        [hex(&format!("96 01 {}", "61766331")), hex(track), rest.to_vec()].concat()
    };
    let config_of = |track: &str, rest: &[u8]| [hex("96 00 61766331"), hex(track), rest.to_vec()].concat();
    check(
        &[
            config(),
            (0, VIDEO, config_of("01", &avcc_larger())),
            (0, VIDEO, keyframe()),
            (0, VIDEO, track("01", &hex("000000 00000002 6599"))),
            (0, AUDIO, hex(&format!("95 00 6d703461 00 {AAC}"))),
            (0, AUDIO, hex(&format!("95 00 6d703461 01 {AAC}"))),
            (0, AUDIO, hex("95 11 6d703461 00 000001 07 01 000001 08")),
        ],
        &[
            "H264 320x240",
            "note: the encoder sends more than one picture; only the first is taken",
            "0 ms: keyframe 000000026588",
            "AAC 48000 Hz, 1 channels",
            "note: the encoder sends more than one sound; only the first is taken",
            "0 ms: sound 07",
        ],
    );
}

#[test]
fn a_codec_that_is_not_taken_is_named_once() {
    check(
        &[
            (0, VIDEO, enhanced(0x90, "vvc1", &[1])),
            (0, VIDEO, enhanced(0x91, "vvc1", &[1])),
            (0, AUDIO, hex("b2 01")),
            config(),
            (0, VIDEO, keyframe()),
        ],
        &[
            "note: the picture is left out: its codec (vvc1) is not taken here; use H.264, H.265, AV1 or VP9, and AAC, \
             Opus or MP3",
            "note: the sound is left out: its codec (number 11) is not taken here; use H.264, H.265, AV1 or VP9, and \
             AAC, Opus or MP3",
            "H264 320x240",
            "0 ms: keyframe 000000026588",
        ],
    );
}

/// Lengths of two bytes become four, start codes become lengths, and what only fills a stream goes.
#[test]
fn frames_have_one_form_however_they_were_sent() {
    let mut short = avcc();
    short[4] = 0xfd;
    let (_, short) = old_video("17 00 000000", &short);
    let expected = ["H264 320x240", "0 ms: keyframe 000000026588"];
    check(&[(0, VIDEO, short), (0, VIDEO, hex("17 01 000000 0002 09f0 0002 6588 0003 0cffff"))], &expected);
    check(&[config(), (0, VIDEO, hex("17 01 000000 00000001 09f0 00000001 6588"))], &expected);
    check(
        &[config(), (0, VIDEO, hex("17 01 000000 00000002 0601 00000002 6588"))],
        &[expected[0], "0 ms: keyframe 000000020601000000026588"],
    );
}

/// A keyframe is one that decoders can begin at, whatever the encoder's flag says.
#[test]
fn a_false_flag_makes_no_keyframe() {
    check(
        &[
            config(),
            (0, VIDEO, hex("17 01 000000 00000002 419a")),
            (40, VIDEO, hex("27 01 000000 00000002 6588")),
        ],
        &["H264 320x240", "0 ms: frame 00000002419a", "40 ms: keyframe 000000026588"],
    );
}

#[test]
fn tags_that_make_no_sense_are_left_out() {
    check(
        &[
            config(),
            (0, VIDEO, hex("17")),
            (0, VIDEO, hex("17 01 00")),
            (0, VIDEO, vec![]),
            (0, AUDIO, vec![]),
            (0, VIDEO, hex("17 01 000000 ffffffff 65")),
            (0, VIDEO, keyframe()),
        ],
        &[
            "H264 320x240",
            "note: a message of the picture cannot be read and is left out",
            "0 ms: keyframe 000000026588",
        ],
    );
}
