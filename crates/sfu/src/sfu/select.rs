//! Which layer each viewer is sent, and which layers their publisher may leave unsent.

use std::time::{Duration, Instant};

use model::RoomId;

use super::Sfu;
use super::entry::PeerEnd;
use crate::layer::{Flow, ranked};
use crate::{Choice, Event, Layer, Limit, PeerId, SfuError, Wish};

/// How often a publisher's loop is told again which layers are wanted here: a full inbox may have lost it.
const WANTED_AGAIN: Duration = Duration::from_secs(2);

/// What a viewer is sent of the picture, and what else there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The layer it sees; `None` while it sees none.
    pub sent: Option<Layer>,
    /// Why not a larger one.
    pub limit: Limit,
    /// All layers there are, the smallest first.
    pub layers: Vec<Layer>,
}

impl Sfu {
    /// A viewer's page wishes to be sent this much of the picture.
    pub fn wish(&mut self, peer: PeerId, wish: Wish, now: Instant) -> Result<Watched, SfuError> {
        let viewer = self.viewer_mut(peer).ok_or(SfuError::NoSuchPeer)?;
        viewer.selector.wish(wish);
        self.select(peer, now);
        self.watched(peer).ok_or(SfuError::NoSuchPeer)
    }

    /// What a viewer is sent; `None` for who is no viewer here.
    pub fn watched(&self, peer: PeerId) -> Option<Watched> {
        let entry = self.peers.get(&peer)?;
        let PeerEnd::Viewer(viewer) = &entry.end else { return None };
        let known = self.rooms.get(&entry.room).map(|room| room.layers.known()).unwrap_or_default();
        let current = viewer.video.current();
        let limit = viewer.selector.chosen().map_or(Limit::Nothing, |choice| choice.limit);
        let sent =
            known.iter().copied().find(|layer| Some(layer.number) == current && layer.flow == Flow::Flowing);
        let layers = ranked(&known);
        Some(Watched { sent, limit, layers })
    }

    /// What a viewer's link carries for the picture, in bits per second; `None` while nobody knows.
    #[allow(dead_code, reason = "the estimate of a viewer's link calls it")]
    pub(crate) fn set_available(&mut self, peer: PeerId, bps: Option<u64>, now: Instant) {
        if let Some(viewer) = self.viewer_mut(peer) {
            viewer.selector.set_available(bps);
            self.select(peer, now);
        }
    }

    /// The publisher's loop knows this of its layers.
    pub fn learn_layers(&mut self, room: RoomId, layers: &[Layer], now: Instant) {
        self.room(room).layers.learn(layers);
        self.select_all(room, now);
    }

    /// The largest layer that comes now, for who wants but one of a room's packets: a recording, or a packager. Each
    /// layer has numbers of its own, so who follows it from one to another begins anew at a keyframe.
    pub fn largest_layer(&self, room: RoomId) -> Option<u8> {
        let known = self.rooms.get(&room)?.layers.known();
        let flowing = known.iter().filter(|layer| layer.flow == Flow::Flowing);
        flowing.max_by_key(|layer| layer.rank()).map(|layer| layer.number)
    }

    /// Viewers on another loop want these layers, and no others: bit n is layer n. Who wants packets without being a
    /// viewer counts as a loop of its own, with a number that none has; all bits keep every layer awake.
    pub fn want_layers(&mut self, room: RoomId, shard: usize, wanted: u8, now: Instant) {
        let state = self.room(room);
        if wanted == 0 {
            state.wanted_elsewhere.remove(&shard);
        } else {
            state.wanted_elsewhere.insert(shard, wanted);
        }
        self.pause_unwatched(room, now);
    }

    /// Tells the other loops and the viewers here what is known of the layers, if that is news.
    pub(super) fn tell_layers(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        let Some(news) = state.layers.news(now) else { return };
        if state.relayed {
            self.events.push_back(Event::Layers { room, layers: news });
        }
        self.select_all(room, now);
    }

    /// Looks after a room's layers: those that fell silent, those that nobody watches, and who may go up.
    pub(super) fn tend_layers(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        let here = state.publisher.is_some();
        if here {
            state.layers.hush(now);
        }
        if here || state.relayed {
            self.tell_layers(room, now);
        }
        self.select_all(room, now);
    }

    fn select_all(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get(&room) else { return };
        let viewers: Vec<PeerId> = state.viewers.iter().copied().collect();
        let layers = ranked(&state.layers.known());
        for id in viewers {
            self.aim(id, &layers, now);
        }
        self.pause_unwatched(room, now);
        self.ask_keyframes(room, now);
    }

    /// Decides for one viewer.
    pub(super) fn select(&mut self, id: PeerId, now: Instant) {
        let Some(room) = self.peers.get(&id).map(|entry| entry.room) else { return };
        let layers = self.rooms.get(&room).map(|state| ranked(&state.layers.known())).unwrap_or_default();
        self.aim(id, &layers, now);
        self.pause_unwatched(room, now);
        self.ask_keyframes(room, now);
    }

    fn aim(&mut self, id: PeerId, layers: &[Layer], now: Instant) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        let (Some(state), PeerEnd::Viewer(viewer)) = (self.rooms.get_mut(&entry.room), &mut entry.end) else {
            return;
        };
        let Some(Choice { layer, .. }) = viewer.selector.select(layers, now) else { return };
        viewer.video.aim(layer, now);
        if !viewer.connected || viewer.video.lacks().is_none() {
            return;
        }
        if viewer.catch_up(&state.layers, now) {
            self.dirty.insert(id);
        }
        if let Some(track) = viewer.video.lacks().and_then(|layer| state.layers.track_mut(layer)) {
            track.want_keyframe();
        }
    }

    /// Tells the publisher which layers to send, or its loop which are wanted here, if that is another answer than
    /// before.
    fn pause_unwatched(&mut self, room: RoomId, now: Instant) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        let mut wanted = 0u8;
        for id in &state.viewers {
            if let Some(PeerEnd::Viewer(viewer)) = self.peers.get(id).map(|entry| &entry.end) {
                for layer in [viewer.video.target(), viewer.video.current()].into_iter().flatten() {
                    wanted |= 1 << layer;
                }
            }
        }
        let Some(id) = state.publisher else {
            // Said again now and then, should it not have been heard.
            let due = wanted != 0 && state.wanted_told.is_none_or(|told| now >= told + WANTED_AGAIN);
            if std::mem::replace(&mut state.wanted, wanted) != wanted || due {
                state.wanted_told = Some(now);
                self.events.push_back(Event::LayersWanted { room, wanted });
            }
            return;
        };
        let wanted = state.wanted_elsewhere.values().fold(wanted, |all, one| all | one);
        let Some(PeerEnd::Publisher(publisher)) = self.peers.get_mut(&id).map(|entry| &mut entry.end) else {
            return;
        };
        if publisher.peer.channel.is_none() {
            return;
        }
        if let Some(sent) = state.layers.want(wanted, now) {
            publisher.tell_layers(&sent);
            self.dirty.insert(id);
        }
    }
}
