//! Messages: the protocol's own, commands, and media.

use mux::flv::TagKind;

use crate::RtmpError;
use crate::chunk::Raw;
use crate::command::Command;

const SET_CHUNK_SIZE: u8 = 1;
const ABORT: u8 = 2;
const ACKNOWLEDGEMENT: u8 = 3;
const USER_CONTROL: u8 = 4;
const WINDOW: u8 = 5;
const PEER_BANDWIDTH: u8 = 6;
const DATA_AMF3: u8 = 15;
const COMMAND_AMF3: u8 = 17;
const COMMAND: u8 = 20;
const AGGREGATE: u8 = 22;

const STREAM_BEGIN: u16 = 0;
const PING: u16 = 6;
const PONG: u16 = 7;

/// "The other end may change it", of a bandwidth.
const DYNAMIC: u8 = 2;

/// The chunk stream of the protocol's own messages, by the standard; commands and media have theirs by custom.
pub(crate) const CONTROL_CHUNKS: u8 = 2;
pub(crate) const COMMAND_CHUNKS: u8 = 3;

/// What a message says. Which chunk stream it came by does not matter: not every encoder keeps to the standard's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    SetChunkSize(u32),
    Abort(u32),
    Ping(u32),
    Window(u32),
    PeerBandwidth(u32),
    Command(Command),
    Media(TagKind, Vec<u8>),
    /// Several tags in one.
    Aggregate(Vec<u8>),
    /// What needs no answer here.
    Other,
}

impl Message {
    pub(crate) fn parse(raw: Raw) -> Result<Message, RtmpError> {
        let number = || raw.body.first_chunk().copied().map(u32::from_be_bytes).ok_or(RtmpError::Control);
        Ok(match raw.kind {
            SET_CHUNK_SIZE => Message::SetChunkSize(number()?),
            ABORT => Message::Abort(number()?),
            WINDOW => Message::Window(number()?),
            PEER_BANDWIDTH => Message::PeerBandwidth(number()?),
            USER_CONTROL => user_control(&raw.body)?,
            COMMAND => Message::Command(Command::parse(&raw.body)?),
            // A byte before it says the format, which is AMF0 all the same.
            COMMAND_AMF3 => Message::Command(Command::parse(raw.body.get(1..).unwrap_or_default())?),
            DATA_AMF3 => Message::Media(TagKind::Script, raw.body),
            AGGREGATE => Message::Aggregate(raw.body),
            ACKNOWLEDGEMENT => Message::Other,
            kind => match TagKind::of(kind) {
                Some(kind) => Message::Media(kind, raw.body),
                None => Message::Other,
            },
        })
    }
}

fn user_control(body: &[u8]) -> Result<Message, RtmpError> {
    let (event, rest) = body.split_first_chunk().ok_or(RtmpError::Control)?;
    match u16::from_be_bytes(*event) {
        PING => {
            rest.first_chunk().map(|time| Message::Ping(u32::from_be_bytes(*time))).ok_or(RtmpError::Control)
        }
        _ => Ok(Message::Other),
    }
}

fn control(kind: u8, body: Vec<u8>) -> Raw {
    Raw { kind, stream: 0, timestamp: 0, body }
}

pub(crate) fn set_chunk_size(size: u32) -> Raw {
    control(SET_CHUNK_SIZE, size.to_be_bytes().into())
}

pub(crate) fn acknowledgement(bytes: u32) -> Raw {
    control(ACKNOWLEDGEMENT, bytes.to_be_bytes().into())
}

pub(crate) fn window(bytes: u32) -> Raw {
    control(WINDOW, bytes.to_be_bytes().into())
}

pub(crate) fn peer_bandwidth(bytes: u32) -> Raw {
    let mut body = bytes.to_be_bytes().to_vec();
    body.push(DYNAMIC);
    control(PEER_BANDWIDTH, body)
}

pub(crate) fn pong(time: u32) -> Raw {
    control(USER_CONTROL, [&PONG.to_be_bytes()[..], &time.to_be_bytes()].concat())
}

pub(crate) fn stream_begin(stream: u32) -> Raw {
    control(USER_CONTROL, [&STREAM_BEGIN.to_be_bytes()[..], &stream.to_be_bytes()].concat())
}

pub(crate) fn command(stream: u32, body: Vec<u8>) -> Raw {
    Raw { kind: COMMAND, stream, timestamp: 0, body }
}

pub(crate) fn media(kind: TagKind, stream: u32, timestamp: u32, body: Vec<u8>) -> Raw {
    Raw { kind: kind.number(), stream, timestamp, body }
}
