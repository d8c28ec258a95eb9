//! The way out to one viewer.

use std::sync::Arc;
use std::time::Instant;

use crate::Packet;
use crate::packet::shift_pictures;

/// A packet with the numbers one viewer is to see.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The shared packet.
    pub packet: Arc<Packet>,
    /// Its number for this viewer, without wrapping. No two packets to one viewer have the same.
    pub seq: u64,
    /// Its time for this viewer, without wrapping.
    pub time: u64,
    /// What is to be added to its picture id and TL0PICIDX for this viewer; nearly always nothing.
    pub pictures: (u16, u8),
    /// When its picture or sound was, for the sender reports that keep both together.
    pub wallclock: Instant,
}

impl Outgoing {
    /// The payload with this viewer's picture numbers.
    pub fn payload(&self) -> Arc<[u8]> {
        let packet = &self.packet;
        shift_pictures(packet.description.codec, &packet.payload, self.pictures)
    }
}

/// How a packet is written for a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain {
        /// Its payload type.
        pt: u8,
    },
    /// With the sound before it (RED, RFC 2198).
    Red {
        /// RED's payload type.
        pt: u8,
        /// The sound's own.
        inner: u8,
        /// How many sounds before it are carried again.
        depth: u8,
    },
}

/// How a viewer's packets leave: by the shared broadcast way, or each through the viewer's own state machine.
/// Forwarding asks for nothing else of either, and a test sends the same show both ways and finds the same packets.
pub trait Egress {
    /// Takes a packet to be sent.
    fn write(&mut self, form: Form, outgoing: Outgoing);
}
