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

/// Bytes read of one line before the datagrams in them are taken out and the others get their turn. After one lost
/// segment a publisher's whole second may come at once, so what is left then is told of again.
const RECEIVED_BYTES_MAX: usize = 64 << 10;

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

/// How reading from a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// There is no more for now.
    Dry,
    /// There may be more, once there is room for it.
    Full,
    /// The line has ended.
    Ended,
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
    pub(crate) fn receive(
        &mut self,
        registry: &Registry,
        token: Token,
        mut each: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) {
        let Some(line) = self.lines.get_mut(&token) else { return };
        let filled = line.fill();
        // At most a piece of one datagram is left, so there is room again.
        let sound = line.datagrams(&mut each);
        if filled == Filled::Ended || !sound {
            return self.close(token);
        }
        // Only what is new is told of, so what still waits has to be asked for.
        let interest = Interest::READABLE | Interest::WRITABLE;
        if filled == Filled::Full && registry.reregister(&mut line.stream, token, interest).is_err() {
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
            && line.fill() == Filled::Ended
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
    /// Reads until there is no more for now, or no room.
    fn fill(&mut self) -> Filled {
        let mut buffer = [0; 16 << 10];
        loop {
            let room = RECEIVED_BYTES_MAX.saturating_sub(self.received.len()).min(buffer.len());
            if room == 0 {
                return Filled::Full;
            }
            match self.stream.read(&mut buffer[..room]) {
                Ok(0) => return Filled::Ended,
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Filled::Dry,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Filled::Ended,
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

#[cfg(test)]
mod tests {
    use super::*;
    use mio::{Events, Poll};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    const SIZE: usize = 1_000;

    /// So many datagrams as they come over the line, each full of its number's lowest byte.
    fn datagrams(numbers: std::ops::Range<usize>) -> Vec<u8> {
        let size = u16::try_from(SIZE).expect("it is a thousand").to_be_bytes();
        numbers.flat_map(|n| size.into_iter().chain(std::iter::repeat_n(n.to_le_bytes()[0], SIZE))).collect()
    }

    struct World {
        poll: Poll,
        lines: TcpLines,
        got: Vec<u8>,
    }

    /// A line from which `received` has been read elsewhere, and the peer's end of it.
    fn line(received: Vec<u8>) -> (World, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let peer = TcpStream::connect(listener.local_addr().expect("an address")).expect("a line");
        let (stream, _) = listener.accept().expect("its other end");
        let poll = Poll::new().expect("a poll");
        let mut lines = TcpLines::default();
        lines.add(poll.registry(), Moved { stream, received }).expect("added");
        (World { poll, lines, got: Vec::new() }, peer)
    }

    impl World {
        /// Does as the loop does until so many datagrams have come, or the line is closed.
        fn receive(&mut self, count: usize) {
            let mut events = Events::with_capacity(16);
            while self.got.len() < count && !self.lines.lines.is_empty() {
                self.poll.poll(&mut events, Some(Duration::from_secs(10))).expect("polled");
                assert!(!events.is_empty(), "after {} datagrams nothing more was told of", self.got.len());
                for event in events.iter().filter(|event| event.is_readable()) {
                    self.lines.peek(event.token());
                    self.lines.receive(self.poll.registry(), event.token(), |_, _, datagram| {
                        assert_eq!(datagram.len(), SIZE);
                        self.got.push(datagram[0]);
                    });
                }
            }
        }
    }

    fn numbers(count: usize) -> Vec<u8> {
        (0..count).map(|n| n.to_le_bytes()[0]).collect()
    }

    #[test]
    fn more_than_one_turn_can_take_is_taken_in_several() {
        let (mut world, mut peer) = line(datagrams(0..50));
        peer.write_all(&datagrams(50..100)).expect("sent");
        world.receive(100);
        assert_eq!((world.got, world.lines.lines.len()), (numbers(100), 1));
    }

    #[test]
    fn a_datagram_too_long_to_be_one_closes_the_line() {
        let (mut world, mut peer) = line(Vec::new());
        peer.write_all(&2_049_u16.to_be_bytes()).expect("sent");
        world.receive(1);
        assert!(world.got.is_empty() && world.lines.lines.is_empty() && world.lines.by_peer.is_empty());
    }
}
