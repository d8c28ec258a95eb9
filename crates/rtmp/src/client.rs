//! The client's end: publishes a stream to a server elsewhere.

use media::{CodecConfig, Frame};
use mux::amf::Value;
use mux::flv::{FourCc, Muxer, Tag};

use crate::chunk::Raw;
use crate::command::{self, Command, status};
use crate::message;
use crate::server::Deed;
use crate::{Output, RtmpError, StreamKey};

const CONNECT: f64 = 1.0;
const RELEASE: f64 = 2.0;
const FC_PUBLISH: f64 = 3.0;
const CREATE: f64 = 4.0;
const PUBLISH: f64 = 5.0;
const FC_UNPUBLISH: f64 = 6.0;
const DELETE: f64 = 7.0;

/// The size of this end's chunks: what most encoders use, and servers are used to.
const CHUNK_BYTES: u32 = 4_096;

/// The chunk streams of sound and picture.
pub(crate) const MEDIA_CHUNKS: u8 = 4;

/// The longest sentence of a server's refusal that is passed on.
const REASON_CHARS_MAX: usize = 200;

/// Where to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The application, the part of the address before the key.
    pub app: String,
    /// The whole address without the key: `rtmp://host/app`.
    pub url: String,
    /// The stream key.
    pub key: StreamKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Connecting,
    Creating,
    Asking { stream: u32 },
    Publishing { stream: u32 },
    Ended,
}

#[derive(Debug)]
pub(crate) struct Client {
    target: Target,
    stage: Stage,
    muxer: Muxer,
}

impl Client {
    pub(crate) fn new(target: Target) -> Client {
        Client { target, stage: Stage::New, muxer: Muxer::new() }
    }

    /// The handshake is over.
    pub(crate) fn begin(&mut self, out: &mut Vec<Deed>) {
        self.stage = Stage::Connecting;
        let codecs = FourCc::VIDEO.iter().chain(&FourCc::AUDIO).map(|codec| Value::text(codec.as_str()));
        let about = Value::object([
            ("app", Value::text(&self.target.app)),
            ("type", Value::text("nonprivate")),
            ("flashVer", Value::text("FMLE/3.0 (compatible; Livehouse)")),
            ("tcUrl", Value::text(&self.target.url)),
            ("fourCcList", Value::Array(codecs.collect())),
        ]);
        out.push(Deed::Control(message::set_chunk_size(CHUNK_BYTES)));
        out.push(call(0, "connect", CONNECT, &[about]));
    }

    pub(crate) fn command(&mut self, command: &Command, out: &mut Vec<Deed>) -> Result<(), RtmpError> {
        match (command.name.as_str(), self.stage) {
            ("_result", Stage::Connecting) if command.transaction == CONNECT => {
                self.stage = Stage::Creating;
                let key = || Value::text(self.target.key.expose());
                out.push(call(0, "releaseStream", RELEASE, &[Value::Null, key()]));
                out.push(call(0, "FCPublish", FC_PUBLISH, &[Value::Null, key()]));
                out.push(call(0, "createStream", CREATE, &[Value::Null]));
            }
            ("_result", Stage::Creating) if command.transaction == CREATE => {
                let stream = command.values.get(1).and_then(Value::as_number).unwrap_or(1.0);
                // A number there cannot be becomes the nearest there can.
                let stream = stream as u32;
                self.stage = Stage::Asking { stream };
                let values = [Value::Null, Value::text(self.target.key.expose()), Value::text("live")];
                out.push(call(stream, "publish", PUBLISH, &values));
            }
            // Not every server knows the two that nothing depends on.
            ("_error", _) if [RELEASE, FC_PUBLISH].contains(&command.transaction) => {}
            ("_error", _) => return Err(refused(command)),
            ("onStatus", _) => self.status(command, out)?,
            _ => {}
        }
        Ok(())
    }

    fn status(&mut self, command: &Command, out: &mut Vec<Deed>) -> Result<(), RtmpError> {
        let info = command.values.get(1);
        let said = |name| info.and_then(|info| info.get(name)).and_then(Value::as_text).unwrap_or_default();
        match (said("code"), self.stage) {
            ("NetStream.Publish.Start", Stage::Asking { stream }) => {
                self.stage = Stage::Publishing { stream };
                out.push(Deed::Tell(Output::Ready));
            }
            _ if said("level") == "error" => return Err(refused(command)),
            _ => {}
        }
        Ok(())
    }

    /// Decoders have to know something new. Nothing is sent before the server is ready.
    pub(crate) fn config(&mut self, config: &CodecConfig) -> Option<Raw> {
        let Stage::Publishing { stream } = self.stage else { return None };
        self.muxer.config(config).map(|tag| media(stream, tag))
    }

    pub(crate) fn frame(&mut self, frame: &Frame) -> Option<Raw> {
        let Stage::Publishing { stream } = self.stage else { return None };
        self.muxer.frame(frame).map(|tag| media(stream, tag))
    }

    /// Takes leave.
    pub(crate) fn close(&mut self, out: &mut Vec<Deed>) {
        if let Stage::Publishing { stream } | Stage::Asking { stream } = self.stage {
            let key = Value::text(self.target.key.expose());
            out.push(call(0, "FCUnpublish", FC_UNPUBLISH, &[Value::Null, key]));
            out.push(call(0, "deleteStream", DELETE, &[Value::Null, Value::Number(f64::from(stream))]));
        }
        out.push(Deed::Tell(Output::Close));
        self.stage = Stage::Ended;
    }
}

fn media(stream: u32, tag: Tag) -> Raw {
    message::media(tag.kind, stream, tag.timestamp_ms, tag.body)
}

fn call(stream: u32, name: &str, number: f64, values: &[Value]) -> Deed {
    Deed::Command(message::command(stream, command::write(name, number, values)))
}

fn refused(command: &Command) -> RtmpError {
    let unsaid = status("error", "", "");
    let info = command.values.iter().rev().find(|value| value.get("code").is_some()).unwrap_or(&unsaid);
    let said = |name| info.get(name).and_then(Value::as_text).unwrap_or_default();
    let sentence = format!("{} {}", said("code"), said("description"));
    let plain = sentence.chars().filter(|letter| !letter.is_control()).take(REASON_CHARS_MAX);
    RtmpError::Refused(plain.collect::<String>().trim().to_owned())
}
