//! Any bytes on a line: no panic, the same frames however the bytes are cut, no more held than may be, and what is said
//! becomes a command or a refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{ClientKey, ParticipantId};
use protocol::ClientMessage;
use std::ops::ControlFlow;

// The two files on the way of a client's bytes, without the rest of the web floor, so that fuzzing builds in a moment.
#[allow(dead_code, missing_docs)]
#[path = "../../crates/web/src/decode.rs"]
mod decode;
#[allow(dead_code, missing_docs)]
#[path = "../../crates/web/src/line/frame.rs"]
mod frame;

use frame::{Frame, FrameReader};

/// A frame's longest header, a message in parts and a frame that is not whole.
const HELD_BYTES_MAX: usize = 14 + 2 * protocol::CLIENT_MESSAGE_BYTES_MAX;

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (cut, mut bytes) = input;
    unmask_all(&mut bytes);
    let whole = read(&bytes, bytes.len().max(1));
    let in_pieces = read(&bytes, usize::from(cut).max(1));
    assert_eq!(whole, in_pieces);
});

/// What is said, as a transcript.
fn read(bytes: &[u8], piece: usize) -> Vec<String> {
    let mut reader = FrameReader::default();
    let mut told = Vec::new();
    for piece in bytes.chunks(piece) {
        let flow = reader.read(&mut piece.to_vec(), |frame| {
            told.push(match &frame {
                Frame::Text(text) => understand(text),
                Frame::Part | Frame::Ping(_) | Frame::Pong | Frame::Close => format!("{frame:?}"),
            });
            if frame == Frame::Close { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(reader.held_bytes() <= HELD_BYTES_MAX);
        match flow {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(error) => {
                told.push(format!("{error:?}"));
                break;
            }
        }
    }
    told
}

fn understand(text: &str) -> String {
    match decode::client_message(text) {
        Ok(ClientMessage::Order { key, order }) => {
            assert!((1..=decode::NUMBER_MAX).contains(&key));
            format!("{:?}", decode::command(order, ParticipantId(7), ClientKey(key)))
        }
        said => format!("{said:?}"),
    }
}

/// Frames whose mask is four zeros read as they are, which lets the fuzzer find JSON. Of a client's second byte only the
/// mask bit is forced, and only where that makes the difference between nonsense and a frame.
fn unmask_all(bytes: &mut [u8]) {
    if let Some(second) = bytes.get_mut(1) {
        *second |= 0x80;
    }
}
