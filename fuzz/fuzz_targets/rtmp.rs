//! A connection with a stranger: chunks, messages, commands, media; cut in two in any place it is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtmp::{Connection, Output};

/// The handshake, and a connection to `live`, so that the fuzzer need not find them.
const BEGINNING: &[u8] = b"\x03\x00\x00\x00\x00\x00\x23\x14\x00\x00\x00\x00\
    \x02\x00\x07connect\x00\x3f\xf0\x00\x00\x00\x00\x00\x00\x03\x00\x03app\x02\x00\x04live\x00\x00\x09";

/// Asks to publish.
const PUBLISH: &[u8] = b"\x03\x00\x00\x00\x00\x00\x1c\x14\x01\x00\x00\x00\
    \x02\x00\x07publish\x00\x40\x14\x00\x00\x00\x00\x00\x00\x05\x02\x00\x03key\x05\x05";

fn outputs(pieces: &[&[u8]]) -> Vec<Output> {
    let mut connection = Connection::server([7; 32]);
    let mut outputs = Vec::new();
    let mut ended = false;
    for piece in pieces {
        ended |= !ended && connection.receive(piece).is_err();
        while let Some(output) = connection.poll_output() {
            if let Output::Authorize { .. } = output {
                ended |= connection.authorize().is_err();
            }
            outputs.push(output);
        }
    }
    outputs
}

fuzz_target!(|input: (bool, u16, &[u8])| {
    let (publishing, place, bytes) = input;
    let mut stream = vec![3];
    stream.resize(1 + 2 * 1_536, 0);
    stream.extend(BEGINNING);
    if publishing {
        stream.extend(PUBLISH);
    }
    stream.extend(bytes);
    let (first, second) = stream.split_at(usize::from(place) % stream.len());
    assert_eq!(outputs(&[first, second]), outputs(&[&stream]));
    let mut client = Connection::client(target(), [7; 32]);
    let _ = client.receive(&[&[3], &[0; 2 * 1_536][..], bytes].concat());
    while client.poll_output().is_some() {}
});

fn target() -> rtmp::Target {
    rtmp::Target { app: "live".into(), url: "rtmp://host/live".into(), key: rtmp::StreamKey::new("key".into()) }
}
