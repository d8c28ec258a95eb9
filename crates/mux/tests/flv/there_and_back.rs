//! What the muxer writes, the demuxer reads.

use media::{AudioConfig, Codec, Frame, MediaTime, VideoConfig};
use mux::flv::{FILE_HEADER, Muxer, TagReader};
use proptest::prelude::*;

use super::*;

fn video(codec: Codec, record: &[u8]) -> CodecConfig {
    CodecConfig::Video(VideoConfig::from_record(codec, record.into()).expect("a record"))
}

fn audio(config: Option<AudioConfig>) -> CodecConfig {
    CodecConfig::Audio(config.expect("a record"))
}

/// A stream's configurations, and the bytes of a picture and of a sound.
struct Stream {
    video: CodecConfig,
    audio: CodecConfig,
    picture: Vec<u8>,
    sound: Vec<u8>,
    /// How much later than decoded a picture is shown.
    later_ms: i64,
}

fn streams() -> [Stream; 3] {
    let opus = AudioConfig::from_opus(b"OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00");
    [
        Stream {
            video: video(Codec::H264, &avcc()),
            audio: audio(AudioConfig::from_aac(&hex(AAC))),
            picture: hex("00000002 6588"),
            sound: hex("0102"),
            later_ms: 80,
        },
        Stream {
            video: video(Codec::H265, &hvcc()),
            audio: audio(opus),
            picture: hex("00000003 260188"),
            sound: hex("f801"),
            later_ms: 80,
        },
        Stream {
            video: video(Codec::Av1, &hex(AV1C)),
            audio: audio(AudioConfig::from_mp3(&hex("fffb9464"))),
            picture: hex("3203102030"),
            sound: hex("fffb946401"),
            later_ms: 0,
        },
    ]
}

/// Writes a stream into a file, and reads it.
fn through_a_file(items: &[Item]) -> Vec<Item> {
    let mut muxer = Muxer::new();
    let mut file = FILE_HEADER.to_vec();
    for item in items {
        let tag = match item {
            Item::Config(config) => muxer.config(config),
            Item::Frame(frame) => muxer.frame(frame),
            Item::Note(_) => None,
        };
        tag.iter().for_each(|tag| tag.write(&mut file));
    }
    let mut demuxer = Demuxer::new();
    let tags = TagReader::of_file(&file).expect("a file");
    tags.flat_map(|tag| demuxer.take(tag.kind, tag.timestamp_ms, tag.body).collect::<Vec<_>>()).collect()
}

fn frame(kind: Kind, ms: i64, later_ms: i64, data: &[u8]) -> Frame {
    let decode = MediaTime::from_millis(ms);
    let show = decode + MediaTime::from_millis(later_ms);
    Frame { kind, decode, show, keyframe: true, data: data.into() }
}

#[test]
fn every_codec_survives_a_file() {
    for Stream { video, audio, picture, sound, later_ms } in streams() {
        let sent = [
            Item::Config(video),
            Item::Frame(frame(Kind::Video, 0, later_ms, &picture)),
            // MP3's configuration comes with its first frame, so it stands right before it here.
            Item::Config(audio),
            Item::Frame(frame(Kind::Audio, 0, 0, &sound)),
            Item::Frame(frame(Kind::Video, 40, 0, &picture)),
        ];
        assert_eq!(through_a_file(&sent), sent);
    }
}

#[test]
fn time_begins_with_the_first_frame() {
    let [Stream { video, picture, .. }, ..] = streams();
    let mut muxer = Muxer::new();
    let mut sent = |ms| muxer.frame(&frame(Kind::Video, ms, 0, &picture)).map(|tag| tag.timestamp_ms);
    assert_eq!(sent(5_000), None, "nobody could decode it");
    assert_eq!(muxer.config(&video).map(|tag| tag.timestamp_ms), Some(0));
    let mut sent = |ms| muxer.frame(&frame(Kind::Video, ms, 0, &picture)).map(|tag| tag.timestamp_ms);
    assert_eq!([5_000, 5_040, 4_990].map(&mut sent), [Some(0), Some(40), Some(0)]);
}

proptest! {
    /// Whatever comes: no panic, a configuration before each frame, and time that does not go back.
    #[test]
    fn any_tags_keep_the_promise(
        tags in proptest::collection::vec(
            (0u8..7, any::<u32>(), proptest::collection::vec(any::<u8>(), 0..24)),
            0..40,
        ),
    ) {
        let mut demuxer = Demuxer::new();
        let mut configured = [false, false];
        let mut newest = [i64::MIN, i64::MIN];
        for (shape, at, noise) in tags {
            let (kind, body) = match shape {
                0 => (VIDEO, noise),
                1 => (AUDIO, noise),
                2 => old_video("17 00 000000", &avcc()),
                3 => (VIDEO, [hex("27 01 000000 00000002 419a"), noise].concat()),
                4 => (AUDIO, hex(&format!("af00 {AAC}"))),
                5 => (AUDIO, [hex("af01 01"), noise].concat()),
                _ => (VIDEO, enhanced(0x90 | at.to_be_bytes()[3] & 7, "hvc1", &noise)),
            };
            for item in demuxer.take(kind, at, &body) {
                match item {
                    Item::Config(config) => configured[usize::from(config.kind() == Kind::Video)] = true,
                    Item::Frame(frame) => {
                        let place = usize::from(frame.kind == Kind::Video);
                        prop_assert!(configured[place]);
                        prop_assert!(frame.decode.0 >= newest[place]);
                        newest[place] = frame.decode.0;
                    }
                    Item::Note(_) => {}
                }
            }
        }
    }
}
