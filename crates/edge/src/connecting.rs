//! Viewers who were answered and are not connected yet: each costs a loop memory and time, and nothing has shown so
//! far that there is anybody.

use std::collections::BTreeMap;

use model::Origin;
use sfu::PeerId;

/// Who is connecting to one loop. Publishers are not counted: they have shown a key, and a room has one at a time.
pub(crate) struct Connecting {
    /// Past this the next is told to come again.
    max: usize,
    /// Of these, from one address.
    per_address_max: usize,
    /// Those who were connecting when this was looked at last.
    peers: BTreeMap<PeerId, Origin>,
}

impl Connecting {
    pub(crate) fn new(max: usize, per_address_max: usize) -> Connecting {
        Connecting { max, per_address_max, peers: BTreeMap::new() }
    }

    /// Whether one more may come from there. `still` says who has neither connected nor gone.
    pub(crate) fn has_room(&mut self, from: Origin, still: impl Fn(PeerId) -> bool) -> bool {
        self.peers.retain(|peer, _| still(*peer));
        let alike = self.peers.values().filter(|origin| **origin == from).count();
        self.peers.len() < self.max && alike < self.per_address_max
    }

    pub(crate) fn add(&mut self, peer: PeerId, from: Origin) {
        self.peers.insert(peer, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn at(host: u8) -> Origin {
        Origin::of(IpAddr::from([192, 0, 2, host]))
    }

    /// Tries to let one in from each host in turn; `+` for who is let in.
    fn try_all(connecting: &mut Connecting, next: &mut u64, hosts: &[u8], gone: &[u64]) -> String {
        let mut said = String::new();
        for host in hosts {
            let room = connecting.has_room(at(*host), |peer| !gone.contains(&peer.0));
            said.push(if room { '+' } else { '-' });
            if room {
                *next += 1;
                connecting.add(PeerId(*next), at(*host));
            }
        }
        said
    }

    #[test]
    fn an_address_has_its_share_and_the_loop_its_most() {
        let (mut connecting, mut next) = (Connecting::new(5, 2), 0);
        assert_eq!(try_all(&mut connecting, &mut next, &[1, 1, 1, 2, 2, 3, 4], &[]), "++-+++-");
        // The first of the first address and the one of the third have connected, or given up.
        assert_eq!(try_all(&mut connecting, &mut next, &[2, 1, 1, 4, 4], &[1, 5]), "-+-+-");
    }
}
