//! What is to be sent.

use std::net::SocketAddr;

use str0m::net::Protocol;

/// Datagrams to one address, to be sent in one call where that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmit<'a> {
    /// UDP or TCP.
    pub proto: Protocol,
    /// The local address they go out from.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// All of them, one behind the other.
    pub contents: &'a [u8],
    /// The length of each but the last, which may be shorter.
    pub segment: usize,
}

impl<'a> Transmit<'a> {
    /// One by one.
    pub fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.contents.chunks(self.segment.max(1))
    }
}
