//! The server's end: takes one encoder's stream.

use mux::amf::Value;
use mux::flv::{Demuxer, FourCc, TagKind, TagReader};

use crate::chunk::Raw;
use crate::command::{self, Command, status};
use crate::message;
use crate::{Output, RtmpError, StreamKey};

/// The number of the one stream a connection has.
const STREAM: f64 = 1.0;

/// How many bytes the peer may send before it hears that they came. Enough for a second of any picture.
pub(crate) const WINDOW_BYTES: u32 = 2_500_000;

/// The size of this end's chunks: each of its messages fits one.
pub(crate) const CHUNK_BYTES: u32 = 4_096;

/// The longest application name or key.
const NAME_BYTES_MAX: usize = 512;

/// Enhanced RTMP: `Multitrack` and `ModEx` with its nanoseconds are understood.
const CAPABILITIES: f64 = 14.0;

/// Enhanced RTMP: a codec is passed on, neither decoded nor encoded.
const CAN_FORWARD: f64 = 4.0;

/// What a server has to say or tell.
#[derive(Debug)]
pub(crate) enum Deed {
    /// A message of the protocol's own.
    Control(Raw),
    /// A command or its answer.
    Command(Raw),
    Tell(Output),
}

#[derive(Debug)]
enum Stage {
    /// Nothing has been said.
    New,
    /// To which application the encoder has come.
    Connected { app: String },
    /// The key is being checked.
    Asking { app: String, stream: u32 },
    /// Media comes.
    Publishing { app: String, stream: u32 },
    /// The key was refused.
    Refused,
}

#[derive(Debug)]
pub(crate) struct Server {
    stage: Stage,
    demuxer: Demuxer,
}

impl Server {
    pub(crate) fn new() -> Server {
        Server { stage: Stage::New, demuxer: Demuxer::new() }
    }

    /// Whether nothing more is to be read before the key was checked.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Asking { .. } | Stage::Refused)
    }

    /// Whether the peer has shown a right to send pictures.
    pub(crate) fn publishes(&self) -> bool {
        matches!(self.stage, Stage::Publishing { .. })
    }

    pub(crate) fn authorize(&mut self, out: &mut Vec<Deed>) {
        if let Stage::Asking { app, stream } = std::mem::replace(&mut self.stage, Stage::Refused) {
            out.push(Deed::Control(message::stream_begin(stream)));
            out.push(on_status(stream, "status", "NetStream.Publish.Start", "The stream is taken."));
            self.demuxer = Demuxer::new();
            self.stage = Stage::Publishing { app, stream };
        }
    }

    pub(crate) fn refuse(&mut self, reason: &str, out: &mut Vec<Deed>) {
        if let Stage::Asking { stream, .. } | Stage::Publishing { stream, .. } = self.stage {
            out.push(on_status(stream, "error", "NetStream.Publish.BadName", reason));
            out.push(Deed::Tell(Output::Close));
            self.stage = Stage::Refused;
        }
    }

    pub(crate) fn media(&mut self, kind: TagKind, timestamp: u32, body: &[u8], out: &mut Vec<Deed>) {
        // Before it may be sent it is of nobody.
        if let Stage::Publishing { .. } = self.stage {
            out.extend(self.demuxer.take(kind, timestamp, body).map(|item| Deed::Tell(item.into())));
        }
    }

    /// Tags in one message, whose times count from the first one's.
    pub(crate) fn aggregate(&mut self, timestamp: u32, body: &[u8], out: &mut Vec<Deed>) {
        let mut first = None;
        for tag in TagReader::new(body) {
            let first = *first.get_or_insert(tag.timestamp_ms);
            let at = timestamp.wrapping_add(tag.timestamp_ms.wrapping_sub(first));
            self.media(tag.kind, at, tag.body, out);
        }
    }

    pub(crate) fn command(
        &mut self,
        stream: u32,
        command: &Command,
        out: &mut Vec<Deed>,
    ) -> Result<(), RtmpError> {
        let number = command.transaction;
        match command.name.as_str() {
            "connect" => self.connect(command, out)?,
            "createStream" => out.push(answer(number, &[Value::Null, Value::Number(STREAM)])),
            "releaseStream" | "_checkbw" => out.push(answer(number, &[Value::Null, Value::Undefined])),
            "FCPublish" => {
                out.push(answer(number, &[Value::Null, Value::Undefined]));
                let info = status("status", "NetStream.Publish.Start", "The stream may come.");
                out.push(call("onFCPublish", 0, info));
            }
            "publish" => self.publish(stream, command, out)?,
            "FCUnpublish" => {
                self.ended(out);
                let info = status("status", "NetStream.Unpublish.Success", "The stream has ended.");
                out.push(call("onFCUnpublish", 0, info));
            }
            "deleteStream" | "closeStream" => {
                self.ended(out);
                let said = "The stream has ended.";
                out.push(on_status(stream, "status", "NetStream.Unpublish.Success", said));
            }
            "play" | "play2" => {
                let said = "Nothing is played by RTMP here; watch the room's page.";
                out.push(on_status(stream, "error", "NetStream.Play.Failed", said));
            }
            // Encoders ask this and that, and none waits for a word it does not need.
            _ => {}
        }
        Ok(())
    }

    fn connect(&mut self, command: &Command, out: &mut Vec<Deed>) -> Result<(), RtmpError> {
        let Stage::New = self.stage else { return Err(RtmpError::OutOfPlace("connect")) };
        let about = command.values.first().ok_or(RtmpError::OutOfPlace("connect"))?;
        let app = about.get("app").and_then(Value::as_text).unwrap_or_default();
        let app = app.split('?').next().unwrap_or_default().trim_matches('/');
        if app.len() > NAME_BYTES_MAX {
            return Err(RtmpError::OutOfPlace("connect"));
        }
        let enhanced = ["fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"];
        let enhanced = enhanced.iter().any(|name| about.get(name).is_some());
        self.stage = Stage::Connected { app: app.to_owned() };
        out.push(Deed::Control(message::window(WINDOW_BYTES)));
        out.push(Deed::Control(message::peer_bandwidth(WINDOW_BYTES)));
        out.push(Deed::Control(message::set_chunk_size(CHUNK_BYTES)));
        out.push(answer(command.transaction, &[properties(), connected(enhanced)]));
        out.push(call("onBWDone", 0, Value::Number(0.0)));
        Ok(())
    }

    fn publish(&mut self, stream: u32, command: &Command, out: &mut Vec<Deed>) -> Result<(), RtmpError> {
        let Stage::Connected { app } = &self.stage else { return Err(RtmpError::OutOfPlace("publish")) };
        let name = command.text(1).unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default().trim_matches('/');
        // Some encoders have one field for all of the address, and cut it elsewhere.
        let (app, key) = match app.split_once('/') {
            Some((app, key)) if name.is_empty() => (app, key),
            Some(_) | None => (app.as_str(), name),
        };
        if key.len() > NAME_BYTES_MAX {
            return Err(RtmpError::OutOfPlace("publish"));
        }
        let (app, key) = (app.to_owned(), StreamKey::new(key.to_owned()));
        out.push(Deed::Tell(Output::Authorize { app: app.clone(), key }));
        self.stage = Stage::Asking { app, stream };
        Ok(())
    }

    fn ended(&mut self, out: &mut Vec<Deed>) {
        if let Stage::Publishing { app, .. } = &self.stage {
            self.stage = Stage::Connected { app: app.clone() };
            out.push(Deed::Tell(Output::Ended));
        }
    }
}

fn answer(number: f64, values: &[Value]) -> Deed {
    Deed::Command(message::command(0, command::write("_result", number, values)))
}

fn call(name: &str, stream: u32, value: Value) -> Deed {
    Deed::Command(message::command(stream, command::write(name, 0.0, &[Value::Null, value])))
}

fn on_status(stream: u32, level: &str, code: &str, description: &str) -> Deed {
    call("onStatus", stream, status(level, code, description))
}

fn properties() -> Value {
    // What old encoders look for before they go on.
    Value::object([("fmsVer", Value::text("FMS/3,5,7,7009")), ("capabilities", Value::Number(31.0))])
}

/// "You are in", and to an encoder that speaks enhanced RTMP, what of it is understood.
fn connected(enhanced: bool) -> Value {
    let mut info = status("status", "NetConnection.Connect.Success", "Connection succeeded.");
    let Value::Object(pairs) = &mut info else { return info };
    pairs.push(("objectEncoding".to_owned(), Value::Number(0.0)));
    if enhanced {
        let known = |codecs: &[FourCc]| -> Vec<Value> {
            codecs.iter().map(|codec| Value::text(codec.as_str())).collect()
        };
        let map = |codecs: &[FourCc]| {
            Value::Object(
                codecs.iter().map(|codec| (codec.as_str().to_owned(), Value::Number(CAN_FORWARD))).collect(),
            )
        };
        let all = [known(&FourCc::VIDEO), known(&FourCc::AUDIO)].concat();
        pairs.push(("fourCcList".to_owned(), Value::Array(all)));
        pairs.push(("videoFourCcInfoMap".to_owned(), map(&FourCc::VIDEO)));
        pairs.push(("audioFourCcInfoMap".to_owned(), map(&FourCc::AUDIO)));
        pairs.push(("capsEx".to_owned(), Value::Number(CAPABILITIES)));
    }
    info
}
