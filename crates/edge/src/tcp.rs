//! Peers without UDP: the same datagrams over TCP, each behind its length (RFC 4571).

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use model::Origin;

/// Connections of one loop; the next is closed at once.
const LINES_MAX: usize = 2_048;

/// Connections of one loop from one address; the next is closed at once. An office or a school whose firewall lets no
/// UDP through comes from one address, and eight such fill a loop.
const LINES_PER_ADDRESS_MAX: usize = LINES_MAX / 8;

/// How long a line may take to bring a datagram that a peer's machine takes. A browser sends the first as soon as the
/// line is open; who has no business here never does.
const UNPROVEN_MAX: Duration = Duration::from_secs(10);

/// How long a line may bring nothing of the kind afterwards. A peer asks every few seconds whether its way is still
/// open (RFC 7675), and one that has left does not always say so.
const SILENT_MAX: Duration = Duration::from_secs(60);

/// How often it is looked whose time is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Bytes waiting for one peer. Past this, datagrams to it are dropped like on any full link.
const WAITING_BYTES_MAX: usize = 512 << 10;

/// The longest datagram; a peer that announces a longer one is cut off.
const DATAGRAM_BYTES_MAX: usize = 2_048;

/// Bytes read of one line before the datagrams in them are taken out and the others get their turn. After one lost
/// segment a publisher's whole second may come at once, so what is left then is told of again.
const RECEIVED_BYTES_MAX: usize = 64 << 10;

/// The first token of a connection; the lower ones are the loop's own.
const FIRST_TOKEN: usize = 16;

pub(crate) struct TcpLines {
    lines: BTreeMap<Token, Line>,
    by_peer: BTreeMap<SocketAddr, Token>,
    /// How many lines each address has. Invariant: they sum to `lines.len()`, and none is zero.
    by_origin: BTreeMap<Origin, usize>,
    per_address_max: usize,
    next: usize,
    looked: Option<Instant>,
    pub(crate) dropped: u64,
}

struct Line {
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
    received: Vec<u8>,
    waiting: VecDeque<u8>,
    /// When its time is over, unless it brings something before.
    until: Instant,
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
    until: Instant,
}

impl Moved {
    /// A connection that was just accepted.
    pub(crate) fn fresh(stream: std::net::TcpStream, at: Instant) -> Moved {
        Moved { stream, received: Vec::new(), until: at + UNPROVEN_MAX }
    }
}

impl TcpLines {
    pub(crate) fn new() -> TcpLines {
        TcpLines {
            lines: BTreeMap::new(),
            by_peer: BTreeMap::new(),
            by_origin: BTreeMap::new(),
            per_address_max: LINES_PER_ADDRESS_MAX,
            next: 0,
            looked: None,
            dropped: 0,
        }
    }

    /// Takes a connection over; `None` if there are too many, and then it is closed.
    pub(crate) fn add(&mut self, registry: &Registry, moved: Moved) -> io::Result<Option<Token>> {
        if self.lines.len() >= LINES_MAX {
            return Ok(None);
        }
        moved.stream.set_nonblocking(true)?;
        moved.stream.set_nodelay(true)?;
        let (peer, local) = (moved.stream.peer_addr()?, moved.stream.local_addr()?);
        let origin = Origin::of(peer.ip());
        if self.by_origin.get(&origin).is_some_and(|lines| *lines >= self.per_address_max) {
            return Ok(None);
        }
        let mut stream = TcpStream::from_std(moved.stream);
        let token = Token(FIRST_TOKEN + self.next);
        self.next += 1;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.by_peer.insert(peer, token);
        *self.by_origin.entry(origin).or_default() += 1;
        let Moved { received, until, .. } = moved;
        self.lines.insert(token, Line { stream, peer, local, received, waiting: VecDeque::new(), until });
        Ok(Some(token))
    }

    /// Reads what has come and gives each datagram to `each`, which says whether a peer's machine took it. A line that
    /// ends or talks nonsense is closed.
    pub(crate) fn receive(
        &mut self,
        registry: &Registry,
        token: Token,
        at: Instant,
        mut each: impl FnMut(SocketAddr, SocketAddr, &[u8]) -> bool,
    ) {
        let Some(line) = self.lines.get_mut(&token) else { return };
        let filled = line.fill();
        // At most a piece of one datagram is left, so there is room again.
        let sound = line.datagrams(at, &mut each);
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
        let mut line = self.remove(token)?;
        registry.deregister(&mut line.stream).ok()?;
        let Line { stream, received, until, .. } = line;
        Some(Moved { stream: std::net::TcpStream::from(stream), received, until })
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

    /// Closes the lines whose time is over.
    pub(crate) fn expire(&mut self, at: Instant) {
        if self.looked.is_some_and(|looked| at < looked + LOOK_EVERY) {
            return;
        }
        self.looked = Some(at);
        let over = self.lines.iter().filter(|(_, line)| line.until <= at);
        for token in over.map(|(token, _)| *token).collect::<Vec<_>>() {
            self.close(token);
        }
    }

    fn close(&mut self, token: Token) {
        // Dropped, it is closed, and the poll forgets it.
        self.remove(token);
    }

    fn remove(&mut self, token: Token) -> Option<Line> {
        let line = self.lines.remove(&token)?;
        self.by_peer.remove(&line.peer);
        let origin = Origin::of(line.peer.ip());
        if let Some(lines) = self.by_origin.get_mut(&origin) {
            *lines -= 1;
            if *lines == 0 {
                self.by_origin.remove(&origin);
            }
        }
        Some(line)
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
    fn datagrams(
        &mut self,
        now: Instant,
        each: &mut impl FnMut(SocketAddr, SocketAddr, &[u8]) -> bool,
    ) -> bool {
        let mut at = 0;
        while let Some((size, rest)) = self.received[at..].split_first_chunk::<2>() {
            let size = usize::from(u16::from_be_bytes(*size));
            if size > DATAGRAM_BYTES_MAX {
                return false;
            }
            let Some(datagram) = rest.get(..size) else { break };
            if each(self.peer, self.local, datagram) {
                self.until = now + SILENT_MAX;
            }
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
        start: Instant,
        /// Whether the peer's machine takes what comes.
        takes: bool,
    }

    /// A line from which `received` has been read elsewhere, and the peer's end of it.
    fn line(received: Vec<u8>) -> (World, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let peer = TcpStream::connect(listener.local_addr().expect("an address")).expect("a line");
        let (stream, _) = listener.accept().expect("its other end");
        let poll = Poll::new().expect("a poll");
        let (mut lines, start) = (TcpLines::new(), Instant::now());
        lines.add(poll.registry(), Moved { received, ..Moved::fresh(stream, start) }).expect("added");
        (World { poll, lines, got: Vec::new(), start, takes: true }, peer)
    }

    /// A connection from an address of this machine, as it was accepted, and the peer's end of it.
    fn from(address: &str) -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let own: SocketAddr = format!("{address}:0").parse().expect("an address");
        socket.bind(&own.into()).expect("bound");
        socket.connect(&listener.local_addr().expect("an address").into()).expect("a line");
        (listener.accept().expect("its other end").0, TcpStream::from(socket))
    }

    impl World {
        /// Does as the loop does until so many datagrams have come, or the line is closed.
        fn receive(&mut self, count: usize) {
            self.receive_at(count, 0);
        }

        /// The same, so many seconds after the line was opened.
        fn receive_at(&mut self, count: usize, seconds: u64) {
            let (takes, at) = (self.takes, self.start + Duration::from_secs(seconds));
            let mut events = Events::with_capacity(16);
            while self.got.len() < count && !self.lines.lines.is_empty() {
                self.poll.poll(&mut events, Some(Duration::from_secs(10))).expect("polled");
                assert!(!events.is_empty(), "after {} datagrams nothing more was told of", self.got.len());
                for event in events.iter().filter(|event| event.is_readable()) {
                    self.lines.peek(event.token());
                    self.lines.receive(self.poll.registry(), event.token(), at, |_, _, datagram| {
                        assert_eq!(datagram.len(), SIZE);
                        self.got.push(datagram[0]);
                        takes
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

    impl World {
        /// Lets time pass, and says whether the line is still open after so many seconds.
        fn is_open_at(&mut self, seconds: u64) -> bool {
            self.lines.expire(self.start + Duration::from_secs(seconds));
            let open = self.lines.lines.len();
            assert_eq!((self.lines.by_peer.len(), self.lines.by_origin.len()), (open, open));
            open == 1
        }
    }

    #[test]
    fn a_line_that_brings_nothing_of_a_peer_is_closed() {
        let (mut world, mut peer) = line(Vec::new());
        world.takes = false;
        assert!(world.is_open_at(0));
        // It talks all the time, but nobody here knows it.
        peer.write_all(&datagrams(0..3)).expect("sent");
        world.receive_at(3, 9);
        assert!(world.is_open_at(9));
        assert!(!world.is_open_at(10));
        peer.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        assert_eq!(peer.read(&mut [0; 1]).map_err(|error| error.kind()), Ok(0), "the peer is told");
    }

    #[test]
    fn a_line_lives_for_as_long_as_its_peer_is_heard() {
        let (mut world, mut peer) = line(Vec::new());
        peer.write_all(&datagrams(0..1)).expect("sent");
        world.receive_at(1, 9);
        assert!(world.is_open_at(68));
        peer.write_all(&datagrams(1..2)).expect("sent");
        world.receive_at(2, 68);
        assert!(world.is_open_at(127));
        // What is not its peer's does not keep it open.
        world.takes = false;
        peer.write_all(&datagrams(2..3)).expect("sent");
        world.receive_at(3, 127);
        assert!(!world.is_open_at(128));
    }

    #[test]
    fn a_line_that_moves_takes_its_time_along() {
        let (mut world, _peer) = line(Vec::new());
        let token = *world.lines.lines.keys().next().expect("a line");
        let moved = world.lines.take(world.poll.registry(), token).expect("taken");
        assert!(!world.is_open_at(0));
        world.lines.add(world.poll.registry(), moved).expect("added");
        assert!(world.is_open_at(9));
        assert!(!world.is_open_at(10));
    }

    #[test]
    fn one_address_has_its_share_of_the_lines() {
        let (poll, mut lines, start) = (Poll::new().expect("a poll"), TcpLines::new(), Instant::now());
        lines.per_address_max = 2;
        let mut peers = Vec::new();
        let mut add = |lines: &mut TcpLines, address: &str| {
            let (stream, peer) = from(address);
            peers.push(peer);
            lines.add(poll.registry(), Moved::fresh(stream, start)).expect("a sound socket")
        };
        let first = add(&mut lines, "127.0.0.2").expect("there is room");
        assert!(add(&mut lines, "127.0.0.2").is_some());
        assert!(add(&mut lines, "127.0.0.2").is_none());
        assert!(add(&mut lines, "127.0.0.3").is_some(), "another address has its own share");
        lines.close(first);
        assert!(add(&mut lines, "127.0.0.2").is_some());
        assert_eq!(lines.lines.len(), 3);
    }
}
