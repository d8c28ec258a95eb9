//! One loop's UDP socket: many datagrams a call, both ways.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Instant;

use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};

/// What is asked of the kernel for each direction: a second of a few hundred viewers, so that a keyframe to all of
/// them at once is not dropped on this machine. The kernel gives less where its own maximum is lower.
const BUFFER_BYTES: usize = 16 << 20;

/// Datagrams taken per call.
const BATCH: usize = 16;

/// A buffer holds what the kernel may join into one (GRO).
const RECEIVE_BYTES: usize = 64 << 10;

/// The longest joined datagram the kernel cuts up again (GSO): the longest UDP payload, with room for headers.
const JOINED_BYTES_MAX: usize = 60_000;

pub(crate) struct UdpPort {
    socket: UdpSocket,
    state: UdpSocketState,
    buffers: Vec<u8>,
    joined: Joined,
    pub(crate) dropped: u64,
}

/// Datagrams of one size to one address, waiting to go as one.
#[derive(Default)]
struct Joined {
    bytes: Vec<u8>,
    segment: usize,
    count: usize,
    to: Option<(SocketAddr, Option<IpAddr>)>,
    /// A shorter one was added, which can only be the last.
    closed: bool,
}

impl UdpPort {
    pub(crate) fn bind(addr: SocketAddr) -> io::Result<UdpPort> {
        let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        let socket = UdpSocket::from(socket);
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // Less than asked for is no failure; `doctor` tells what the kernel gave.
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), BUFFER_BYTES);
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), BUFFER_BYTES);
        let buffers = vec![0; BATCH * RECEIVE_BYTES];
        Ok(UdpPort { socket, state, buffers, joined: Joined::default(), dropped: 0 })
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    pub(crate) fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// Takes one batch and gives each datagram to `each` with its source and the address it was sent to. Says
    /// whether there may be more.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(SocketAddr, Option<IpAddr>, &[u8])) -> bool {
        let mut metas = [RecvMeta::default(); BATCH];
        let mut slices = self.buffers.chunks_mut(RECEIVE_BYTES).map(IoSliceMut::new).collect::<Vec<_>>();
        let count = match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut metas) {
            Ok(count) => count,
            Err(error) => {
                if error.kind() != io::ErrorKind::WouldBlock {
                    tracing::debug!(%error, "Receiving failed");
                }
                return false;
            }
        };
        drop(slices);
        for (at, meta) in metas.iter().take(count).enumerate() {
            let bytes = &self.buffers[at * RECEIVE_BYTES..at * RECEIVE_BYTES + meta.len];
            for datagram in bytes.chunks(meta.stride.max(1)) {
                each(meta.addr, meta.dst_ip, datagram);
            }
        }
        count == BATCH
    }

    /// Sends datagrams that are one behind the other already, all of `segment` bytes but the last, which may be
    /// shorter: in one call where the kernel cuts them up, and without another copy.
    pub(crate) fn send(
        &mut self,
        source: Option<IpAddr>,
        destination: SocketAddr,
        contents: &[u8],
        segment: usize,
    ) {
        if contents.len() <= segment {
            return self.join(source, destination, contents);
        }
        self.flush();
        for part in contents.chunks(segment.max(1) * self.state.max_gso_segments().max(1)) {
            let count = part.len().div_ceil(segment.max(1));
            let segment_size = (count > 1).then_some(segment);
            self.transmit(
                &Transmit { destination, ecn: None, contents: part, segment_size, src_ip: source },
                count,
            );
        }
    }

    /// Sends a datagram, joined with its neighbours to the same address where they are of one size. Call
    /// [`UdpPort::flush`] after the last.
    fn join(&mut self, source: Option<IpAddr>, destination: SocketAddr, datagram: &[u8]) {
        if !self.joined.takes(source, destination, datagram, self.state.max_gso_segments()) {
            self.flush();
        }
        self.joined.add(source, destination, datagram);
    }

    pub(crate) fn flush(&mut self) {
        let Some((destination, src_ip)) = self.joined.to.take() else { return };
        let mut joined = std::mem::take(&mut self.joined);
        let segment_size = (joined.count > 1).then_some(joined.segment);
        let transmit = Transmit { destination, ecn: None, contents: &joined.bytes, segment_size, src_ip };
        self.transmit(&transmit, joined.count);
        joined.clear();
        self.joined = joined;
    }

    fn transmit(&mut self, transmit: &Transmit<'_>, count: usize) {
        if let Err(error) = self.state.try_send(UdpSockRef::from(&self.socket), transmit) {
            // A full buffer is loss like any other on the way: the viewer asks again for what it misses.
            self.dropped += count as u64;
            if error.kind() != io::ErrorKind::WouldBlock {
                tracing::trace!(%error, "Sending failed");
            }
        }
    }
}

impl Joined {
    fn takes(&self, source: Option<IpAddr>, to: SocketAddr, datagram: &[u8], segments_max: usize) -> bool {
        match self.to {
            None => true,
            Some(present) => {
                present == (to, source)
                    && !self.closed
                    && self.count < segments_max
                    && datagram.len() <= self.segment
                    && self.bytes.len() + datagram.len() <= JOINED_BYTES_MAX
            }
        }
    }

    fn add(&mut self, source: Option<IpAddr>, to: SocketAddr, datagram: &[u8]) {
        if self.to.is_none() {
            self.to = Some((to, source));
            self.segment = datagram.len();
        }
        self.closed = datagram.len() < self.segment;
        self.bytes.extend_from_slice(datagram);
        self.count += 1;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
        self.closed = false;
    }
}

/// Now, read once per turn of a loop.
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_comes_out_as_it_went_in() {
        let mut left = UdpPort::bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let mut right = UdpPort::bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let to = right.local_addr().expect("bound");
        let sizes = [1_200, 1_200, 1_200, 300, 1_200, 40, 900, 900];
        for (at, size) in sizes.into_iter().enumerate() {
            left.send(None, to, &vec![at as u8; size], size);
        }
        left.flush();
        left.send(None, to, &[8; 1_234], 500);
        left.flush();
        let mut got = Vec::new();
        // Loopback delivers before send returns, so everything is there.
        while right.receive(|_, _, datagram| got.push((datagram[0], datagram.len()))) {}
        let mut expected: Vec<(u8, usize)> =
            sizes.into_iter().enumerate().map(|(at, size)| (at as u8, size)).collect();
        expected.extend([(8, 500), (8, 500), (8, 234)]);
        assert_eq!(got, expected);
        assert_eq!(left.dropped, 0);
    }
}
