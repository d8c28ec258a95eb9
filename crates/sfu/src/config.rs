//! What may be set about forwarding.

/// How media is forwarded and how its losses are mended. The defaults are what a real show wants; the switches
/// are there so that a test can show what each remedy is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Send viewers their packets by the shared broadcast way. Off, each packet goes through the viewer's own state
    /// machine, at several times the price; it is there to compare with.
    pub fast: bool,
    /// Ask the publisher for lost packets, and answer viewers who ask, with RTX where the peer knows it.
    pub retransmit: bool,
    /// Carry each sound packet a second time inside the next one (RED, RFC 2198) for peers that know it.
    pub audio_redundancy: bool,
    /// Send viewers on bad links repair packets (FlexFEC) along with the picture, and sound carried as often as their
    /// losses ask for.
    pub repair_ahead: bool,
    /// Estimate each viewer's bandwidth from its transport-wide feedback.
    pub estimate: bool,
    /// The most packets of one group of pictures kept for who joins late.
    pub gop_packets_max: usize,
    /// The most bytes of one group of pictures kept for who joins late.
    pub gop_bytes_max: usize,
    /// The most viewers one loop carries; the next is refused.
    pub viewers_max: usize,
    /// The most bytes of an offer or a trickle fragment; a longer one is refused unread.
    pub sdp_bytes_max: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            fast: true,
            retransmit: true,
            audio_redundancy: true,
            repair_ahead: true,
            estimate: true,
            gop_packets_max: 4_096,
            gop_bytes_max: 4 << 20,
            viewers_max: 5_000,
            sdp_bytes_max: 64 << 10,
        }
    }
}
