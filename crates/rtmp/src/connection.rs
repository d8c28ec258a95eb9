//! One connection: bytes in, what is to be done out.

use std::collections::VecDeque;

use media::{CodecConfig, Frame};
use mux::flv::{Item, Note};

use crate::buffer::Buffer;
use crate::chunk::{ChunkReader, ChunkWriter, Raw};
use crate::client::{Client, MEDIA_CHUNKS};
use crate::handshake::Handshake;
use crate::message::{self, COMMAND_CHUNKS, CONTROL_CHUNKS, Message};
use crate::server::{CHUNK_BYTES, Deed, Server, WINDOW_BYTES};
use crate::{RtmpError, StreamKey, Target};

/// Commands of one connection. An encoder needs some ten.
const COMMANDS_MAX: usize = 1_024;

/// Bytes kept while the key is checked. Encoders that do not wait send their first frames meanwhile; past this the
/// connection ends.
const IMPATIENT_BYTES_MAX: usize = 2 << 20;

/// The least window that is believed: each acknowledgement costs sixteen bytes.
const WINDOW_BYTES_MIN: u32 = 4_096;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// To be sent to the peer.
    Send(Vec<u8>),
    /// Server: an encoder wants to publish. It waits for [`Connection::authorize`] or [`Connection::refuse`].
    Authorize {
        /// The part of the address before the key.
        app: String,
        /// What it shows.
        key: StreamKey,
    },
    /// Server: what decoders have to know from here on.
    Config(CodecConfig),
    /// Server: a frame, always after its configuration.
    Frame(Frame),
    /// Server: something about the stream that its encoder should know; each is said once.
    Note(Note),
    /// Server: the encoder took leave of its stream. It may publish again.
    Ended,
    /// Client: the server takes frames now, configurations first.
    Ready,
    /// All has been said; the connection is to be closed.
    Close,
}

impl From<Item> for Output {
    fn from(item: Item) -> Output {
        match item {
            Item::Config(config) => Output::Config(config),
            Item::Frame(frame) => Output::Frame(frame),
            Item::Note(note) => Output::Note(note),
        }
    }
}

#[derive(Debug)]
enum End {
    Server(Box<Server>),
    Client(Client),
}

/// One connection. After an error it is over.
#[derive(Debug)]
pub struct Connection {
    end: End,
    handshake: Option<Handshake>,
    input: Buffer,
    reader: ChunkReader,
    writer: ChunkWriter,
    /// How many bytes the peer wants acknowledged at a time, and up to where that was done.
    window: u32,
    acknowledged: u64,
    commands: usize,
    failed: bool,
    deeds: Vec<Deed>,
    out: VecDeque<Output>,
}

impl Connection {
    /// A server's end. The handshake's random bytes follow from the seed.
    pub fn server(seed: [u8; 32]) -> Connection {
        Connection::new(End::Server(Box::new(Server::new())), Handshake::server(seed))
    }

    /// A client's end, which publishes to `target`.
    pub fn client(target: Target, seed: [u8; 32]) -> Connection {
        let (handshake, hello) = Handshake::client(&seed);
        let mut connection = Connection::new(End::Client(Client::new(target)), handshake);
        connection.out.push_back(Output::Send(hello));
        connection
    }

    fn new(end: End, handshake: Handshake) -> Connection {
        Connection {
            end,
            handshake: Some(handshake),
            input: Buffer::default(),
            reader: ChunkReader::new(),
            writer: ChunkWriter::new(),
            window: WINDOW_BYTES,
            acknowledged: 0,
            commands: 0,
            failed: false,
            deeds: Vec::new(),
            out: VecDeque::new(),
        }
    }

    /// Takes bytes the peer has sent. What they lead to has to be polled before the next are given; there is more of it
    /// than there were bytes only by a small factor.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), RtmpError> {
        if self.failed {
            return Err(RtmpError::Ended);
        }
        self.input.push(bytes);
        self.proceed()
    }

    /// Server: the key is right, the stream may come.
    pub fn authorize(&mut self) -> Result<(), RtmpError> {
        if let End::Server(server) = &mut self.end {
            server.authorize(&mut self.deeds);
        }
        self.perform();
        self.proceed()
    }

    /// Server: the stream may not come, or no longer; the encoder is told why.
    pub fn refuse(&mut self, reason: &str) {
        if let End::Server(server) = &mut self.end {
            server.refuse(reason, &mut self.deeds);
        }
        self.perform();
    }

    /// Client: decoders have to know something new.
    pub fn config(&mut self, config: &CodecConfig) {
        if let End::Client(client) = &mut self.end
            && let Some(raw) = client.config(config)
        {
            self.send(MEDIA_CHUNKS, &raw);
        }
    }

    /// Client: the next frame. Before [`Output::Ready`] it is dropped.
    pub fn frame(&mut self, frame: &Frame) {
        if let End::Client(client) = &mut self.end
            && let Some(raw) = client.frame(frame)
        {
            self.send(MEDIA_CHUNKS, &raw);
        }
    }

    /// Client: takes leave.
    pub fn close(&mut self) {
        if let End::Client(client) = &mut self.end {
            client.close(&mut self.deeds);
        }
        self.perform();
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    fn proceed(&mut self) -> Result<(), RtmpError> {
        let outcome = self.run();
        self.failed |= outcome.is_err();
        outcome
    }

    fn run(&mut self) -> Result<(), RtmpError> {
        if let Some(handshake) = &mut self.handshake {
            let mut said = Vec::new();
            let over = handshake.proceed(&mut self.input, &mut said);
            if !said.is_empty() {
                self.out.push_back(Output::Send(said));
            }
            if !over? {
                return Ok(());
            }
            self.handshake = None;
            if let End::Client(client) = &mut self.end {
                client.begin(&mut self.deeds);
                self.perform();
            }
        }
        while !self.waits()? {
            self.reader.trust(matches!(&self.end, End::Server(server) if server.publishes()));
            let read = self.reader.read(&mut self.input);
            self.acknowledge();
            let Some(raw) = read? else { break };
            let taken = self.take(raw);
            self.perform();
            taken?;
        }
        Ok(())
    }

    /// Whether what has come is to lie until the key was checked.
    fn waits(&self) -> Result<bool, RtmpError> {
        let End::Server(server) = &self.end else { return Ok(false) };
        if server.waits() && self.input.rest().len() > IMPATIENT_BYTES_MAX {
            return Err(RtmpError::Impatient(IMPATIENT_BYTES_MAX));
        }
        Ok(server.waits())
    }

    fn take(&mut self, raw: Raw) -> Result<(), RtmpError> {
        let (stream, timestamp) = (raw.stream, raw.timestamp);
        match Message::parse(raw)? {
            Message::SetChunkSize(size) => self.reader.set_size(size)?,
            Message::Abort(stream) => self.reader.abort(stream),
            Message::Ping(time) => self.deeds.push(Deed::Control(message::pong(time))),
            Message::Window(bytes) if bytes > 0 => {
                self.window = bytes.max(WINDOW_BYTES_MIN);
                self.acknowledged = self.input.used();
            }
            Message::PeerBandwidth(bytes) => self.deeds.push(Deed::Control(message::window(bytes))),
            Message::Command(command) => {
                self.commands += 1;
                if self.commands > COMMANDS_MAX {
                    return Err(RtmpError::Commands(COMMANDS_MAX));
                }
                match &mut self.end {
                    End::Server(server) => server.command(stream, &command, &mut self.deeds)?,
                    End::Client(client) => client.command(&command, &mut self.deeds)?,
                }
            }
            Message::Media(kind, body) => {
                if let End::Server(server) = &mut self.end {
                    server.media(kind, timestamp, &body, &mut self.deeds);
                }
            }
            Message::Aggregate(body) => {
                if let End::Server(server) = &mut self.end {
                    server.aggregate(timestamp, &body, &mut self.deeds);
                }
            }
            Message::Window(_) | Message::Other => {}
        }
        Ok(())
    }

    /// Says how much has come, each time the window is full.
    fn acknowledge(&mut self) {
        while self.input.used() - self.acknowledged >= u64::from(self.window) {
            self.acknowledged += u64::from(self.window);
            // The number wraps by the standard.
            let raw = message::acknowledgement((self.acknowledged & 0xffff_ffff) as u32);
            self.send(CONTROL_CHUNKS, &raw);
        }
    }

    fn perform(&mut self) {
        for deed in std::mem::take(&mut self.deeds) {
            match deed {
                Deed::Control(raw) => {
                    self.send(CONTROL_CHUNKS, &raw);
                    if raw == message::set_chunk_size(CHUNK_BYTES) {
                        self.writer.set_size(CHUNK_BYTES as usize);
                    }
                }
                Deed::Command(raw) => self.send(COMMAND_CHUNKS, &raw),
                Deed::Tell(output) => self.out.push_back(output),
            }
        }
    }

    fn send(&mut self, chunk_stream: u8, raw: &Raw) {
        let mut bytes = Vec::with_capacity(raw.body.len() + 32);
        self.writer.write(chunk_stream, raw, &mut bytes);
        self.out.push_back(Output::Send(bytes));
    }
}
