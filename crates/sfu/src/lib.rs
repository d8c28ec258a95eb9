//! Selective forwarding: who gets what, and how losses are mended.
//!
//! The machine opens no socket and reads no clock: packets, orders and time come in by calls, packets and facts go
//! out by `poll_*`. One [`Sfu`] lives on each media loop. A packet's way through it:
//! `peer` (str0m decrypts) → `publisher` (RED apart, the picture's layers told apart) → `intake` (the room's numbers,
//! on one line of time) → `track` (a layer, kept for who joins) → `down_track` (one viewer's layer and numbers, by what
//! `layer_selector` says) → `subscriber` (payload type, RED) → `fast` (encrypts, and answers for losses), or `peer` again
//! (str0m does), where [`Config::fast`] is off.

mod answer;
mod config;
mod down_track;
mod egress;
mod error;
pub mod estimate;
mod event;
mod fast;
pub mod fec;
mod fragment;
mod identity;
mod intake;
mod layer;
mod layer_selector;
mod layers;
mod mend;
mod offer;
mod pacer;
mod packet;
mod peer;
mod protection;
mod publisher;
mod restart;
mod room;
mod sfu;
mod stun;
mod subscriber;
mod timeline;
mod track;
mod transmit;

pub use config::Config;
pub use egress::{Egress, Form, Outgoing};
pub use error::SfuError;
pub use event::{Addressee, Event, PeerId, Totals};
pub use fast::rtcp;
pub use fragment::Fragment;
pub use identity::Identity;
pub use layer::{Flow, LAYERS_MAX, Layer};
pub use layer_selector::{Choice, Limit, Wish};
pub use mend::{LinkState, Mender, Remedy};
pub use offer::{Format, Offer, OfferError, Section};
pub use pacer::{PACED_MAX, Pacer};
pub use packet::{EARLIER_MAX, Packet, Picture};
pub use peer::LocalAddress;
pub use room::RoomStats;
pub use sfu::{Injected, STATS_INTERVAL, Sfu, Watched};
pub use str0m::IceCreds;
pub use str0m::net::Protocol;
pub use transmit::Transmit;

/// The ICE name on this end that a STUN datagram calls; `None` for anything else.
pub fn called_name(datagram: &[u8]) -> Option<&str> {
    stun::called_ufrag(datagram)
}
