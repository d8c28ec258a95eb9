//! Both ends of this crate, talking to each other: a stream is sent on to somewhere else.

use media::{AudioConfig, Codec, MediaTime, VideoConfig};
use rtmp::{StreamKey, Target};

use super::*;

fn target(key: &str) -> Target {
    Target {
        app: "live".to_owned(),
        url: "rtmp://127.0.0.1/live".to_owned(),
        key: StreamKey::new(key.to_owned()),
    }
}

/// Carries bytes to and fro until nobody has anything to say. Gives what else the client is told.
fn talk(client: &mut Connection, server: &mut Stage) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(output) = client.poll_output() {
        let Output::Send(bytes) = output else {
            told.push(line(&output));
            continue;
        };
        server.receive(&bytes);
        for answer in std::mem::take(&mut server.sent) {
            if let Err(error) = client.receive(&answer) {
                told.push(format!("ends: {error}"));
            }
        }
    }
    told
}

fn configs() -> [CodecConfig; 2] {
    let video = VideoConfig::from_record(Codec::H264, encoder::config()[5..].into()).expect("a record");
    let audio =
        AudioConfig::from_opus(b"OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00").expect("a header");
    [CodecConfig::Video(video), CodecConfig::Audio(audio)]
}

fn frame(kind: Kind, ms: i64, data: &[u8]) -> Frame {
    let at = MediaTime::from_millis(ms);
    Frame { kind, decode: at, show: at, keyframe: true, data: data.into() }
}

#[test]
fn a_stream_is_sent_on() {
    let mut client = Connection::client(target("key"), SEED);
    let mut server = Stage::new();
    assert_eq!(talk(&mut client, &mut server), ["is ready"]);
    configs().iter().for_each(|config| client.config(config));
    let mut picture = vec![0, 0, 0x27, 0x10];
    picture.extend([0x65; 10_000]);
    client.frame(&frame(Kind::Video, 90_000_000, &picture));
    client.frame(&frame(Kind::Audio, 90_000_010, &[0xfc, 1]));
    talk(&mut client, &mut server);
    client.close();
    assert_eq!(talk(&mut client, &mut server), ["closes"]);
    let media: Vec<_> = server.transcript.iter().filter(|line| !line.starts_with("says")).collect();
    assert_eq!(
        media,
        [
            "asks to publish to live with key",
            "H264 320x240",
            "sound of 48000 Hz",
            "0 ms: keyframe, 10004 bytes",
            "10 ms: sound, 2 bytes",
            "takes leave",
        ]
    );
}

/// Seven hours in, times have 32 bits; the writer's own chunks carry them.
#[test]
fn a_long_stream_keeps_its_time() {
    let mut client = Connection::client(target("key"), SEED);
    let mut server = Stage::new();
    talk(&mut client, &mut server);
    configs().iter().for_each(|config| client.config(config));
    let mut picture = vec![0, 0, 0x27, 0x10];
    picture.extend([0x65; 10_000]);
    for ms in [0, 6_000_000, 12_000_000, 18_000_000] {
        for step in 0..700 {
            client.frame(&frame(Kind::Audio, ms + step * 8_571, &[0xfc, 1]));
        }
        client.frame(&frame(Kind::Video, ms + 6_000_000, &picture));
        talk(&mut client, &mut server);
    }
    let last = server.transcript.iter().rfind(|line| line.contains("keyframe"));
    assert_eq!(last.map(String::as_str), Some("24000000 ms: keyframe, 10004 bytes"));
}

#[test]
fn a_refusal_is_told_with_the_servers_words() {
    let mut client = Connection::client(target("guess"), SEED);
    let told = talk(&mut client, &mut Stage::new());
    assert_eq!(
        told,
        ["ends: the server does not take the stream: NetStream.Publish.BadName This is not a stream key."]
    );
}

#[test]
fn frames_before_the_server_is_ready_are_dropped() {
    let mut client = Connection::client(target("key"), SEED);
    configs().iter().for_each(|config| client.config(config));
    client.frame(&frame(Kind::Audio, 0, &[0xfc, 1]));
    let said: Vec<_> = std::iter::from_fn(|| client.poll_output()).map(|output| line(&output)).collect();
    assert_eq!(said, ["says handshake of 1537 bytes"]);
}

#[test]
fn a_key_is_no_word_for_a_log() {
    let target = target("secret");
    assert!(!format!("{target:?} {:?}", Connection::client(target.clone(), SEED)).contains("secret"));
}
