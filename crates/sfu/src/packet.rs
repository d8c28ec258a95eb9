//! A media packet on its way from a publisher to everybody.

use std::sync::Arc;
use std::time::Instant;

use media::{Description, Kind};

/// Sounds before its own that a packet can carry again: with two, a viewer must lose three in a row to miss one.
pub const EARLIER_MAX: usize = 2;

/// One packet, numbered for its room: numbers and times go on without a jump when the publisher is another one.
/// It is shared, never copied, among viewers and loops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// What it holds, and so whether it is sound or picture.
    pub description: Description,
    /// Its number. A gap is a packet that has not arrived, and still may.
    pub seq: u64,
    /// Its time in ticks of the codec's clock.
    pub time: u64,
    /// The RTP marker: for a picture, the last packet of a frame.
    pub marker: bool,
    /// Whether a keyframe begins here.
    pub keyframe: bool,
    /// When it arrived.
    pub arrived: Instant,
    /// Its payload, without redundancy.
    pub payload: Arc<[u8]>,
    /// The sounds before it, [`EARLIER_MAX`] at most, the latest first: how many ticks before, and its payload.
    pub earlier: Vec<(u32, Arc<[u8]>)>,
}

impl Packet {
    /// Sound or picture.
    pub fn kind(&self) -> Kind {
        self.description.codec.kind()
    }
}
