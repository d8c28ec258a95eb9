//! How peers leave: by their own word, put out, lost, or never connected.

use std::time::{Duration, Instant};

use model::RoomId;

use super::Sfu;
use super::entry::PeerEnd;
use crate::publisher::Publisher;
use crate::subscriber::Subscriber;
use crate::{Event, PeerId};

/// A peer that has not connected in so long never will.
const CONNECT_MAX: Duration = Duration::from_secs(20);

/// A peer whose connection is lost may come back (an ICE restart, another network) for so long.
const LOST_MAX: Duration = Duration::from_secs(30);

impl Sfu {
    pub(super) fn viewer_mut(&mut self, id: PeerId) -> Option<&mut Subscriber> {
        match &mut self.peers.get_mut(&id)?.end {
            PeerEnd::Viewer(viewer) => Some(viewer),
            PeerEnd::Publisher(_) => None,
        }
    }

    pub(super) fn publisher_mut(&mut self, id: PeerId) -> Option<&mut Publisher> {
        match &mut self.peers.get_mut(&id)?.end {
            PeerEnd::Publisher(publisher) => Some(publisher),
            PeerEnd::Viewer(_) => None,
        }
    }

    pub(super) fn publisher_lost(&mut self, id: PeerId, room: RoomId) {
        if let Some(PeerEnd::Publisher(publisher)) = self.peers.get_mut(&id).map(|entry| &mut entry.end)
            && publisher.told
        {
            publisher.told = false;
            self.publisher_gone(room);
            self.events.push_back(Event::PublisherLost { room });
        }
    }

    pub(super) fn publisher_gone(&mut self, room: RoomId) {
        let state = self.room(room);
        state.stats.publishing = false;
        // An old picture is no greeting for who joins during the break.
        state.layers.clear();
    }

    /// Says goodbye to a peer; it is removed when that has been sent.
    pub(super) fn put_out(&mut self, id: PeerId) {
        if let Some(entry) = self.peers.get_mut(&id) {
            entry.end.peer().close();
            if let PeerEnd::Viewer(viewer) = &mut entry.end
                && let Some(fast) = &mut viewer.fast
            {
                fast.leave();
            }
            entry.closing = true;
            self.dirty.insert(id);
        }
    }

    pub(super) fn remove(&mut self, id: PeerId) {
        let Some(mut entry) = self.peers.remove(&id) else { return };
        if entry.end.peer().failed {
            self.totals.peers_failed += 1;
        }
        self.dirty.remove(&id);
        self.by_ufrag.remove(&entry.credentials.ufrag);
        for address in &entry.addresses {
            if self.by_address.get(address) == Some(&id) {
                self.by_address.remove(address);
            }
        }
        let room = entry.room;
        let was_publisher = self.rooms.get(&room).is_some_and(|r| r.publisher == Some(id));
        if was_publisher {
            self.room(room).publisher = None;
            self.publisher_gone(room);
            if matches!(&entry.end, PeerEnd::Publisher(publisher) if publisher.told || publisher.replaces) {
                self.events.push_back(Event::PublisherLost { room });
            }
        }
        if let (PeerEnd::Viewer(viewer), Some(state)) = (&entry.end, self.rooms.get_mut(&room)) {
            state.viewers.remove(&id);
            state.watching -= u32::from(viewer.connected);
        }
        self.events.push_back(Event::Gone { peer: id, room });
        self.tell_watching(room);
    }

    pub(super) fn tell_watching(&mut self, room: RoomId) {
        let Some(state) = self.rooms.get_mut(&room) else { return };
        if state.told_watching != state.watching {
            state.told_watching = state.watching;
            state.stats.watching = state.watching;
            self.events.push_back(Event::Watching { room, count: state.watching });
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        let mut gone = Vec::new();
        let mut lost = Vec::new();
        for (id, entry) in &mut self.peers {
            let never = !entry.connected && now >= entry.made + CONNECT_MAX;
            let late = entry.lost_since.is_some_and(|since| now >= since + LOST_MAX);
            if never || late || entry.closing || !entry.end.peer().is_alive() {
                gone.push(*id);
            } else if matches!(&entry.end, PeerEnd::Publisher(publisher) if publisher.told && publisher.is_silent(now))
            {
                lost.push((*id, entry.room));
            }
        }
        for (id, room) in lost {
            self.publisher_lost(id, room);
        }
        self.tick_locals(now);
        for id in gone {
            self.drain(id, now);
            self.remove(id);
        }
        let rooms: Vec<RoomId> = self.rooms.keys().copied().collect();
        for room in rooms {
            self.tend_layers(room, now);
            self.tell_watching(room);
        }
        self.rooms.retain(|_, room| {
            room.publisher.is_some()
                || !room.viewers.is_empty()
                || room.relayed
                || room.audio.description().is_some()
        });
    }
}
