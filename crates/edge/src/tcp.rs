//! Peers without UDP: the same datagrams over TCP, each behind its length (RFC 4571).

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

/// Connections of one loop; the next is closed at once.
const LINES_MAX: usize = 2_048;

/// Bytes waiting for one peer. Past this, datagrams to it are dropped like on any full link.
const WAITING_BYTES_MAX: usize = 512 << 10;

/// The longest datagram; a peer that announces a longer one is cut off.
const DATAGRAM_BYTES_MAX: usize = 2_048;

/// The first token of a connection; the lower ones are the loop's own.
const FIRST_TOKEN: usize = 16;

#[derive(Default)]
pub(crate) struct TcpLines {
    lines: BTreeMap<Token, Line>,
    by_peer: BTreeMap<SocketAddr, Token>,
    next: usize,
    pub(crate) dropped: u64,
}

struct Line {
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
    received: Vec<u8>,
    waiting: VecDeque<u8>,
}

/// A connection on its way to the loop its peer lives on, with what was read of it.
pub(crate) struct Moved {
    pub(crate) stream: std::net::TcpStream,
    pub(crate) received: Vec<u8>,
}

impl TcpLines {
    /// Takes a connection over.
    pub(crate) fn add(&mut self, registry: &Registry, moved: Moved) -> io::Result<Option<Token>> {
        if self.lines.len() >= LINES_MAX {
            return Ok(None);
        }
        moved.stream.set_nonblocking(true)?;
        moved.stream.set_nodelay(true)?;
        let (peer, local) = (moved.stream.peer_addr()?, moved.stream.local_addr()?);
        let mut stream = TcpStream::from_std(moved.stream);
        let token = Token(FIRST_TOKEN + self.next);
        self.next += 1;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.by_peer.insert(peer, token);
        self.lines
            .insert(token, Line { stream, peer, local, received: moved.received, waiting: VecDeque::new() });
        Ok(Some(token))
    }

    /// Reads what has come and gives each datagram to `each`. A line that ends or talks nonsense is closed.
    pub(crate) fn receive(&mut self, token: Token, mut each: impl FnMut(SocketAddr, SocketAddr, &[u8])) {
        let Some(line) = self.lines.get_mut(&token) else { return };
        let open = line.fill();
        let sound = line.datagrams(&mut each);
        if !(open && sound) {
            self.close(token);
        }
    }

    /// The first datagram of a line that has said nothing yet, if it is whole.
    pub(crate) fn first_datagram(&self, token: Token) -> Option<&[u8]> {
        let received = &self.lines.get(&token)?.received;
        let (size, rest) = received.split_first_chunk::<2>()?;
        rest.get(..usize::from(u16::from_be_bytes(*size)))
    }

    /// Gives a line away, to another loop.
    pub(crate) fn take(&mut self, registry: &Registry, token: Token) -> Option<Moved> {
        let mut line = self.lines.remove(&token)?;
        self.by_peer.remove(&line.peer);
        registry.deregister(&mut line.stream).ok()?;
        Some(Moved { stream: std::net::TcpStream::from(line.stream), received: line.received })
    }

    /// Fills a line's buffer without taking datagrams out of it.
    pub(crate) fn peek(&mut self, token: Token) {
        if let Some(line) = self.lines.get_mut(&token)
            && !line.fill()
        {
            self.close(token);
        }
    }

    /// Sends a datagram to a peer that came by TCP.
    pub(crate) fn send(&mut self, peer: SocketAddr, datagram: &[u8]) {
        let Some(token) = self.by_peer.get(&peer).copied() else { return };
        let Some(line) = self.lines.get_mut(&token) else { return };
        let Ok(size) = u16::try_from(datagram.len()) else { return };
        if line.waiting.len() + datagram.len() > WAITING_BYTES_MAX {
            self.dropped += 1;
            return;
        }
        line.waiting.extend(size.to_be_bytes());
        line.waiting.extend(datagram);
        if !line.write() {
            self.close(token);
        }
    }

    /// The line can be written to again.
    pub(crate) fn writable(&mut self, token: Token) {
        if let Some(line) = self.lines.get_mut(&token)
            && !line.write()
        {
            self.close(token);
        }
    }

    fn close(&mut self, token: Token) {
        if let Some(line) = self.lines.remove(&token) {
            self.by_peer.remove(&line.peer);
        }
    }
}

impl Line {
    /// Reads until there is no more for now; `false` when the line has ended.
    fn fill(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        loop {
            if self.received.len() > 64 << 10 {
                // Datagrams are taken out after each turn, so only a peer that never completes one gets here.
                return false;
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Takes whole datagrams out; `false` when one cannot be real.
    fn datagrams(&mut self, each: &mut impl FnMut(SocketAddr, SocketAddr, &[u8])) -> bool {
        let mut at = 0;
        while let Some((size, rest)) = self.received[at..].split_first_chunk::<2>() {
            let size = usize::from(u16::from_be_bytes(*size));
            if size > DATAGRAM_BYTES_MAX {
                return false;
            }
            let Some(datagram) = rest.get(..size) else { break };
            each(self.peer, self.local, datagram);
            at += 2 + size;
        }
        self.received.drain(..at);
        true
    }

    fn write(&mut self) -> bool {
        while !self.waiting.is_empty() {
            let (front, _) = self.waiting.as_slices();
            match self.stream.write(front) {
                Ok(0) => return false,
                Ok(count) => drop(self.waiting.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }
}
