//! A packet's way from its publisher to everybody who watches, and a keyframe's wish on its way back.

use std::sync::Arc;
use std::time::Instant;

use media::Kind;
use model::RoomId;

use super::Sfu;
use super::entry::PeerEnd;
use crate::intake::Incoming;
use crate::room::Room;
use crate::{Event, Layer, Packet, PeerId};

impl Sfu {
    /// Takes a packet of a publisher on another loop.
    pub fn relay(&mut self, room: RoomId, packet: &Arc<Packet>, now: Instant) {
        self.spread(room, packet, now);
    }

    /// Other loops begin or cease to want the room's packets; who begins is given what is kept.
    pub fn set_relayed(&mut self, room: RoomId, relayed: bool) -> (Vec<Layer>, Vec<Arc<Packet>>) {
        let room = self.room(room);
        room.relayed = relayed;
        (room.layers.known(), room.layers.all_kept())
    }

    /// Viewers on another loop need a keyframe of a layer.
    pub fn want_keyframe(&mut self, room: RoomId, layer: u8, now: Instant) {
        if let Some(track) = self.rooms.get_mut(&room).and_then(|room| room.layers.track_mut(layer)) {
            track.want_keyframe();
        }
        self.ask_keyframes(room, now);
    }

    pub(super) fn published(&mut self, id: PeerId, packet: str0m::rtp::RtpPacket, now: Instant) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        let room = entry.room;
        let PeerEnd::Publisher(publisher) = &mut entry.end else { return };
        if self.rooms.get(&room).is_none_or(|r| r.publisher != Some(id)) {
            return;
        }
        let mut incoming = Vec::with_capacity(2);
        let rid = packet.header.ext_vals.rid;
        publisher.unwrap(id.0, packet, rid, now, &mut incoming);
        let news = !publisher.told && !incoming.is_empty();
        publisher.told |= news;
        publisher.replaces &= !news;
        if news {
            self.room(room).stats.publishing = true;
            self.events.push_back(Event::PublisherConnected { room });
        }
        self.let_in(room, incoming, now);
    }

    /// Gives packets the room's numbers, and passes on those that are let in.
    pub(super) fn let_in(&mut self, room: RoomId, incoming: Vec<Incoming>, now: Instant) {
        for one in incoming {
            let state = self.room(room);
            let taken = match one.description.codec.kind() {
                Kind::Audio => state.audio.take(one, &mut state.audio_line).ok_or(false),
                Kind::Video => state.layers.take(one),
            };
            match taken {
                Ok(packet) => {
                    let packet = Arc::new(packet);
                    if packet.keyframe && packet.kind() == Kind::Video {
                        // A layer that comes is told of before its first packet.
                        self.tell_layers(room, now);
                    }
                    if self.rooms.get(&room).is_some_and(|state| state.relayed) {
                        self.events.push_back(Event::Relay { room, packet: Arc::clone(&packet) });
                    }
                    self.spread(room, &packet, now);
                }
                Err(keyframe_missing) => {
                    if keyframe_missing {
                        self.ask_keyframes(room, now);
                    }
                }
            }
        }
    }

    /// Keeps a packet and writes it to everybody who watches.
    pub(super) fn spread(&mut self, room: RoomId, packet: &Arc<Packet>, now: Instant) {
        let config = &self.config;
        let state = self.rooms.entry(room).or_insert_with(|| Room::new(config));
        if packet.kind() == Kind::Video {
            state.layers.keep(packet);
        }
        for id in &state.viewers {
            if let Some(PeerEnd::Viewer(viewer)) = self.peers.get_mut(id).map(|entry| &mut entry.end)
                && viewer.forward(packet, &state.layers, now)
            {
                self.dirty.insert(*id);
            }
        }
        if packet.kind() == Kind::Video && !state.protection.is_idle() {
            let (peers, viewers) = (&mut self.peers, &state.viewers);
            let layer = packet.layer;
            state.protection.push(packet, |scheme, repair| {
                for id in viewers {
                    if let Some(PeerEnd::Viewer(viewer)) = peers.get_mut(id).map(|entry| &mut entry.end) {
                        viewer.repair(layer, scheme, repair);
                    }
                }
            });
        }
    }

    pub(super) fn viewer_wants_keyframe(&mut self, id: PeerId, now: Instant) {
        let Some(entry) = self.peers.get(&id) else { return };
        let room = entry.room;
        let PeerEnd::Viewer(viewer) = &entry.end else { return };
        let layer = viewer.video.current().or(viewer.video.target());
        if viewer.video.passes_wish(now)
            && let Some(state) = self.rooms.get_mut(&room)
            && let Some(track) = layer.and_then(|layer| state.layers.track_mut(layer))
        {
            track.want_keyframe();
            self.ask_keyframes(room, now);
        }
    }

    /// Passes the wishes for keyframes on, those of each layer to its stream.
    pub(super) fn ask_keyframes(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        for layer in state.layers.ask_keyframes(now) {
            let Some(id) = state.publisher else {
                self.events.push_back(Event::KeyframeWanted { room, layer });
                continue;
            };
            if let Some(PeerEnd::Publisher(publisher)) = self.peers.get_mut(&id).map(|entry| &mut entry.end) {
                let rid = publisher.rid_of(layer);
                if publisher.peer.ask_keyframe(rid) {
                    self.totals.keyframes_asked += 1;
                    self.dirty.insert(id);
                }
            }
        }
    }
}
