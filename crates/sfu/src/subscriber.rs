//! One viewer: the tracks on their way to it, and by which payload type each goes.

use std::sync::Arc;
use std::time::Instant;

use media::{Description, Kind};

use crate::down_track::DownTrack;
use crate::fast::FastEgress;
use crate::fec::{Repair, Scheme};
use crate::layer_selector::LayerSelector;
use crate::layers::Layers;
use crate::peer::Peer;
use crate::{Egress, Form, Offer, Outgoing, Packet};

pub(crate) struct Subscriber {
    pub(crate) peer: Peer,
    /// Its packets go out by this, unless they go through `peer`.
    pub(crate) fast: Option<Box<FastEgress>>,
    pub(crate) connected: bool,
    pub(crate) audio: DownTrack,
    pub(crate) video: DownTrack,
    pub(crate) selector: LayerSelector,
    /// What the viewer can be sent, by payload type.
    formats: Vec<(Description, u8)>,
    /// RED's payload type, for a viewer who knows it.
    red: Option<u8>,
    /// The payload type of what the room carries now: looked up when that changes, not per packet.
    chosen: [Option<(Description, Option<u8>)>; 2],
    scratch: Vec<Outgoing>,
}

impl Subscriber {
    pub(crate) fn new(peer: Peer, fast: Option<Box<FastEgress>>, offer: &Offer) -> Subscriber {
        let types = peer.payload_types();
        let formats = types
            .iter()
            .filter_map(|(pt, _, codec)| {
                let named = offer.description(*pt).filter(|d| Some(d.codec) == *codec);
                Some((named.or_else(|| codec.map(|codec| Description::parse(codec, "")))?, *pt))
            })
            .collect();
        let red = types.iter().find_map(|(_, red, _)| *red);
        Subscriber {
            peer,
            fast,
            connected: false,
            audio: DownTrack::new(Kind::Audio),
            video: DownTrack::new(Kind::Video),
            selector: LayerSelector::new(),
            formats,
            red,
            chosen: [None, None],
            scratch: Vec::new(),
        }
    }

    /// The best payload type for a stream, or `None` if the viewer knows no codec of it.
    pub(crate) fn payload_type(&mut self, description: Description) -> Option<u8> {
        let slot = match description.codec.kind() {
            Kind::Audio => &mut self.chosen[0],
            Kind::Video => &mut self.chosen[1],
        };
        if let Some((chosen, pt)) = slot
            && *chosen == description
        {
            return *pt;
        }
        let fits = self.formats.iter().filter_map(|(offered, pt)| Some((offered.fits(&description)?, *pt)));
        // The viewer's own order decides between equals: the first best is kept.
        let best = fits.fold(None, |best: Option<(u8, u8)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            Some(_) | None => Some(next),
        });
        let pt = best.map(|(_, pt)| pt);
        *slot = Some((description, pt));
        pt
    }

    /// Sends a packet that has just come, or what it lets begin. Says whether anything was sent.
    pub(crate) fn forward(&mut self, packet: &Arc<Packet>, layers: &Layers, now: Instant) -> bool {
        if !self.connected {
            return false;
        }
        let mut out = std::mem::take(&mut self.scratch);
        match packet.kind() {
            Kind::Audio => self.audio.hear(packet, now, &mut out),
            Kind::Video => self.video.forward(packet, layers, now, &mut out),
        }
        let sends = !out.is_empty();
        self.write(out);
        sends
    }

    /// Begins, goes on with, or goes over to what is kept of the picture. Says whether anything was sent.
    pub(crate) fn catch_up(&mut self, layers: &Layers, now: Instant) -> bool {
        if !self.connected {
            return false;
        }
        let mut out = std::mem::take(&mut self.scratch);
        self.video.proceed(layers, now, &mut out);
        let sends = !out.is_empty();
        self.write(out);
        sends
    }

    /// A repair packet of a layer, made for everybody who needs it.
    pub(crate) fn repair(&mut self, layer: u8, scheme: Scheme, repair: &Arc<Repair>) {
        if let Some(fast) = self.fast.as_mut().filter(|_| self.connected) {
            fast.repair(layer, scheme, repair);
        }
    }

    /// When this viewer wants to be called.
    pub(crate) fn due(&self) -> Instant {
        let catch_up = self.video.due().filter(|_| self.connected);
        let report = self.fast.as_ref().and_then(|fast| fast.due());
        [catch_up, report].into_iter().flatten().fold(self.peer.due, Instant::min)
    }

    fn write(&mut self, mut out: Vec<Outgoing>) {
        let depth = self.fast.as_ref().map_or(1, |fast| fast.mending.sound_depth());
        for outgoing in out.drain(..) {
            let kind = outgoing.packet.kind();
            if !self.peer.receives(kind) {
                continue;
            }
            let Some(pt) = self.payload_type(outgoing.packet.description) else { continue };
            let form = match (kind, self.red) {
                (Kind::Audio, Some(red)) if depth > 0 => Form::Red { pt: red, inner: pt, depth },
                (Kind::Audio | Kind::Video, _) => Form::Plain { pt },
            };
            match &mut self.fast {
                Some(fast) => fast.write(form, outgoing),
                None => self.peer.write(form, outgoing),
            }
        }
        self.scratch = out;
    }
}
