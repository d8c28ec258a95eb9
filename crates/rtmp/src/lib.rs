//! RTMP, and enhanced RTMP: one connection as a pure machine, either end.
//!
//! [`Connection`] opens no socket and reads no clock. Bytes go in by [`Connection::receive`], what is to be done comes
//! out of [`Connection::poll_output`]; the same bytes give the same outputs, however they were cut. A connection's
//! memory is bounded, whatever its peer sends.

mod buffer;
mod chunk;
mod client;
mod command;
mod connection;
mod digest;
mod error;
mod handshake;
mod key;
mod message;
mod server;

pub use client::Target;
pub use connection::{Connection, Output};
pub use error::RtmpError;
pub use key::StreamKey;
pub use mux::flv::Note;
