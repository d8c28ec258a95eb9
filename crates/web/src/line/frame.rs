//! WebSocket frames (RFC 6455), the server's end: parsed without a buffer per line, written without a mask.

use std::io::Cursor;
use std::ops::ControlFlow;

use bytes::Bytes;
use protocol::CLIENT_MESSAGE_BYTES_MAX;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// The longest payload of a control frame, by the RFC.
const CONTROL_BYTES_MAX: usize = 125;

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A whole text message.
    Text(&'a str),
    /// A part of a message that goes on.
    Part,
    /// A ping, to be answered with the same bytes.
    Ping(&'a [u8]),
    /// The answer to a ping.
    Pong,
    /// The client takes leave.
    Close,
}

/// Why a line cannot be read on. Each has its WebSocket close code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// Not WebSocket.
    Protocol,
    /// A binary message: this protocol has none.
    Binary,
    /// A text message that is not UTF-8.
    NotText,
    /// A message above [`CLIENT_MESSAGE_BYTES_MAX`].
    TooLarge,
}

impl FrameError {
    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            FrameError::Protocol => 1002,
            FrameError::Binary => 1003,
            FrameError::NotText => 1007,
            FrameError::TooLarge => 1009,
        }
    }
}

/// Finds frames in what comes in. Holds bytes only while a frame or a message is incomplete.
#[derive(Debug, Default)]
pub struct FrameReader {
    held: Option<Box<Held>>,
}

/// Invariant: neither grows beyond one message and one frame's header.
#[derive(Debug, Default)]
struct Held {
    /// The beginning of a frame.
    frame: Vec<u8>,
    /// The beginning of a message in parts.
    message: Vec<u8>,
    in_message: bool,
}

impl FrameReader {
    /// Reads `input`, which it unmasks in place, and says each frame to `on` until that breaks or the input is used up.
    /// After a break or an error the reader is of no more use.
    pub fn read(
        &mut self,
        input: &mut [u8],
        mut on: impl FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, FrameError> {
        let mut held = self.held.take().map_or_else(Held::default, |held| *held);
        let flow = if held.frame.is_empty() {
            let (used, flow) = read_frames(input, &mut held, &mut on)?;
            held.frame.extend_from_slice(&input[used..]);
            flow
        } else {
            let mut joined = std::mem::take(&mut held.frame);
            joined.extend_from_slice(input);
            let (used, flow) = read_frames(&mut joined, &mut held, &mut on)?;
            joined.drain(..used);
            held.frame = joined;
            flow
        };
        if !held.frame.is_empty() || held.in_message {
            self.held = Some(Box::new(held));
        }
        Ok(flow)
    }

    /// How many bytes are held: at most one message in parts and one frame that is not whole.
    pub fn held_bytes(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.frame.len() + held.message.len())
    }
}

fn read_frames(
    input: &mut [u8],
    held: &mut Held,
    on: &mut impl FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<(usize, ControlFlow<()>), FrameError> {
    let mut used = 0;
    loop {
        let Some((header, header_len, payload_len)) = parse_header(&input[used..])? else {
            return Ok((used, ControlFlow::Continue(())));
        };
        let from = used + header_len;
        let Some(payload) = input.get_mut(from..from + payload_len) else {
            return Ok((used, ControlFlow::Continue(())));
        };
        unmask(payload, header.mask.ok_or(FrameError::Protocol)?);
        used = from + payload_len;
        if take_frame(&header, payload, held, on)?.is_break() {
            return Ok((used, ControlFlow::Break(())));
        }
    }
}

/// A frame's header, its length and its payload's; `None` while it is not all there.
fn parse_header(input: &[u8]) -> Result<Option<(FrameHeader, usize, usize)>, FrameError> {
    let mut cursor = Cursor::new(input);
    let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| FrameError::Protocol)? else {
        return Ok(None);
    };
    if header.rsv1 || header.rsv2 || header.rsv3 || header.mask.is_none() {
        return Err(FrameError::Protocol);
    }
    let shortest = header.len(length);
    let header_len = usize::try_from(cursor.position()).map_err(|_| FrameError::Protocol)?;
    // A length must be given in its shortest form.
    if header_len != shortest {
        return Err(FrameError::Protocol);
    }
    let length = usize::try_from(length).map_err(|_| FrameError::TooLarge)?;
    let is_control = matches!(header.opcode, OpCode::Control(_));
    if is_control && (length > CONTROL_BYTES_MAX || !header.is_final) {
        return Err(FrameError::Protocol);
    }
    if length > CLIENT_MESSAGE_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    Ok(Some((header, header_len, length)))
}

fn take_frame(
    header: &FrameHeader,
    payload: &[u8],
    held: &mut Held,
    on: &mut impl FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, FrameError> {
    match header.opcode {
        OpCode::Data(Data::Text) if held.in_message => Err(FrameError::Protocol),
        OpCode::Data(Data::Text) if header.is_final => Ok(on(Frame::Text(text(payload)?))),
        OpCode::Data(Data::Text) => {
            held.in_message = true;
            held.message.extend_from_slice(payload);
            Ok(on(Frame::Part))
        }
        OpCode::Data(Data::Continue) => take_part(header, payload, held, on),
        OpCode::Data(Data::Binary) if !held.in_message => Err(FrameError::Binary),
        OpCode::Data(Data::Binary | Data::Reserved(_)) => Err(FrameError::Protocol),
        OpCode::Control(Control::Ping) => Ok(on(Frame::Ping(payload))),
        OpCode::Control(Control::Pong) => Ok(on(Frame::Pong)),
        OpCode::Control(Control::Close) => take_close(payload, on),
        OpCode::Control(Control::Reserved(_)) => Err(FrameError::Protocol),
    }
}

fn take_part(
    header: &FrameHeader,
    payload: &[u8],
    held: &mut Held,
    on: &mut impl FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, FrameError> {
    if !held.in_message {
        return Err(FrameError::Protocol);
    }
    if held.message.len() + payload.len() > CLIENT_MESSAGE_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    held.message.extend_from_slice(payload);
    if !header.is_final {
        return Ok(on(Frame::Part));
    }
    held.in_message = false;
    let message = std::mem::take(&mut held.message);
    Ok(on(Frame::Text(text(&message)?)))
}

fn take_close(
    payload: &[u8],
    on: &mut impl FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, FrameError> {
    match payload {
        [] => {}
        [_] => return Err(FrameError::Protocol),
        [high, low, reason @ ..] => {
            if !CloseCode::from(u16::from_be_bytes([*high, *low])).is_allowed() {
                return Err(FrameError::Protocol);
            }
            text(reason)?;
        }
    }
    Ok(on(Frame::Close))
}

fn text(payload: &[u8]) -> Result<&str, FrameError> {
    std::str::from_utf8(payload).map_err(|_| FrameError::NotText)
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Appends a whole text message as one frame, and returns where in `out` its payload stands.
pub(crate) fn push_text(payload: &[u8], out: &mut Vec<u8>) -> std::ops::Range<usize> {
    push(0x81, payload, out)
}

/// A text message as one frame.
pub(crate) fn text_frame(payload: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(payload.len() + 10);
    push_text(payload, &mut out);
    out.into()
}

/// A ping without a payload.
pub(crate) const PING: [u8; 2] = [0x89, 0x00];

/// The answer to a ping.
pub(crate) fn pong_frame(payload: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(payload.len() + 2);
    push(0x8A, payload, &mut out);
    out.into()
}

/// Appends a close frame.
pub(crate) fn push_close(code: u16, out: &mut Vec<u8>) {
    push(0x88, &code.to_be_bytes(), out);
}

/// `first` is the final bit and the opcode.
fn push(first: u8, payload: &[u8], out: &mut Vec<u8>) -> std::ops::Range<usize> {
    out.push(first);
    match payload.len() {
        // Each arm's bound makes its conversion exact.
        short @ 0..=125 => out.push(short as u8),
        middle @ 126..=0xFFFF => {
            out.push(126);
            out.extend_from_slice(&(middle as u16).to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    let from = out.len();
    out.extend_from_slice(payload);
    from..out.len()
}
