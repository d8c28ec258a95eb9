//! Stories of RTMP: what an encoder says, byte for byte, and what is done and answered.

mod chunks;
mod client;
mod encoder;
mod properties;
mod talk;

use media::{CodecConfig, Frame, Kind};
use mux::amf::{Reader, Value};
use rtmp::{Connection, Output, RtmpError};

use encoder::Encoder;

const SEED: [u8; 32] = [5; 32];

/// A connection whose house knows one key.
struct Stage {
    connection: Connection,
    transcript: Vec<String>,
    /// What was said to the peer and not yet carried there.
    sent: Vec<Vec<u8>>,
}

impl Stage {
    fn new() -> Stage {
        Stage { connection: Connection::server(SEED), transcript: Vec::new(), sent: Vec::new() }
    }

    fn receive(&mut self, bytes: &[u8]) {
        let mut outcome = self.connection.receive(bytes);
        // The house answers at once. What was said before an error is done all the same.
        while let Some(output) = self.connection.poll_output() {
            self.transcript.push(line(&output));
            match output {
                Output::Authorize { key, .. } if key.expose() == "key" => {
                    outcome = self.connection.authorize()
                }
                Output::Authorize { .. } => self.connection.refuse("This is not a stream key."),
                Output::Send(bytes) => self.sent.push(bytes),
                Output::Config(_) | Output::Frame(_) | Output::Note(_) => {}
                Output::Ended | Output::Ready | Output::Close => {}
            }
        }
        self.note(outcome);
    }

    fn note(&mut self, outcome: Result<(), RtmpError>) {
        if let Err(error) = outcome {
            self.transcript.push(format!("ends: {error}"));
        }
    }
}

fn told(encoder: &Encoder) -> Vec<String> {
    let mut stage = Stage::new();
    stage.receive(&encoder.bytes);
    stage.transcript
}

/// What follows the lines that every publishing begins with.
#[track_caller]
fn check(encoder: &Encoder, expected: &[&str]) {
    let transcript = told(encoder);
    let beginning = told(&Encoder::publishing());
    assert_eq!(transcript[..beginning.len()], beginning);
    assert_eq!(transcript[beginning.len()..], *expected);
}

fn line(output: &Output) -> String {
    match output {
        Output::Send(bytes) => said(bytes),
        Output::Authorize { app, key } => format!("asks to publish to {app} with {}", key.expose()),
        Output::Config(CodecConfig::Video(config)) => {
            format!("{} {}x{}", config.codec.name(), config.width, config.height)
        }
        Output::Config(CodecConfig::Audio(config)) => format!("sound of {} Hz", config.rate_hz),
        Output::Frame(frame) => frame_line(frame),
        Output::Note(note) => format!("note: {note}"),
        Output::Ended => "takes leave".to_owned(),
        Output::Ready => "is ready".to_owned(),
        Output::Close => "closes".to_owned(),
    }
}

fn frame_line(frame: &Frame) -> String {
    let what = match (frame.kind, frame.keyframe) {
        (Kind::Audio, _) => "sound",
        (Kind::Video, true) => "keyframe",
        (Kind::Video, false) => "frame",
    };
    format!("{} ms: {what}, {} bytes", frame.decode.as_millis(), frame.data.len())
}

/// A message of this end's in words. Each comes alone, and its commands fit one chunk of 4,096 bytes or two of 128.
fn said(bytes: &[u8]) -> String {
    if bytes.len() >= 1_536 && bytes.len() <= 3_073 {
        return format!("says handshake of {} bytes", bytes.len());
    }
    let (kind, stream, at) = (bytes[7], bytes[8], u32::from_be_bytes([0, bytes[1], bytes[2], bytes[3]]));
    let body = &bytes[12..];
    let number = || u32::from_be_bytes(*body.first_chunk().expect("a number"));
    match kind {
        1 => format!("says chunk size {}", number()),
        3 => format!("says {} bytes came", number()),
        4 => format!(
            "says event {} of {}",
            body[1],
            u32::from_be_bytes(*body[2..].first_chunk().expect("four"))
        ),
        5 => format!("says window {}", number()),
        6 => format!("says bandwidth {}", number()),
        8 | 9 => format!("says media {kind} at {at} ms: {} bytes", body.len()),
        20 => command(stream, body),
        other => format!("says message {other}"),
    }
}

fn command(stream: u8, body: &[u8]) -> String {
    let Ok(values) = Reader::new(body).rest() else {
        return format!("says a command of {} bytes", body.len());
    };
    let mut out = format!("says {} ({stream})", values[0].as_text().unwrap_or("?"));
    for value in &values[1..] {
        if let Some(number) = value.as_number() {
            out.push_str(&format!(" {number}"));
        }
        let code = value.get("code").and_then(Value::as_text);
        if let Some(text) = value.as_text().or(code) {
            out.push_str(&format!(" {text}"));
        }
    }
    out
}
