//! Stories of FLV: what encoders send, right and wrong, and what comes of it.

mod encoders;
mod there_and_back;
mod time;

use media::{AudioCodec, CodecConfig, Kind};
use mux::flv::{Demuxer, Item, TagKind};

const AUDIO: TagKind = TagKind::Audio;
const VIDEO: TagKind = TagKind::Video;
const SCRIPT: TagKind = TagKind::Script;

/// Bytes written as hex digits; blanks are for the reader.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits")).collect()
}

/// H.264 of x264: 320x240.
fn avcc() -> Vec<u8> {
    hex("0142c00b ffe10018 6742c00bd90141fb011000000300100000030140f142a480 01 0005 68cb83cb20")
}

/// The same at 640x360.
fn avcc_larger() -> Vec<u8> {
    hex("0142c016 ffe10019 6742c016d900a02ff97011000003000100000300140f162e48 01 0005 68cb83cb20")
}

/// H.265 of x265: 320x240.
fn hvcc() -> Vec<u8> {
    hex(
        "0101600000009000000000003cf000fcfdf8f800000f03 20 0001 0018 40010c01ffff01600000030090000003000003003c959809 \
         21 0001 002a 42010101600000030090000003000003003ca00a080f165959a4932bc05a700000030010000003014080 \
         22 0001 0007 4401c172b46240",
    )
}

/// AV1 of SVT: 320x240.
const AV1C: &str = "81000c00 0a0b0200000561e7fde017c002";

/// AAC, 48 kHz, one channel.
const AAC: &str = "118856e500";

fn old_video(head: &str, rest: &[u8]) -> (TagKind, Vec<u8>) {
    (VIDEO, [hex(head), rest.to_vec()].concat())
}

/// A tag of enhanced RTMP: kinds of frame and packet, the codec's letters, the rest.
fn enhanced(first: u8, codec: &str, rest: &[u8]) -> Vec<u8> {
    [&[first], codec.as_bytes(), rest].concat()
}

fn keyframe() -> Vec<u8> {
    hex("17 01 000000 00000002 6588")
}

fn frame() -> Vec<u8> {
    hex("27 01 000000 00000002 419a")
}

/// Puts a story's tags in, each at its time; the transcript comes out.
fn told(story: &[(u32, TagKind, Vec<u8>)]) -> Vec<String> {
    let mut demuxer = Demuxer::new();
    let mut transcript = Vec::new();
    for (at, kind, body) in story {
        transcript.extend(demuxer.take(*kind, *at, body).map(|item| line(&item)));
    }
    transcript
}

fn line(item: &Item) -> String {
    match item {
        Item::Config(CodecConfig::Video(config)) => {
            format!("{} {}x{}", config.codec.name(), config.width, config.height)
        }
        Item::Config(CodecConfig::Audio(config)) => {
            let codec = match config.codec {
                AudioCodec::Aac => "AAC",
                AudioCodec::Opus => "Opus",
                AudioCodec::Mp3 => "MP3",
            };
            format!("{codec} {} Hz, {} channels", config.rate_hz, config.channels)
        }
        Item::Frame(frame) => {
            let what = match (frame.kind, frame.keyframe) {
                (Kind::Audio, _) => "sound",
                (Kind::Video, true) => "keyframe",
                (Kind::Video, false) => "frame",
            };
            let later = (frame.show - frame.decode).as_millis();
            let shown = if later == 0 { String::new() } else { format!(" shown {later:+} ms") };
            let bytes: String = frame.data.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{} ms: {what} {bytes}{shown}", frame.decode.as_millis())
        }
        Item::Note(note) => format!("note: {note}"),
    }
}

#[track_caller]
fn check(story: &[(u32, TagKind, Vec<u8>)], expected: &[&str]) {
    assert_eq!(told(story), expected);
}
