//! Frames that are none, messages that are none, and too many of them: each with its close code, and nobody else hurt.

use std::io::Write;
use tungstenite::Message;

use crate::evening::{Evening, client_on, hear_until, try_hear, who};

/// A frame as a client sends it: masked with zeros, so that the bytes can be read here.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0x80 | 126);
            frame.extend((long as u16).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_websocket_or_not_ours_is_closed_with_its_reason() {
    let evening = Evening::new().await;
    let join = frame(0x81, br#"{"join":true}"#);
    let chat = frame(0x81, br#"{"key":1,"do":"ping"}"#);
    let long = frame(0x81, &[b'x'; 9_000]);
    let parts = [frame(0x01, &[b'x'; 8_000]), frame(0x80, &[b'x'; 8_000])].concat();
    let cases: [(&str, Vec<u8>, u16); 21] = [
        ("unmasked", vec![0x81, 0x01, b'x'], 1002),
        ("a reserved bit", frame(0xC1, b"x"), 1002),
        ("a reserved data opcode", frame(0x83, b"x"), 1002),
        ("a reserved control opcode", frame(0x8B, b"x"), 1002),
        ("a ping in parts", frame(0x09, b"x"), 1002),
        ("a ping of 126 bytes", frame(0x89, &[0; 126]), 1002),
        ("a part of nothing", frame(0x80, b"x"), 1002),
        ("a message inside a message", [frame(0x01, b"{"), frame(0x81, b"}")].concat(), 1002),
        ("a length in more bytes than it needs", vec![0x81, 0xFE, 0, 1, 0, 0, 0, 0, b'x'], 1002),
        ("a close of one byte", frame(0x88, b"x"), 1002),
        ("a close code nobody may send", frame(0x88, &1005_u16.to_be_bytes()), 1002),
        ("binary", frame(0x82, b"x"), 1003),
        ("not UTF-8", frame(0x81, &[0xFF, 0xFE]), 1007),
        ("not UTF-8 in parts", [frame(0x01, &[0xE4]), frame(0x80, &[0xBD])].concat(), 1007),
        ("too long", long, 1009),
        ("too long in parts", parts, 1009),
        (
            "a length beyond memory",
            vec![0x81, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0],
            1009,
        ),
        ("not JSON", [join.clone(), frame(0x81, b"{")].concat(), 4500),
        ("an order before the join", chat, 4500),
        ("a second join", [join.clone(), join.clone()].concat(), 4500),
        ("taking leave", frame(0x88, &1000_u16.to_be_bytes()), 1000),
    ];
    let (mut other, _) = evening.client(None, None);
    for (what, bytes, code) in cases {
        let mut socket = evening.bare(Some(who(50, "Mei")));
        socket.write_all(&bytes).unwrap();
        let mut client = client_on(socket);
        let ended = loop {
            if let Err(code) = try_hear(&mut client) {
                break code;
            }
        };
        assert_eq!(ended, code, "{what}");
    }
    let seq = evening.say("still here").await;
    hear_until(&mut other, seq);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_parts_with_a_ping_between_is_a_message() {
    let evening = Evening::new().await;
    let mut socket = evening.bare(None);
    let bytes =
        [frame(0x01, br#"{"jo"#), frame(0x89, b"now"), frame(0x00, br#"in":"#), frame(0x80, b"true}")]
            .concat();
    // One byte at a time, so that every cut is tried.
    for byte in bytes {
        socket.write_all(&[byte]).unwrap();
    }
    let mut client = client_on(socket);
    assert_eq!(client.read().unwrap(), Message::Pong("now".into()));
    try_hear(&mut client).expect("the welcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_too_much_is_closed_and_the_others_are_heard() {
    let evening = Evening::new().await;
    let (mut calm, _) = evening.client(None, None);
    let (mut client, _) = evening.client(Some(who(50, "Mei")), None);
    let flood: Vec<u8> =
        (1..=200).flat_map(|key| frame(0x81, format!(r#"{{"key":{key},"do":"ping"}}"#).as_bytes())).collect();
    // The line may be closed before all of it is written.
    let _ = client.get_mut().write_all(&flood);
    let mut pongs = 0;
    let code = loop {
        match try_hear(&mut client) {
            Ok(protocol::ServerMessage::Pong { .. }) => pongs += 1,
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert_eq!(code, 4501);
    assert!((50..70).contains(&pongs), "{pongs} were answered");
    let seq = evening.say("calm").await;
    hear_until(&mut calm, seq);
}
