//! The forwarding machine of one loop: every peer on it, every room that has one of them.

mod entry;
mod feedback;
mod forward;
mod leave;
mod local;
mod measure;
mod mend;
mod select;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::Kind;
use model::RoomId;
use str0m::net::Protocol;
use str0m::{Event as PeerEvent, IceConnectionState, IceCreds};

use self::entry::{Entry, PeerEnd};
pub use self::local::Injected;
use self::local::Local;
pub use self::select::Watched;
use crate::fast::NtpClock;
use crate::peer::{Accepted, Datagram, End, Here, Peer, is_srtp};
use crate::publisher::Publisher;
use crate::restart::{first_credentials, with_credentials};
use crate::room::Room;
use crate::stun::called_ufrag;
use crate::subscriber::Subscriber;
use crate::{
    Addressee, Config, Event, Fragment, Identity, LocalAddress, Offer, PeerId, RoomStats, SfuError, Totals,
    Transmit,
};

/// How often silence, keyframe wishes and leftovers are looked after.
const TICK: Duration = Duration::from_millis(50);

/// How often figures are renewed.
pub const STATS_INTERVAL: Duration = Duration::from_secs(2);

/// The name of the data channel by which a publisher can be told what to send.
const CHANNEL: &str = "livehouse";

/// Addresses remembered for one peer: its networks, and those of its address translators. The oldest goes.
const ADDRESSES_MAX: usize = 8;

/// The machine.
pub struct Sfu {
    config: Config,
    identity: Identity,
    addresses: Vec<LocalAddress>,
    next_peer: u64,
    peers: BTreeMap<PeerId, Entry>,
    /// Publishers of this machine's own.
    locals: BTreeMap<PeerId, Local>,
    rooms: BTreeMap<RoomId, Room>,
    /// Never walked over, only asked.
    by_address: HashMap<SocketAddr, PeerId>,
    by_ufrag: HashMap<String, PeerId>,
    due: BinaryHeap<Reverse<(Instant, PeerId)>>,
    dirty: BTreeSet<PeerId>,
    transmits: VecDeque<Datagram>,
    /// The one of those that was asked for last.
    current: Option<Datagram>,
    /// Viewers whose packets are sealed when the next are asked for, and the time that counts for them.
    sending: VecDeque<PeerId>,
    flushed: Option<Instant>,
    /// All viewers' packets are sealed in this.
    buffer: Vec<u8>,
    /// And their RTCP is opened in this.
    opened: Vec<u8>,
    clock: Option<NtpClock>,
    events: VecDeque<Event>,
    scratch: Vec<PeerEvent>,
    tick_at: Option<Instant>,
    stats_at: Option<Instant>,
    totals: Totals,
}

impl Sfu {
    /// A machine whose peers reach it at `addresses`.
    pub fn new(config: Config, identity: Identity, addresses: Vec<LocalAddress>) -> Sfu {
        Sfu {
            config,
            identity,
            addresses,
            next_peer: 0,
            peers: BTreeMap::new(),
            locals: BTreeMap::new(),
            rooms: BTreeMap::new(),
            by_address: HashMap::new(),
            by_ufrag: HashMap::new(),
            due: BinaryHeap::new(),
            dirty: BTreeSet::new(),
            transmits: VecDeque::new(),
            current: None,
            sending: VecDeque::new(),
            flushed: None,
            buffer: Vec::new(),
            opened: Vec::new(),
            clock: None,
            events: VecDeque::new(),
            scratch: Vec::new(),
            tick_at: None,
            stats_at: None,
            totals: Totals::default(),
        }
    }

    /// Tells the time of day: so long after 1970 it is at `now`. Sender reports show it to viewers; without it, theirs
    /// begins in 1970.
    pub fn set_clock(&mut self, now: Instant, since_unix: Duration) {
        self.clock = Some(NtpClock::new(now, since_unix));
    }

    /// Answers a publisher's offer. It takes the place of the publisher that was there once its media arrives.
    pub fn publish(
        &mut self,
        room: RoomId,
        offer: &str,
        credentials: IceCreds,
        now: Instant,
    ) -> Result<(PeerId, String), SfuError> {
        let (Accepted { peer, answer, .. }, parsed) =
            self.accept(End::Publisher, offer, &credentials, now)?;
        let end = PeerEnd::Publisher(Box::new(Publisher::new(peer, &parsed)));
        let id = self.enter(room, end, offer, credentials, now);
        let replaces = self.take_place(room, id);
        if let Some(publisher) = self.publisher_mut(id) {
            publisher.replaces = replaces;
        }
        Ok((id, answer))
    }

    /// Answers a viewer's offer.
    pub fn watch(
        &mut self,
        room: RoomId,
        offer: &str,
        credentials: IceCreds,
        now: Instant,
    ) -> Result<(PeerId, String), SfuError> {
        if self.peers.len() >= self.config.viewers_max {
            return Err(SfuError::Full);
        }
        let (Accepted { peer, fast, answer }, parsed) = self.accept(End::Viewer, offer, &credentials, now)?;
        let end = PeerEnd::Viewer(Box::new(Subscriber::new(peer, fast, &parsed)));
        let id = self.enter(room, end, offer, credentials, now);
        self.room(room).viewers.insert(id);
        Ok((id, answer))
    }

    /// Takes a peer's trickled candidates, or its ICE restart, for which `fresh` is this end's credentials. Says
    /// whether they are in use now.
    pub fn trickle(
        &mut self,
        peer: PeerId,
        fragment: &str,
        fresh: &IceCreds,
        now: Instant,
    ) -> Result<bool, SfuError> {
        if fragment.len() > self.config.sdp_bytes_max {
            return Err(SfuError::TooLong(self.config.sdp_bytes_max));
        }
        let parsed = Fragment::parse(fragment)
            .ok_or_else(|| SfuError::BadOffer("it has neither candidates nor credentials".into()))?;
        let entry = self.peers.get_mut(&peer).ok_or(SfuError::NoSuchPeer)?;
        let before = first_credentials(&entry.offer);
        let restart = parsed.credentials.filter(|c| before.as_ref().is_some_and(|b| b != c));
        let restarted = restart.is_some();
        if let Some(theirs) = restart {
            let offer = with_credentials(&entry.offer, &theirs);
            entry.end.peer().restart_ice(&offer, fresh)?;
            entry.offer = offer;
            self.by_ufrag.remove(&entry.credentials.ufrag);
            self.by_ufrag.insert(fresh.ufrag.clone(), peer);
            entry.credentials = fresh.clone();
        }
        for candidate in parsed.candidates {
            entry.end.peer().add_remote_candidate(candidate);
        }
        self.drain(peer, now);
        Ok(restarted)
    }

    /// Makes a publisher the room's, and puts the one before it out; says whether the room was told of that one.
    fn take_place(&mut self, room: RoomId, id: PeerId) -> bool {
        let Some(before) = self.room(room).publisher.replace(id) else { return false };
        // The newcomer has the key as well; two would only take turns in the picture.
        let told = match self.locals.get(&before) {
            Some(local) => local.told || local.replaces,
            None => self.publisher_mut(before).is_some_and(|publisher| publisher.told || publisher.replaces),
        };
        if !self.end_local(before) {
            self.put_out(before);
        }
        self.publisher_gone(room);
        told
    }

    /// A peer takes leave.
    pub fn close(&mut self, peer: PeerId, now: Instant) -> Result<(), SfuError> {
        if self.end_local(peer) {
            return Ok(());
        }
        let entry = self.peers.get(&peer).ok_or(SfuError::NoSuchPeer)?;
        let room = entry.room;
        if self.rooms.get(&room).is_some_and(|r| r.publisher == Some(peer)) {
            self.room(room).publisher = None;
            self.publisher_gone(room);
        }
        self.put_out(peer);
        self.drain(peer, now);
        self.remove(peer);
        Ok(())
    }

    /// Puts the room's publisher out, if it is here.
    pub fn close_publisher(&mut self, room: RoomId, now: Instant) {
        if let Some(peer) = self.rooms.get(&room).and_then(|r| r.publisher) {
            let _ = self.close(peer, now);
        }
    }

    /// Puts the room's viewers out.
    pub fn close_viewers(&mut self, room: RoomId, now: Instant) {
        let viewers: Vec<PeerId> =
            self.rooms.get(&room).map(|r| r.viewers.iter().copied().collect()).unwrap_or_default();
        for peer in viewers {
            let _ = self.close(peer, now);
        }
    }

    /// Takes a datagram. What it leads to is sent by [`Sfu::flush`].
    pub fn receive(
        &mut self,
        proto: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        data: &[u8],
        now: Instant,
    ) -> Addressee {
        let called = called_ufrag(data);
        let peer = match (&called, self.by_address.get(&source)) {
            (Some(ufrag), known) => match self.by_ufrag.get(*ufrag) {
                Some(peer) => Some(*peer),
                None if known.is_none() => return Addressee::Named((*ufrag).to_owned()),
                None => known.copied(),
            },
            (None, known) => known.copied(),
        };
        let Some(peer) = peer else { return Addressee::Unknown };
        let Some(entry) = self.peers.get_mut(&peer) else { return Addressee::Unknown };
        if called.is_some() && self.by_address.get(&source) != Some(&peer) {
            // Only who knows the password may claim an address, or one peer could take another's packets away.
            if !crate::stun::is_signed(data, &entry.credentials.pass, &self.identity) {
                return Addressee::Unknown;
            }
            if let Some(old) = self.by_address.insert(source, peer)
                && let Some(other) = self.peers.get_mut(&old)
            {
                other.addresses.retain(|address| *address != source);
            }
            let entry =
                self.peers.get_mut(&peer).expect("looked up above, and only another was touched since");
            entry.addresses.push_back(source);
            if entry.addresses.len() > ADDRESSES_MAX
                && let Some(oldest) = entry.addresses.pop_front()
            {
                self.by_address.remove(&oldest);
            }
        }
        let entry = self.peers.get_mut(&peer).expect("looked up above, and never removed since");
        if let PeerEnd::Viewer(viewer) = &mut entry.end
            && viewer.fast.is_some()
        {
            if is_srtp(data) {
                self.hear(peer, data, now);
                return Addressee::Here;
            }
            viewer.peer.receive(proto, source, destination, data, now);
            let here = viewer
                .peer
                .way
                .is_some_and(|way| (way.proto, way.source, way.destination) == (proto, destination, source));
            if called.is_some() && viewer.connected && !here {
                // It calls from elsewhere: its packets may go there now.
                viewer.peer.sound();
            }
        } else {
            entry.end.peer().receive(proto, source, destination, data, now);
        }
        self.drain(peer, now);
        Addressee::Here
    }

    /// Sends what was written to viewers since the last call: after a batch of datagrams, so that a frame leaves in
    /// one piece.
    pub fn flush(&mut self, now: Instant) {
        self.flushed = Some(now);
        while let Some(peer) = self.dirty.pop_first() {
            let Some(entry) = self.peers.get_mut(&peer) else { continue };
            if let PeerEnd::Viewer(viewer) = &mut entry.end
                && let Some(fast) = &mut viewer.fast
                && !entry.closing
            {
                fast.report(now);
                self.sending.push_back(peer);
                self.schedule(peer);
                continue;
            }
            entry.end.peer().timeout(now);
            self.drain(peer, now);
        }
    }

    /// Time has come to [`Sfu::poll_timeout`].
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(Reverse((at, peer))) = self.due.peek().copied() {
            if at > now {
                break;
            }
            self.due.pop();
            let Some(entry) = self.peers.get_mut(&peer) else { continue };
            if entry.scheduled != Some(at) {
                continue;
            }
            entry.scheduled = None;
            if let (PeerEnd::Viewer(viewer), Some(room)) = (&mut entry.end, self.rooms.get(&entry.room)) {
                viewer.catch_up(&room.layers, now);
                if viewer.fast.is_some() {
                    self.dirty.insert(peer);
                    if viewer.peer.due > now {
                        continue;
                    }
                }
            }
            entry.end.peer().timeout(now);
            self.drain(peer, now);
        }
        if self.tick_at.is_none_or(|at| now >= at) {
            self.tick_at = Some(now + TICK);
            self.tick(now);
            self.mend(now);
        }
        if self.stats_at.is_none_or(|at| now >= at) {
            let first = self.stats_at.is_none();
            self.stats_at = Some(now + STATS_INTERVAL);
            if !first {
                self.measure();
            }
        }
    }

    /// When to call [`Sfu::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.peers.is_empty() && self.locals.is_empty() {
            return None;
        }
        let peer = self.due.peek().map(|Reverse((at, _))| *at);
        [peer, self.tick_at, self.stats_at].into_iter().flatten().min()
    }

    /// The next datagrams to be sent. Those of one viewer come one after the other.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        if let Some(datagram) = self.transmits.pop_front() {
            let Datagram { proto, source, destination, contents } = self.current.insert(datagram);
            return Some(Transmit {
                proto: *proto,
                source: *source,
                destination: *destination,
                contents,
                segment: contents.len(),
            });
        }
        let (way, segment) = self.seal_next()?;
        Some(Transmit {
            proto: way.proto,
            source: way.source,
            destination: way.destination,
            contents: &self.buffer,
            segment,
        })
    }

    /// The next thing to be told.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What is seen of a room here.
    pub fn stats(&self, room: RoomId) -> RoomStats {
        self.rooms.get(&room).map(|room| room.stats).unwrap_or_default()
    }

    /// Rooms that have figures.
    pub fn rooms(&self) -> impl Iterator<Item = (RoomId, RoomStats)> + '_ {
        self.rooms.iter().map(|(id, room)| (*id, room.stats))
    }

    /// The counters.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// This end's ICE credentials and addresses for a peer as an SDP fragment: what answers an ICE restart.
    pub fn ice_fragment(&self, peer: PeerId) -> Option<String> {
        let entry = self.peers.get(&peer)?;
        let mid = Offer::parse(&entry.offer).ok()?.sections.first().map(|section| section.mid.clone())?;
        let IceCreds { ufrag, pass } = &entry.credentials;
        let mut out = format!(
            "a=ice-lite\r\na=group:BUNDLE {mid}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\n\
             a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pass}\r\n"
        );
        for candidate in self.addresses.iter().filter_map(crate::peer::candidate) {
            out.push_str(&format!("a={}\r\n", candidate.to_sdp_string()));
        }
        out.push_str("a=end-of-candidates\r\n");
        Some(out)
    }

    /// Whether the peer is the room's publisher now. One that another has taken the place of is not, though it may
    /// be here until it has been told goodbye.
    pub fn publishes(&self, room: RoomId, peer: PeerId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.publisher == Some(peer))
    }

    /// Whether a peer was answered and has not connected since.
    pub fn is_connecting(&self, peer: PeerId) -> bool {
        self.peers.get(&peer).is_some_and(|entry| !entry.connected && !entry.closing)
    }

    /// The peer that has proven to be at an address.
    pub fn peer_at(&self, address: SocketAddr) -> Option<PeerId> {
        self.by_address.get(&address).copied()
    }

    /// Whether a peer is still here.
    pub fn has(&self, peer: PeerId) -> bool {
        self.peers.contains_key(&peer) || self.locals.contains_key(&peer)
    }

    fn accept(
        &mut self,
        end: End,
        text: &str,
        credentials: &IceCreds,
        now: Instant,
    ) -> Result<(Accepted, Offer), SfuError> {
        if text.len() > self.config.sdp_bytes_max {
            return Err(SfuError::TooLong(self.config.sdp_bytes_max));
        }
        let offer = Offer::parse(text)?;
        if offer.formats().next().is_none() {
            return Err(SfuError::NoCommonCodec);
        }
        let accepted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let here = Here { identity: &self.identity, config: &self.config, addresses: &self.addresses };
            Peer::accept(end, &offer, text, credentials.clone(), here, now)
        }));
        let accepted = accepted.unwrap_or_else(|_| {
            tracing::error!("Answering an offer panicked; it is refused");
            Err(SfuError::BadOffer("it contradicts itself".into()))
        })?;
        if !accepted.peer.receives(Kind::Audio) && !accepted.peer.receives(Kind::Video) {
            return Err(SfuError::NoCommonCodec);
        }
        Ok((accepted, offer))
    }

    fn enter(
        &mut self,
        room: RoomId,
        end: PeerEnd,
        offer: &str,
        credentials: IceCreds,
        now: Instant,
    ) -> PeerId {
        self.next_peer += 1;
        let id = PeerId(self.next_peer);
        self.by_ufrag.insert(credentials.ufrag.clone(), id);
        self.room(room);
        let entry = Entry {
            room,
            end,
            offer: offer.to_owned(),
            credentials,
            addresses: VecDeque::new(),
            scheduled: None,
            made: now,
            connected: false,
            lost_since: None,
            closing: false,
            reported_lost: 0,
        };
        self.peers.insert(id, entry);
        self.drain(id, now);
        id
    }

    fn room(&mut self, room: RoomId) -> &mut Room {
        let config = &self.config;
        self.rooms.entry(room).or_insert_with(|| Room::new(config))
    }

    /// Takes out what a peer has to say, acts on it, and notes when it wants to be called.
    fn drain(&mut self, id: PeerId, now: Instant) {
        self.last_words(id, now);
        let Some(entry) = self.peers.get_mut(&id) else { return };
        let mut events = std::mem::take(&mut self.scratch);
        let peer = entry.end.peer();
        let before = (peer.sent, peer.sent_bytes, peer.resent);
        peer.drain(now, &mut self.transmits, &mut events);
        if let PeerEnd::Viewer(viewer) = &entry.end {
            self.totals.packets_out += viewer.peer.sent - before.0;
            self.totals.bytes_out += viewer.peer.sent_bytes - before.1;
            self.totals.packets_retransmitted += viewer.peer.resent - before.2;
        }
        for event in events.drain(..) {
            self.peer_event(id, event, now);
        }
        self.scratch = events;
        self.schedule(id);
    }

    fn schedule(&mut self, id: PeerId) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        let due = entry.end.due();
        // A time already in the heap that is not later will do: it comes round and asks again.
        if entry.scheduled.is_none_or(|at| due < at) {
            entry.scheduled = Some(due);
            self.due.push(Reverse((due, id)));
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "str0m's events are its own, and it adds to them")]
    fn peer_event(&mut self, id: PeerId, event: PeerEvent, now: Instant) {
        match event {
            PeerEvent::Connected => self.connected(id, now),
            PeerEvent::IceConnectionStateChange(state) => self.ice_changed(id, state, now),
            PeerEvent::RtpPacket(packet) => self.published(id, packet, now),
            PeerEvent::ChannelOpen(channel, label) if label == CHANNEL => {
                if let Some(publisher) = self.publisher_mut(id) {
                    publisher.peer.channel = Some(channel);
                }
            }
            PeerEvent::KeyframeRequest(_) => self.viewer_wants_keyframe(id, now),
            PeerEvent::MediaEgressStats(stats) => {
                if let (Some(entry), Some(remote)) = (self.peers.get_mut(&id), stats.remote) {
                    // Sound and picture report apart; only growth is counted.
                    let lost = remote.packets_lost;
                    self.totals.packets_out_lost += lost.saturating_sub(entry.reported_lost);
                    entry.reported_lost = entry.reported_lost.max(lost);
                }
            }
            PeerEvent::Closed => {
                if let Some(entry) = self.peers.get_mut(&id) {
                    entry.lost_since.get_or_insert(now);
                    entry.closing = true;
                }
            }
            _ => {}
        }
    }

    fn connected(&mut self, id: PeerId, now: Instant) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        entry.connected = true;
        let room = entry.room;
        if let PeerEnd::Viewer(viewer) = &mut entry.end
            && !viewer.connected
        {
            viewer.connected = true;
            self.rooms.entry(room).and_modify(|room| room.watching += 1);
            self.select(id, now);
        }
    }

    fn ice_changed(&mut self, id: PeerId, state: IceConnectionState, now: Instant) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        match state {
            IceConnectionState::Disconnected => entry.lost_since = entry.lost_since.or(Some(now)),
            IceConnectionState::Connected | IceConnectionState::Completed => entry.lost_since = None,
            IceConnectionState::New | IceConnectionState::Checking => {}
        }
        let room = entry.room;
        if entry.lost_since.is_some() && self.rooms.get(&room).is_some_and(|r| r.publisher == Some(id)) {
            self.publisher_lost(id, room);
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;
    use crate::peer::CANDIDATES_MAX;
    use str0m::media::{Direction, MediaKind};

    const ROOM: RoomId = RoomId(3);

    fn credentials(n: u64) -> IceCreds {
        IceCreds { ufrag: format!("ours{n}"), pass: format!("ourpassword{n:016}") }
    }

    fn world() -> Sfu {
        let identity = Identity::draw().expect("a certificate");
        let addr = "198.51.100.9:9".parse().expect("an address");
        Sfu::new(Config::default(), identity, vec![LocalAddress { proto: Protocol::Udp, addr }])
    }

    fn offer(direction: Direction, now: Instant) -> String {
        let mut rtc = str0m::Rtc::new(now);
        let mut change = rtc.sdp_api();
        change.add_media(MediaKind::Video, direction, None, None, None);
        change.apply().expect("an offer").0.to_sdp_string()
    }

    fn candidates(ports: std::ops::Range<u16>) -> String {
        let line = |port| format!("a=candidate:{port} 1 udp 2130706431 198.51.100.1 {port} typ host\r\n");
        ports.map(line).collect()
    }

    #[test]
    fn a_peer_that_trickles_without_end_is_listened_to_only_so_long() {
        let now = Instant::now();
        let mut sfu = world();
        let (peer, _) =
            sfu.watch(ROOM, &offer(Direction::RecvOnly, now), credentials(1), now).expect("an answer");
        let kept = |sfu: &mut Sfu| sfu.peers.get_mut(&peer).expect("still here").end.peer().candidates;
        for turn in 0..10 {
            let lines = candidates(1_000 + 10 * turn..1_010 + 10 * turn);
            sfu.trickle(peer, &lines, &credentials(2), now).expect("taken");
        }
        assert_eq!(kept(&mut sfu), CANDIDATES_MAX);
        let again = "a=ice-ufrag:theirs\r\na=ice-pwd:theirpassword0123456789\r\n".to_owned();
        let restarted = sfu.trickle(peer, &(again + &candidates(5_000..5_003)), &credentials(3), now);
        assert!(restarted.expect("taken"));
        assert_eq!(kept(&mut sfu), 3, "a restart begins anew");
    }

    #[test]
    fn who_was_replaced_is_no_publisher_while_it_is_told_goodbye() {
        let now = Instant::now();
        let (mut sfu, offer) = (world(), offer(Direction::SendOnly, now));
        let (first, _) = sfu.publish(ROOM, &offer, credentials(1), now).expect("an answer");
        assert!(sfu.publishes(ROOM, first));
        let (second, _) = sfu.publish(ROOM, &offer, credentials(2), now).expect("an answer");
        assert!(sfu.has(first), "it has not been told yet");
        assert_eq!([first, second].map(|peer| sfu.publishes(ROOM, peer)), [false, true]);
        sfu.close(first, now).expect("it is still here");
        assert!(sfu.publishes(ROOM, second), "a late leave takes nothing from the newcomer");
    }
}
