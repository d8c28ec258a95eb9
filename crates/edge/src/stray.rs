//! Addresses whose datagrams the kernel gives to one loop while their peer lives on another.
//!
//! Where the kernel brings a datagram is decided by its addresses; where a peer lives, by its ICE name, which only STUN
//! carries. An address is remembered once the peer's own loop has found a message from there that is signed with the
//! peer's password: whoever can only forge addresses puts nothing in here, and so pushes nobody out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu::PeerId;

/// Addresses remembered in all. Past it the one that was confirmed longest ago goes; a living peer confirms its own
/// every few seconds.
const STRAYS_MAX: usize = 65_536;

/// Addresses of one peer: its networks, and those of its address translators. The oldest goes.
const PER_PEER_MAX: usize = 8;

/// How long an address is its peer's after it was confirmed, and nobody else's. A browser confirms it every five
/// seconds at most (RFC 7675).
const HELD: Duration = Duration::from_secs(30);

/// A peer among all loops: the loop, and its number there.
pub(crate) type Resident = (usize, PeerId);

/// The addresses one loop remembers of the others' peers.
pub(crate) struct Strays {
    max: usize,
    /// Never walked over, only asked.
    by_source: HashMap<SocketAddr, Stray>,
    /// Each peer's, the oldest first. Invariant: the same addresses as in `by_source`.
    by_peer: BTreeMap<Resident, VecDeque<SocketAddr>>,
    /// The same by when they were confirmed.
    by_age: BTreeMap<u64, SocketAddr>,
    age: u64,
}

struct Stray {
    peer: Resident,
    confirmed: Instant,
    age: u64,
}

impl Strays {
    pub(crate) fn new() -> Strays {
        Strays {
            max: STRAYS_MAX,
            by_source: HashMap::new(),
            by_peer: BTreeMap::new(),
            by_age: BTreeMap::new(),
            age: 0,
        }
    }

    /// The loop whose peer is at this address.
    pub(crate) fn shard_of(&self, source: SocketAddr) -> Option<usize> {
        self.by_source.get(&source).map(|stray| stray.peer.0)
    }

    /// The peer has proven to be at this address.
    pub(crate) fn confirm(&mut self, source: SocketAddr, peer: Resident, at: Instant) {
        if let Some(held) = self.by_source.get(&source)
            && held.peer != peer
            && at < held.confirmed + HELD
        {
            return;
        }
        self.forget(source);
        if let Some(oldest) = self.by_peer.get(&peer).filter(|all| all.len() >= PER_PEER_MAX) {
            self.forget_first(oldest.front().copied());
        }
        if self.by_source.len() >= self.max {
            self.forget_first(self.by_age.first_key_value().map(|(_, source)| *source));
        }
        self.age += 1;
        self.by_source.insert(source, Stray { peer, confirmed: at, age: self.age });
        self.by_peer.entry(peer).or_default().push_back(source);
        self.by_age.insert(self.age, source);
    }

    fn forget_first(&mut self, source: Option<SocketAddr>) {
        if let Some(source) = source {
            self.forget(source);
        }
    }

    fn forget(&mut self, source: SocketAddr) {
        let Some(Stray { peer, age, .. }) = self.by_source.remove(&source) else { return };
        self.by_age.remove(&age);
        if let Some(all) = self.by_peer.get_mut(&peer) {
            all.retain(|other| *other != source);
            if all.is_empty() {
                self.by_peer.remove(&peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEI: Resident = (1, PeerId(1));
    const ADA: Resident = (2, PeerId(1));

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn is_whole(strays: &Strays) -> bool {
        let of_peers: usize = strays.by_peer.values().map(VecDeque::len).sum();
        strays.by_source.len() == of_peers && strays.by_source.len() == strays.by_age.len()
    }

    #[test]
    fn one_peer_with_many_addresses_pushes_out_its_own() {
        let (mut strays, now) = (Strays::new(), Instant::now());
        strays.confirm(address(1), MEI, now);
        for port in 1_000..50_000 {
            strays.confirm(address(port), ADA, now);
        }
        assert_eq!(strays.shard_of(address(1)), Some(1));
        assert_eq!(
            [49_991, 49_992, 49_999].map(|port| strays.shard_of(address(port))),
            [None, Some(2), Some(2)]
        );
        assert_eq!(strays.by_source.len(), 1 + PER_PEER_MAX);
        assert!(is_whole(&strays));
    }

    #[test]
    fn when_all_is_full_who_was_silent_longest_goes() {
        let (mut strays, now) = (Strays::new(), Instant::now());
        strays.max = 100;
        strays.confirm(address(1), MEI, now);
        for port in 2..=200 {
            strays.confirm(address(port), (2, PeerId(port.into())), now);
            // A living peer goes on confirming its own.
            strays.confirm(address(1), MEI, now);
        }
        assert_eq!(strays.by_source.len(), 100);
        assert_eq!(
            [1, 2, 101, 102, 200].map(|port| strays.shard_of(address(port)).is_some()),
            [true, false, false, true, true]
        );
        assert!(is_whole(&strays));
    }

    #[test]
    fn an_address_is_not_taken_from_who_lives_there() {
        let (mut strays, now) = (Strays::new(), Instant::now());
        strays.confirm(address(1), MEI, now);
        strays.confirm(address(1), ADA, now + HELD / 2);
        assert_eq!(strays.shard_of(address(1)), Some(1));
        strays.confirm(address(1), MEI, now + HELD / 2);
        strays.confirm(address(1), ADA, now + HELD);
        assert_eq!(strays.shard_of(address(1)), Some(1));
        // It has been silent: somebody else is there now.
        strays.confirm(address(1), ADA, now + HELD / 2 + HELD);
        assert_eq!(strays.shard_of(address(1)), Some(2));
        assert!(is_whole(&strays));
    }
}
