//! One line: its socket, what it has said and what it is still owed.

use bytes::Bytes;
use fanout::{Outbox, Tick};
use house::Resume;
use model::{ConnectionId, RoomId, Seq};
use protocol::ClientMessage;
use room::Who;
use std::io::IoSlice;
use std::ops::ControlFlow;

use super::bucket::Bucket;
use super::frame::{self, Frame, FrameError, FrameReader};
use super::socket::{Gone, Incoming, Socket};
use super::{Hello, SignIn};
use crate::{decode, encode};

/// Pieces handed to one write of a lagging line.
const PIECES: usize = 16;

/// One line of a thread.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) socket: Socket,
    reader: FrameReader,
    /// Only while something is owed.
    outbox: Option<Box<Outbox>>,
    pub(super) room: RoomId,
    pub(super) connection: ConnectionId,
    pub(super) who: Option<Box<Who>>,
    pub(super) sign_in: Option<SignIn>,
    pub(super) stage: Stage,
    /// Where it stands among the welcomed lines of its room.
    pub(super) place: usize,
    bucket: Bucket,
    /// When it was last heard of, or, while it closes, when that began.
    pub(super) heard_ms: u64,
    /// Orders the room has not answered yet.
    pub(super) unanswered: u32,
}

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has not said `Join`.
    Silent,
    /// The room has been asked.
    Joining,
    /// It hears the room's ticks.
    Welcomed,
    /// It was told why it is closed, and is given a moment to read that.
    Closing,
}

/// One thing a client said.
#[derive(Debug)]
pub(super) enum Heard {
    Message(ClientMessage),
    /// Not of this protocol. With a key it can be refused; without, the line is closed.
    Unknown(Option<u64>),
    Ping(Bytes),
    Close,
    Broken(FrameError),
    Flood,
}

/// Why a line cannot be written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Gone,
    Slow,
}

impl From<Gone> for Trouble {
    fn from(_: Gone) -> Trouble {
        Trouble::Gone
    }
}

impl Line {
    pub(super) fn new(socket: Socket, hello: &Hello, now_ms: u64) -> Line {
        Line {
            socket,
            reader: FrameReader::default(),
            outbox: None,
            room: hello.room.id(),
            connection: hello.connection,
            who: hello.who.clone().map(Box::new),
            sign_in: hello.sign_in,
            stage: Stage::Silent,
            place: 0,
            bucket: Bucket::full(now_ms),
            heard_ms: now_ms,
            unanswered: 0,
        }
    }

    /// Reads once and adds what was said to `into`.
    pub(super) fn read(&mut self, buffer: &mut [u8], now_ms: u64, into: &mut Vec<Heard>) -> Incoming {
        let incoming = self.socket.read(buffer);
        if let Incoming::Bytes(count) = incoming
            && self.stage != Stage::Closing
        {
            self.take(&mut buffer[..count], now_ms, into);
        }
        incoming
    }

    /// Takes bytes that came in.
    pub(super) fn take(&mut self, input: &mut [u8], now_ms: u64, into: &mut Vec<Heard>) {
        self.heard_ms = now_ms;
        let bucket = &mut self.bucket;
        let read = self.reader.read(input, |frame| {
            if !bucket.take(now_ms) {
                into.push(Heard::Flood);
                return ControlFlow::Break(());
            }
            match frame {
                Frame::Text(text) => into.push(match decode::client_message(text) {
                    Ok(message) => Heard::Message(message),
                    Err(unknown) => Heard::Unknown(unknown.key),
                }),
                Frame::Ping(payload) => into.push(Heard::Ping(frame::pong_frame(payload))),
                Frame::Part | Frame::Pong => {}
                Frame::Close => {
                    into.push(Heard::Close);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        if let Err(error) = read {
            into.push(Heard::Broken(error));
        }
    }

    /// Writes a tick, or keeps what does not go now.
    pub(super) fn deliver(&mut self, tick: &Tick, bytes_max: usize) -> Result<(), Trouble> {
        if let Some(outbox) = &mut self.outbox {
            return outbox.push_tick(tick, 0, gap).map_err(|_| Trouble::Slow);
        }
        let written = self.socket.write(&tick.frames)?;
        if written == tick.frames.len() {
            return Ok(());
        }
        let outbox = self.outbox.insert(Box::new(Outbox::new(bytes_max)));
        outbox.push_tick(tick, written, gap).map_err(|_| Trouble::Slow)?;
        // An encrypted socket may have taken a part only because its own buffer was full; the kernel's is not.
        Ok(self.flush()?)
    }

    /// Writes something for this line alone, or keeps what does not go now.
    pub(super) fn own(&mut self, bytes: Bytes, bytes_max: usize) -> Result<(), Trouble> {
        if let Some(outbox) = &mut self.outbox {
            return outbox.push_own(bytes, 0, gap).map_err(|_| Trouble::Slow);
        }
        let written = self.socket.write(&bytes)?;
        if written == bytes.len() {
            return Ok(());
        }
        let outbox = self.outbox.insert(Box::new(Outbox::new(bytes_max)));
        outbox.push_own(bytes, written, gap).map_err(|_| Trouble::Slow)?;
        Ok(self.flush()?)
    }

    /// Writes what is owed, as far as it goes now.
    pub(super) fn flush(&mut self) -> Result<(), Gone> {
        self.socket.flush()?;
        let Some(outbox) = &mut self.outbox else { return Ok(()) };
        while !outbox.is_empty() {
            let mut pieces = [IoSlice::new(&[]); PIECES];
            let count = outbox.fill(&mut pieces);
            let written = self.socket.write_pieces(&pieces[..count])?;
            if written == 0 {
                return Ok(());
            }
            outbox.advance(written);
        }
        self.outbox = None;
        Ok(())
    }

    /// Whether something is owed.
    pub(super) fn is_behind(&self) -> bool {
        self.outbox.is_some() || self.socket.is_behind()
    }

    /// Gives up what is owed, but for a frame that is half written, and says the last words.
    pub(super) fn close(&mut self, last_words: Bytes, now_ms: u64, bytes_max: usize) -> Result<(), Trouble> {
        self.stage = Stage::Closing;
        self.heard_ms = now_ms;
        self.who = None;
        if let Some(outbox) = &mut self.outbox {
            outbox.abandon();
        }
        if self.outbox.as_ref().is_some_and(|outbox| outbox.is_empty()) {
            self.outbox = None;
        }
        self.own(last_words, bytes_max)
    }
}

/// What the line is told of ordered events it was not sent.
fn gap(from: Seq, to: Seq) -> Bytes {
    frame::text_frame(&encode::gap(from, to))
}

/// Where the client says it stood.
pub(super) fn position(resume: protocol::Resume) -> Resume {
    Resume { epoch: model::Epoch(resume.epoch), seq: Seq(resume.seq) }
}
