//! The way out to one viewer.

use std::sync::Arc;
use std::time::Instant;

use media::Kind;

use crate::Packet;

/// A packet with the numbers one viewer is to see.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The shared packet.
    pub packet: Arc<Packet>,
    /// Its number for this viewer, without wrapping.
    pub seq: u64,
    /// Its time for this viewer, without wrapping.
    pub time: u64,
    /// When its picture or sound was, for the sender reports that keep both together.
    pub wallclock: Instant,
}

/// How a viewer's packets leave. The state machine of the viewer's peer does it now; a way that shares the work
/// among viewers can stand in its place, because forwarding asks for nothing else.
pub trait Egress {
    /// Takes a packet, to be sent with payload type `pt`, as `payload` if that differs from the packet's own.
    fn write(&mut self, kind: Kind, pt: u8, outgoing: &Outgoing, payload: Option<Arc<[u8]>>);
}
