//! The broadcast way out: str0m keeps each viewer's ICE, DTLS and SDP, and this sends the packets.
//!
//! A viewer costs its keys, its numbers and a record of what it was sent; payloads are shared by all of them. Packets
//! wait as references until the viewer's turn, and then are written and encrypted one behind the other in a buffer
//! that all viewers take turns with, so that a frame leaves in one call and its payloads are still near the core.

pub(crate) mod agreed;
mod egress;
pub(crate) mod keys;
mod lane;
mod mending;
mod ntp;
mod recovery;
mod repairs;
mod resend;
pub mod rtcp;
mod sent;
mod srtp;
mod store;
mod transport;
mod window;

pub(crate) use agreed::Agreed;
pub(crate) use egress::{FastEgress, Way};
pub(crate) use ntp::NtpClock;
pub(crate) use repairs::RepairAgreed;
pub(crate) use store::PacketStore;
