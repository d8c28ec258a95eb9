//! A packet's way from its publisher to everybody who watches, and a keyframe's wish on its way back.

use std::sync::Arc;
use std::time::Instant;

use media::Kind;
use model::RoomId;

use super::Sfu;
use super::entry::PeerEnd;
use crate::intake::Incoming;
use crate::room::Room;
use crate::{Event, Packet, PeerId};

impl Sfu {
    /// Takes a packet of a publisher on another loop.
    pub fn relay(&mut self, room: RoomId, packet: &Arc<Packet>, now: Instant) {
        self.spread(room, packet, now);
    }

    /// Other loops begin or cease to want the room's packets; who begins is given what is kept.
    pub fn set_relayed(&mut self, room: RoomId, relayed: bool) -> Vec<Arc<Packet>> {
        let config = self.config.clone();
        let room = self.rooms.entry(room).or_insert_with(|| Room::new(&config));
        room.relayed = relayed;
        room.video.kept().map(|(kept, _)| kept.iter().cloned().collect()).unwrap_or_default()
    }

    /// Viewers on another loop need a keyframe.
    pub fn want_keyframe(&mut self, room: RoomId, now: Instant) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.video.want_keyframe();
        }
        self.ask_keyframe(room, now);
    }

    /// Shows a viewer what there is, and asks for what there is not.
    pub(super) fn begin(&mut self, id: PeerId, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        let Some(PeerEnd::Viewer(viewer)) = self.peers.get_mut(&id).map(|entry| &mut entry.end) else {
            return;
        };
        viewer.catch_up(&state.video, now);
        if viewer.video.waits() {
            state.video.want_keyframe();
        }
        self.dirty.insert(id);
        self.ask_keyframe(room, now);
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
            let kind = one.description.codec.kind();
            let intake = match kind {
                Kind::Audio => &mut state.audio_intake,
                Kind::Video => &mut state.video_intake,
            };
            let taken = intake.take(one);
            if intake.waits() {
                state.track_mut(kind).want_keyframe();
            }
            match taken {
                Some(packet) => {
                    let packet = Arc::new(packet);
                    if state.relayed {
                        self.events.push_back(Event::Relay { room, packet: Arc::clone(&packet) });
                    }
                    self.spread(room, &packet, now);
                }
                None => self.ask_keyframe(room, now),
            }
        }
    }

    /// Keeps a packet and writes it to everybody who watches.
    pub(super) fn spread(&mut self, room: RoomId, packet: &Arc<Packet>, now: Instant) {
        let config = &self.config;
        let state = self.rooms.entry(room).or_insert_with(|| Room::new(config));
        let kind = packet.kind();
        if kind == Kind::Video {
            state.video.keep(packet);
        }
        for id in &state.viewers {
            if let Some(PeerEnd::Viewer(viewer)) = self.peers.get_mut(id).map(|entry| &mut entry.end)
                && viewer.connected
            {
                viewer.forward(packet, state.track(kind), now);
                self.dirty.insert(*id);
            }
        }
    }

    pub(super) fn viewer_wants_keyframe(&mut self, id: PeerId, now: Instant) {
        let Some(entry) = self.peers.get(&id) else { return };
        let room = entry.room;
        let PeerEnd::Viewer(viewer) = &entry.end else { return };
        if viewer.video.passes_wish(now)
            && let Some(state) = self.rooms.get_mut(&room)
        {
            state.video.want_keyframe();
            self.ask_keyframe(room, now);
        }
    }

    pub(super) fn ask_keyframe(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        if !state.video.ask_keyframe(now) {
            return;
        }
        let Some(id) = state.publisher else {
            self.events.push_back(Event::KeyframeWanted { room });
            return;
        };
        if let Some(PeerEnd::Publisher(publisher)) = self.peers.get_mut(&id).map(|entry| &mut entry.end)
            && publisher.peer.ask_keyframe()
        {
            self.totals.keyframes_asked += 1;
            self.dirty.insert(id);
        }
    }
}
