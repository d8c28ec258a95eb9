//! Chunks: messages cut into pieces, so that sound need not wait behind a large picture.

use std::collections::BTreeMap;

use crate::RtmpError;
use crate::buffer::Buffer;

/// Chunk streams of one connection. Encoders use two to eight.
const STREAMS_MAX: usize = 64;

/// The longest message. A keyframe of a picture in 8K at 100 Mbit/s has some 4 MiB.
const MESSAGE_BYTES_MAX: usize = 8 << 20;

/// What all unfinished messages of a connection may hold together.
const UNFINISHED_BYTES_MAX: usize = 12 << 20;

/// The same for a peer that may not publish (yet): commands are short, and a stranger's memory is ours.
const STRANGERS_MESSAGE_BYTES_MAX: usize = 64 << 10;
const STRANGERS_UNFINISHED_BYTES_MAX: usize = 256 << 10;

/// How much space a message is given before its bytes have come.
const RESERVED_BYTES_MAX: usize = 64 << 10;

/// The size of chunks until a peer says another.
const FIRST_SIZE: usize = 128;

/// The value of a time's 24 bits that says that 32 follow.
const EXTENDED: u32 = 0xff_ffff;

/// Bytes of the fields of each format of header.
const FIELD_BYTES: [usize; 4] = [11, 7, 3, 0];

/// A message, put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) kind: u8,
    pub(crate) stream: u32,
    pub(crate) timestamp: u32,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default)]
struct Stream {
    timestamp: u32,
    /// What the next message without a time of its own is later by.
    delta: u32,
    /// The 32 bits of the last time, if it had them.
    extended: Option<u32>,
    length: usize,
    kind: u8,
    message_stream: u32,
    /// What has come of the present message.
    body: Option<Vec<u8>>,
}

/// Puts messages together.
#[derive(Debug)]
pub(crate) struct ChunkReader {
    size: usize,
    streams: BTreeMap<u32, Stream>,
    /// The chunk whose bytes come now: its stream, and how many are still to come.
    open: Option<(u32, usize)>,
    unfinished: usize,
    message_bytes_max: usize,
    unfinished_bytes_max: usize,
}

/// What stands before a chunk's bytes.
struct Header {
    stream: u32,
    format: u8,
    bytes: usize,
    time: u32,
    /// The time's 32 bits, if it has them.
    extended: Option<u32>,
    length: usize,
    kind: u8,
    message_stream: u32,
}

impl ChunkReader {
    pub(crate) fn new() -> ChunkReader {
        ChunkReader {
            size: FIRST_SIZE,
            streams: BTreeMap::new(),
            open: None,
            unfinished: 0,
            message_bytes_max: STRANGERS_MESSAGE_BYTES_MAX,
            unfinished_bytes_max: STRANGERS_UNFINISHED_BYTES_MAX,
        }
    }

    /// Takes messages as long as pictures are, or only as commands are.
    pub(crate) fn trust(&mut self, publishes: bool) {
        (self.message_bytes_max, self.unfinished_bytes_max) = match publishes {
            true => (MESSAGE_BYTES_MAX, UNFINISHED_BYTES_MAX),
            false => (STRANGERS_MESSAGE_BYTES_MAX, STRANGERS_UNFINISHED_BYTES_MAX),
        };
    }

    /// The peer's chunks have another size from now on.
    pub(crate) fn set_size(&mut self, size: u32) -> Result<(), RtmpError> {
        // One bit more is reserved. No chunk is longer than a message.
        let sound = (1..1 << 31).contains(&size);
        let wanted = usize::try_from(size).ok().filter(|_| sound).ok_or(RtmpError::ChunkSize(size))?;
        self.size = wanted.min(MESSAGE_BYTES_MAX);
        Ok(())
    }

    /// The rest of a stream's present message will not come.
    pub(crate) fn abort(&mut self, stream: u32) {
        if let Some(body) = self.streams.get_mut(&stream).and_then(|stream| stream.body.take()) {
            self.unfinished -= body.len();
        }
    }

    /// The next whole message; `None` until more has come.
    pub(crate) fn read(&mut self, input: &mut Buffer) -> Result<Option<Raw>, RtmpError> {
        loop {
            if self.open.is_none() && !self.open_next(input)? {
                return Ok(None);
            }
            let Some((id, left)) = self.open else { return Ok(None) };
            let stream = self.streams.get_mut(&id).ok_or(RtmpError::NoBeginning(id))?;
            let rest = input.rest();
            let wanted = left.min(rest.len());
            // What is too much is not used, so that it does not matter in which pieces it came.
            let taken = wanted.min(self.unfinished_bytes_max.saturating_sub(self.unfinished));
            let body = stream.body.get_or_insert_default();
            body.extend_from_slice(&rest[..taken]);
            self.unfinished += taken;
            input.consume(taken);
            if taken < wanted {
                return Err(RtmpError::Unfinished(self.unfinished_bytes_max));
            }
            if taken < left {
                self.open = Some((id, left - taken));
                return Ok(None);
            }
            self.open = None;
            if body.len() >= stream.length {
                let body = stream.body.take().unwrap_or_default();
                self.unfinished -= body.len();
                let (kind, timestamp) = (stream.kind, stream.timestamp);
                return Ok(Some(Raw { kind, stream: stream.message_stream, timestamp, body }));
            }
        }
    }

    /// Reads the next chunk's header, if it is all there.
    fn open_next(&mut self, input: &mut Buffer) -> Result<bool, RtmpError> {
        let Some(header) = self.header(input.rest())? else { return Ok(false) };
        if header.length > self.message_bytes_max {
            return Err(RtmpError::MessageLength(header.length, self.message_bytes_max));
        }
        if !self.streams.contains_key(&header.stream) && self.streams.len() >= STREAMS_MAX {
            return Err(RtmpError::ChunkStreams(STREAMS_MAX));
        }
        if header.format < 3 {
            // A new message in the middle of another: the peer has given that one up.
            self.abort(header.stream);
        }
        let stream = self.streams.entry(header.stream).or_default();
        if header.format < 3 {
            (stream.length, stream.kind, stream.message_stream) =
                (header.length, header.kind, header.message_stream);
            stream.delta = header.time;
            stream.extended = header.extended;
        }
        if stream.body.is_none() {
            stream.timestamp = match header.format {
                0 => header.time,
                _ => stream.timestamp.wrapping_add(stream.delta),
            };
            stream.body = Some(Vec::with_capacity(stream.length.min(RESERVED_BYTES_MAX)));
        }
        let have = stream.body.as_ref().map_or(0, Vec::len);
        self.open = Some((header.stream, (stream.length - have).min(self.size)));
        input.consume(header.bytes);
        Ok(true)
    }

    fn header(&self, bytes: &[u8]) -> Result<Option<Header>, RtmpError> {
        let Some((format, id, basic)) = basic_header(bytes) else { return Ok(None) };
        let known = self.streams.get(&id);
        let plain = basic + FIELD_BYTES[usize::from(format)];
        let Some(fields) = bytes.get(basic..plain) else { return Ok(None) };
        let (mut length, mut kind, mut message_stream) =
            known.map_or((0, 0, 0), |known| (known.length, known.kind, known.message_stream));
        let mut time = known.map_or(0, |known| known.delta);
        let mut extended = known.and_then(|known| known.extended).is_some();
        match (format, fields) {
            (0, [t0, t1, t2, l0, l1, l2, k, s0, s1, s2, s3]) => {
                time = u32::from_be_bytes([0, *t0, *t1, *t2]);
                (length, kind) = (be24([*l0, *l1, *l2]), *k);
                message_stream = u32::from_le_bytes([*s0, *s1, *s2, *s3]);
                extended = time == EXTENDED;
            }
            (1, [t0, t1, t2, l0, l1, l2, k]) => {
                time = u32::from_be_bytes([0, *t0, *t1, *t2]);
                (length, kind) = (be24([*l0, *l1, *l2]), *k);
                extended = time == EXTENDED;
            }
            (2, [t0, t1, t2]) if known.is_some() => {
                time = u32::from_be_bytes([0, *t0, *t1, *t2]);
                extended = time == EXTENDED;
            }
            (_, _) if known.is_some() => {}
            (_, _) => return Err(RtmpError::NoBeginning(id)),
        }
        let mut header =
            Header { stream: id, format, bytes: plain, time, extended: None, length, kind, message_stream };
        if extended {
            let Some(word) = bytes.get(plain..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
            let word = u32::from_be_bytes(*word);
            // Not every encoder repeats the long time before the pieces of a message; then these are its bytes.
            if format < 3 || known.and_then(|known| known.extended) == Some(word) {
                (header.time, header.extended) = (word, Some(word));
                header.bytes += 4;
            }
        }
        Ok(Some(header))
    }
}

/// A chunk's format, its stream, and how many bytes said so.
fn basic_header(bytes: &[u8]) -> Option<(u8, u32, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let format = first >> 6;
    match first & 0x3f {
        0 => rest.first().map(|low| (format, 64 + u32::from(*low), 2)),
        1 => rest.first_chunk().map(|[low, high]| (format, 64 + u32::from(*low) + 256 * u32::from(*high), 3)),
        id => Some((format, u32::from(id), 1)),
    }
}

fn be24([a, b, c]: [u8; 3]) -> usize {
    usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)
}

/// Cuts messages into chunks.
#[derive(Debug)]
pub(crate) struct ChunkWriter {
    size: usize,
}

impl ChunkWriter {
    pub(crate) fn new() -> ChunkWriter {
        ChunkWriter { size: FIRST_SIZE }
    }

    /// This end's chunks have another size from now on; the peer has been told.
    pub(crate) fn set_size(&mut self, size: usize) {
        self.size = size.max(1);
    }

    /// Writes a message on a chunk stream below 64. One longer than 24 bits can say is left out.
    pub(crate) fn write(&self, chunk_stream: u8, message: &Raw, out: &mut Vec<u8>) {
        let Some(length) = u32::try_from(message.body.len()).ok().filter(|length| *length < 1 << 24) else {
            return;
        };
        let [_, l0, l1, l2] = length.to_be_bytes();
        let long = message.timestamp >= EXTENDED;
        let [_, t0, t1, t2] = message.timestamp.min(EXTENDED).to_be_bytes();
        out.extend([chunk_stream & 0x3f, t0, t1, t2, l0, l1, l2, message.kind]);
        out.extend(message.stream.to_le_bytes());
        if message.body.is_empty() && long {
            out.extend(message.timestamp.to_be_bytes());
        }
        for (at, piece) in message.body.chunks(self.size).enumerate() {
            if at > 0 {
                out.push(0xc0 | chunk_stream & 0x3f);
            }
            if long {
                out.extend(message.timestamp.to_be_bytes());
            }
            out.extend(piece);
        }
    }
}
