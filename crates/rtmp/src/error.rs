//! Why a connection cannot go on.

use mux::amf::AmfError;
use thiserror::Error;

/// What the peer did that cannot be answered. The sentences are for who operates the other end; none repeats what a
/// peer sent but numbers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RtmpError {
    /// The first byte is that of something else.
    #[error("this is no RTMP: it begins with {0:#04x} instead of 0x03")]
    NotRtmp(u8),
    /// Adobe's own encryption.
    #[error("encrypted RTMP (RTMPE) is not spoken here; use RTMPS")]
    Encrypted,
    /// A chunk goes on with what never began.
    #[error("chunk stream {0} goes on without having begun")]
    NoBeginning(u32),
    /// More chunk streams than anybody needs.
    #[error("there are more than {0} chunk streams")]
    ChunkStreams(usize),
    /// A chunk size there cannot be.
    #[error("chunks cannot have {0} bytes")]
    ChunkSize(u32),
    /// A message longer than any frame.
    #[error("a message of {0} bytes is longer than {1}")]
    MessageLength(usize, usize),
    /// More is unfinished than a connection may hold.
    #[error("more than {0} bytes of unfinished messages")]
    Unfinished(usize),
    /// A message of the protocol's own that ends too early.
    #[error("a control message ends too early")]
    Control,
    /// A command that cannot be read.
    #[error("a command cannot be read: {0}")]
    Command(#[from] AmfError),
    /// A command in the wrong place, or without what it needs.
    #[error("the command `{0}` does not belong here")]
    OutOfPlace(&'static str),
    /// More commands than a connection needs.
    #[error("there were more than {0} commands")]
    Commands(usize),
    /// More bytes came before the stream key was checked than are kept.
    #[error("more than {0} bytes came before the stream key was checked")]
    Impatient(usize),
    /// The server this end publishes to does not take the stream.
    #[error("the server does not take the stream: {0}")]
    Refused(String),
    /// The connection has ended before.
    #[error("the connection has ended")]
    Ended,
}
