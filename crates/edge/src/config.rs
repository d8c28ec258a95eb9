//! What may be set about the media sockets.

use std::net::IpAddr;

/// Where media is received and sent, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaConfig {
    /// The UDP port of all peers, and the TCP port of those who have no UDP. 0 takes any free one.
    pub port: u16,
    /// The address the sockets are bound to; `0.0.0.0` is every IPv4 address of the machine.
    pub bind: IpAddr,
    /// The addresses told to peers. Empty: those of the machine's interfaces, loopback included.
    pub public_addresses: Vec<IpAddr>,
    /// How many media loops, each on a thread of its own; 0 is one per core.
    pub loops: usize,
    /// Whether peers without UDP may come by TCP on the same port number.
    pub tcp: bool,
    /// The most viewers of one room; the next is refused.
    pub viewers_per_room_max: usize,
    /// The most viewers of one loop who were answered and have not connected yet. A loop answers some hundred offers a
    /// second, and who means it connects within one or two: of so many who wait, most never will. The next is told to
    /// come again in a moment, which is also what spreads a room's return after a break.
    pub connecting_max: usize,
    /// Of these, the most from one address: a class that opens the page at one time.
    pub connecting_per_address_max: usize,
    /// How shows are packaged for HLS; `None` packages none.
    pub hls: Option<hls::Settings>,
    /// How packets are forwarded.
    pub forwarding: sfu::Config,
}

impl Default for MediaConfig {
    fn default() -> MediaConfig {
        MediaConfig {
            port: 8189,
            bind: IpAddr::from([0, 0, 0, 0]),
            public_addresses: Vec::new(),
            loops: 0,
            tcp: true,
            viewers_per_room_max: 5_000,
            connecting_max: 1_024,
            connecting_per_address_max: 128,
            hls: None,
            forwarding: sfu::Config::default(),
        }
    }
}
