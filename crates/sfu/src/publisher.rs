//! Who sends a room's media: from RTP packets to the packets everybody gets.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Description, Kind, Red};
use str0m::media::Rid;
use str0m::rtp::RtpPacket;

use crate::Offer;
use crate::intake::Incoming;
use crate::layer::LAYERS_MAX;
use crate::packet::EARLIER_MAX;
use crate::peer::Peer;
use crate::timeline::Report;

/// A publisher from whom nothing has come for so long has lost its connection.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(5);

/// Sounds remembered by their number, to know which redundant one is missing.
const HEARD: u64 = 64;

/// The longest time two neighbouring sounds may lie apart to be taken for neighbours, in ticks (120 ms).
const SOUND_TICKS_MAX: u64 = 5_760;

pub(crate) struct Publisher {
    pub(crate) peer: Peer,
    /// What each payload type carries.
    descriptions: Vec<(u8, Description)>,
    red: Vec<u8>,
    /// The picture's layers: their names, and the stream each comes in. Streams say their layer's name only until they
    /// know that it was heard.
    layers: Vec<(Option<Rid>, u32)>,
    /// When the last media packet came.
    pub(crate) heard: Option<Instant>,
    /// Whether the room was told that it is there.
    pub(crate) told: bool,
    /// It took the place of one the room was told of: should it never send, the room must hear of the loss.
    pub(crate) replaces: bool,
    /// Bit n: the sound `newest - n` has come.
    sounds: u64,
    /// The newest sound, and those right before it, the latest first.
    newest: Option<Heard>,
    before: VecDeque<Heard>,
}

#[derive(Clone)]
struct Heard {
    seq: u64,
    time: u64,
    payload: Arc<[u8]>,
}

impl Publisher {
    pub(crate) fn new(peer: Peer, offer: &Offer) -> Publisher {
        let types = peer.payload_types();
        let descriptions = types
            .iter()
            .filter_map(|(pt, _, codec)| {
                let named = offer.description(*pt).filter(|d| Some(d.codec) == *codec);
                Some((*pt, named.or_else(|| codec.map(|codec| Description::parse(codec, "")))?))
            })
            .collect();
        let red = types.iter().filter_map(|(_, red, _)| *red).collect();
        Publisher {
            peer,
            descriptions,
            red,
            layers: Vec::new(),
            heard: None,
            told: false,
            replaces: false,
            sounds: 0,
            newest: None,
            before: VecDeque::new(),
        }
    }

    /// Takes an RTP packet apart. A packet of RED may hold more than one sound, which come out in order.
    pub(crate) fn unwrap(
        &mut self,
        source: u64,
        packet: RtpPacket,
        rid: Option<Rid>,
        now: Instant,
        out: &mut Vec<Incoming>,
    ) {
        self.heard = Some(now);
        let pt = *packet.header.payload_type;
        let stream = *packet.header.ssrc;
        let report = packet.last_sender_info.and_then(|info| {
            let clock_us = info.ntp_time.duration_since(std::time::UNIX_EPOCH).ok()?.as_micros();
            // Both wrap at 32 bits, and are near to each other.
            let ahead = (info.rtp_time.numer() as u32).wrapping_sub(packet.time.numer() as u32).cast_signed();
            let time = packet.time.numer().wrapping_add_signed(i64::from(ahead));
            Some(Report { clock_us: u64::try_from(clock_us).ok()?, time })
        });
        let incoming = |layer, description, seq, time, marker, payload, earlier| Incoming {
            source,
            stream,
            layer,
            report,
            description,
            seq,
            time,
            marker,
            arrived: now,
            payload,
            earlier,
        };
        let (seq, time, marker) = (*packet.seq_no, packet.time.numer(), packet.header.marker);
        if self.red.contains(&pt) {
            let Some(red) = Red::parse(&packet.payload) else { return };
            let Some(description) = self.describe(red.payload_type) else { return };
            let count = red.redundant.len() as u64;
            for (at, block) in red.redundant.iter().enumerate() {
                // Blocks are of the packets right before this one, oldest first.
                let Some(lost) = seq.checked_sub(count - at as u64) else { continue };
                let Some(then) = time.checked_sub(u64::from(block.offset)) else { continue };
                if block.payload_type != red.payload_type || block.payload.is_empty() || self.has_sound(lost)
                {
                    continue;
                }
                let payload: Arc<[u8]> = block.payload.into();
                let earlier = self.hear(lost, then, &payload);
                out.push(incoming(0, description, lost, then, false, payload, earlier));
            }
            if !self.has_sound(seq) {
                let payload: Arc<[u8]> = red.primary.into();
                let earlier = self.hear(seq, time, &payload);
                out.push(incoming(0, description, seq, time, marker, payload, earlier));
            }
            return;
        }
        let Some(description) = self.describe(pt) else { return };
        match description.codec.kind() {
            Kind::Audio => {
                if !self.has_sound(seq) {
                    let earlier = self.hear(seq, time, &packet.payload);
                    out.push(incoming(0, description, seq, time, marker, packet.payload, earlier));
                }
            }
            Kind::Video => {
                if let Some(layer) = self.layer_of(rid, stream) {
                    out.push(incoming(layer, description, seq, time, marker, packet.payload, Vec::new()));
                }
            }
        }
    }

    /// The layer's name, for the publisher to be asked for it.
    pub(crate) fn rid_of(&self, layer: u8) -> Option<Rid> {
        self.layers.get(usize::from(layer)).and_then(|(rid, _)| *rid)
    }

    /// Tells a publisher that listens which layers to send, by their names. Says whether it was told.
    pub(crate) fn tell_layers(&mut self, sent: &[(u8, bool)]) -> bool {
        let named = sent.iter().filter_map(|(layer, sent)| Some((self.rid_of(*layer)?, *sent)));
        let list: Vec<String> = named.map(|(rid, sent)| format!("\"{rid}\":{sent}")).collect();
        !list.is_empty() && self.peer.tell(&format!("{{\"layers\":{{{}}}}}", list.join(",")))
    }

    /// The number of the layer that a stream carries; `None` past [`LAYERS_MAX`] of them.
    fn layer_of(&mut self, rid: Option<Rid>, stream: u32) -> Option<u8> {
        let by_stream = || self.layers.iter().position(|(_, of)| *of == stream);
        let known = match rid {
            Some(_) => self.layers.iter().position(|(name, _)| *name == rid),
            None => by_stream().or_else(|| self.layers.iter().position(|(name, _)| name.is_none())),
        };
        let at = match known {
            Some(at) => at,
            None if self.layers.len() < LAYERS_MAX => {
                self.layers.push((rid, stream));
                self.layers.len() - 1
            }
            None => return None,
        };
        self.layers[at].1 = stream;
        u8::try_from(at).ok()
    }

    /// Whether its media has stopped.
    pub(crate) fn is_silent(&self, now: Instant) -> bool {
        self.heard.is_some_and(|heard| now >= heard + SILENCE_MAX)
    }

    fn describe(&self, pt: u8) -> Option<Description> {
        self.descriptions.iter().find(|(of, _)| *of == pt).map(|(_, description)| *description)
    }

    fn has_sound(&self, seq: u64) -> bool {
        match &self.newest {
            // Before the first sound there is nothing to mend.
            None => false,
            Some(newest) if seq > newest.seq => false,
            Some(newest) => {
                let back = newest.seq - seq;
                back >= HEARD || self.sounds >> back & 1 == 1
            }
        }
    }

    /// Notes a sound, and says what came right before it.
    fn hear(&mut self, seq: u64, time: u64, payload: &Arc<[u8]>) -> Vec<(u32, Arc<[u8]>)> {
        let heard = Heard { seq, time, payload: Arc::clone(payload) };
        let Some(last) = self.newest.take() else {
            // What is older than the first sound stays out: its place would be before the beginning.
            self.sounds = u64::MAX;
            self.newest = Some(heard);
            return Vec::new();
        };
        if seq <= last.seq {
            self.sounds |= 1 << (last.seq - seq).min(HEARD - 1);
            self.newest = Some(last);
            return Vec::new();
        }
        let step = seq - last.seq;
        self.sounds = if step >= HEARD { 1 } else { (self.sounds << step) | 1 };
        self.before.push_front(last);
        self.before.truncate(EARLIER_MAX);
        let mut earlier = Vec::with_capacity(EARLIER_MAX);
        let mut after = &heard;
        for one in &self.before {
            let apart = after.time.wrapping_sub(one.time);
            if after.seq - one.seq != 1 || apart == 0 || apart > SOUND_TICKS_MAX {
                break;
            }
            earlier.push(((time - one.time) as u32, Arc::clone(&one.payload)));
            after = one;
        }
        self.newest = Some(heard);
        earlier
    }
}
