//! One media loop: its sockets, its forwarding machine, its orders.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver as Orders, sync_channel};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use mio::net::TcpListener;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use model::{Origin, RoomId};
use sfu::{
    Addressee, Event, Flow, IceCreds, Identity, Layer, LocalAddress, PeerId, Protocol, STATS_INTERVAL, Sfu,
    SfuError, Watched, Wish,
};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};
use tokio::sync::oneshot;

use crate::attachment::Attachments;
use crate::connecting::Connecting;
use crate::order::{Figures, Inbox, Inboxes, ORDERS_MAX, Order, Shards, publisher_shard};
use crate::stray::Strays;
use crate::tcp::{Moved, TcpLines};
use crate::udp::{UdpPort, now};
use crate::wish::Wishes;
use crate::{
    Accepted, FACTS_MAX, MediaConfig, MediaError, MediaFact, MediaHandle, MediaStats, MediaTotals, Patched,
    Programmes, SessionId, interface,
};

const UDP: Token = Token(0);
const WAKE: Token = Token(1);
const LISTENER: Token = Token(2);

/// The longest a loop sleeps, so that figures stay fresh.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// Batches taken from the socket before timers and orders get their turn.
const BATCHES_MAX: usize = 8;

/// Orders taken before packets get their turn.
const ORDERS_AT_ONCE: usize = 256;

/// How soon what found a neighbour's inbox full is left again.
const RETRY: Duration = Duration::from_millis(20);

/// The programme's place among the loops that want layers: none of theirs.
const PROGRAMME: usize = usize::MAX;

/// Loops there can be: a shard's number is two hex digits, and a room's neighbours are the bits of a word.
const LOOPS_MAX: usize = 64;

/// Binds the sockets and starts the loops.
pub(crate) fn start(config: &MediaConfig) -> io::Result<(MediaHandle, Receiver<MediaFact>)> {
    let (loops, handle, told) = put_together(config)?;
    for mut media_loop in loops {
        let name = format!("media-{}", media_loop.shard);
        std::thread::Builder::new().name(name).spawn(move || media_loop.run())?;
    }
    Ok((handle, told))
}

/// The loops on their sockets, each to be run by a thread of its own.
fn put_together(config: &MediaConfig) -> io::Result<(Vec<MediaLoop>, MediaHandle, Receiver<MediaFact>)> {
    let identity = Identity::draw().ok_or_else(|| io::Error::other("no certificate could be made"))?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let count = if config.loops == 0 { cores() } else { config.loops }.clamp(1, LOOPS_MAX);
    let first = UdpPort::bind(SocketAddr::new(config.bind, config.port))?;
    let port = first.local_addr()?.port();
    let mut ports = vec![first];
    for _ in 1..count {
        ports.push(UdpPort::bind(SocketAddr::new(config.bind, port))?);
    }
    let mut listener = match config.tcp {
        true => Some(TcpListener::bind(SocketAddr::new(config.bind, port))?),
        false => None,
    };
    let addresses = addresses(config, port);
    let (facts, told) = channel(FACTS_MAX);
    let figures = Arc::new(Figures::default());
    let (mut polls, mut inboxes, mut orders) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let poll = Poll::new()?;
        let (sender, receiver) = sync_channel(ORDERS_MAX);
        inboxes.push(Inbox { orders: sender, waker: Waker::new(poll.registry(), WAKE)? });
        polls.push(poll);
        orders.push(receiver);
    }
    let inboxes: Inboxes = inboxes.into();
    let mut loops = Vec::new();
    let programmes = match &config.hls {
        Some(settings) => Some(programmes(settings.clone(), Arc::clone(&inboxes))?),
        None => None,
    };
    for (shard, ((poll, udp), orders)) in polls.into_iter().zip(ports).zip(orders).enumerate() {
        let mut media_loop = MediaLoop {
            shard,
            poll,
            udp,
            listener: listener.take(),
            lines: TcpLines::new(),
            orders,
            inboxes: Arc::clone(&inboxes),
            sfu: Sfu::new(config.forwarding.clone(), identity.clone(), addresses.clone()),
            locals: addresses.iter().map(|address| address.addr).collect(),
            pinned: config.public_addresses.is_empty(),
            sessions: BTreeMap::new(),
            feeds: BTreeMap::new(),
            by_peer: BTreeMap::new(),
            connecting: Connecting::new(config.connecting_max, config.connecting_per_address_max),
            watched: BTreeMap::new(),
            attachments: Attachments::default(),
            attached: BTreeMap::new(),
            programmes: programmes.clone(),
            packaged: BTreeMap::new(),
            strays: Strays::new(),
            stopping: false,
            to_wake: 0,
            figures: Arc::clone(&figures),
            facts: facts.clone(),
            untold: VecDeque::new(),
            measured: now(),
        };
        media_loop.tell_time();
        media_loop.register()?;
        loops.push(media_loop);
    }
    let shards = Shards::new(inboxes, figures, port, config.viewers_per_room_max);
    Ok((loops, MediaHandle { shards, programmes }, told))
}

/// The programmes, which ask a room's publisher for keyframes where it is.
fn programmes(settings: hls::Settings, inboxes: Inboxes) -> io::Result<Programmes> {
    let ask = move |room, layer| {
        if let Some(inbox) = inboxes.get(publisher_shard(room, inboxes.len())) {
            inbox.send(Order::WantKeyframe { room, layer });
        }
    };
    Programmes::start(settings, Box::new(ask))
}

/// What peers are told: every address by UDP, and by TCP where that is on.
fn addresses(config: &MediaConfig, port: u16) -> Vec<LocalAddress> {
    let ips: Vec<IpAddr> = if !config.public_addresses.is_empty() {
        config.public_addresses.clone()
    } else if config.bind.is_unspecified() {
        interface::addresses(config.bind.is_ipv6())
    } else {
        vec![config.bind]
    };
    let by = |proto| ips.iter().map(move |ip| LocalAddress { proto, addr: SocketAddr::new(*ip, port) });
    let tcp = by(Protocol::Tcp).filter(|_| config.tcp);
    by(Protocol::Udp).chain(tcp).collect()
}

struct MediaLoop {
    shard: usize,
    poll: Poll,
    udp: UdpPort,
    listener: Option<TcpListener>,
    lines: TcpLines,
    orders: Orders<Order>,
    inboxes: Inboxes,
    sfu: Sfu,
    locals: Vec<SocketAddr>,
    /// Whether datagrams leave from the very address they are for, which only works where that is the machine's own.
    pinned: bool,
    sessions: BTreeMap<SessionId, Session>,
    /// Publishers by other protocols. Who waits at the other end is told by the sender's end.
    feeds: BTreeMap<PeerId, oneshot::Sender<()>>,
    by_peer: BTreeMap<PeerId, SessionId>,
    connecting: Connecting,
    /// How many viewers here were counted as watching and as blind, per room.
    watched: BTreeMap<RoomId, Counted>,
    /// Rooms with viewers here whose publisher's place is on another loop.
    attachments: Attachments,
    /// Loops that have viewers of a room whose publisher's place is here: bit n is loop n.
    attached: BTreeMap<RoomId, u64>,
    /// Where shows are packaged for HLS.
    programmes: Option<Programmes>,
    /// Rooms whose WebRTC publisher here is packaged, and which layer of its picture.
    packaged: BTreeMap<RoomId, u8>,
    /// Addresses of peers that live on other loops.
    strays: Strays,
    /// No handle is left.
    stopping: bool,
    /// Neighbours that were left orders without waking them: bit n is loop n.
    to_wake: u64,
    figures: Arc<Figures>,
    facts: Sender<MediaFact>,
    /// Facts for which there was no space.
    untold: VecDeque<MediaFact>,
    measured: Instant,
}

struct Session {
    peer: PeerId,
    room: RoomId,
    publishes: bool,
    etag: String,
    wishes: Wishes,
}

impl Session {
    fn new(peer: PeerId, room: RoomId, publishes: bool, etag: &str) -> Session {
        Session { peer, room, publishes, etag: etag.to_owned(), wishes: Wishes::default() }
    }
}

/// What a publisher here does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Begins,
    Lost,
    Over,
}

#[derive(Default, Clone, Copy)]
struct Counted {
    counted: u32,
    blind: u32,
}

impl MediaLoop {
    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(&mut SourceFd(&self.udp.socket().as_raw_fd()), UDP, Interest::READABLE)?;
        if let Some(listener) = &mut self.listener {
            registry.register(listener, LISTENER, Interest::READABLE)?;
        }
        Ok(())
    }

    /// Tells the machine the time of day, for its reports to viewers. Every loop is told its own, once: what a viewer
    /// compares are reports of one loop.
    fn tell_time(&mut self) {
        let since_unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.sfu.set_clock(now(), since_unix);
    }

    fn run(&mut self) {
        let mut events = Events::with_capacity(256);
        let mut more = false;
        loop {
            let sleep = if more { Duration::ZERO } else { self.sleep() };
            if let Err(error) = self.poll.poll(&mut events, Some(sleep))
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "A media loop cannot wait for its sockets and ends");
                return;
            }
            let lines: Vec<(Token, bool)> = events
                .iter()
                .filter(|event| event.token().0 > LISTENER.0)
                .map(|event| (event.token(), event.is_writable()))
                .collect();
            if events.iter().any(|event| event.token() == LISTENER) {
                self.accept();
            }
            for (token, writable) in lines {
                if writable {
                    self.lines.writable(token);
                }
                self.line(token);
            }
            more = self.datagrams();
            more |= self.take_orders();
            if self.stopping {
                return self.stop();
            }
            let at = now();
            self.lines.expire(at);
            if self.sfu.poll_timeout().is_some_and(|due| due <= at) {
                self.sfu.handle_timeout(at);
            }
            self.sfu.flush(at);
            self.send();
            self.tell();
            self.measure(at);
        }
    }

    fn sleep(&self) -> Duration {
        let most = if self.attachments.is_settled() { SLEEP_MAX } else { RETRY };
        let due = self.sfu.poll_timeout();
        due.map_or(most, |due| due.saturating_duration_since(now()).min(most))
    }

    /// Takes datagrams from the socket; says whether there may be more.
    fn datagrams(&mut self) -> bool {
        for _ in 0..BATCHES_MAX {
            let at = now();
            let mut strays = Vec::new();
            let (sfu, locals, port) =
                (&mut self.sfu, &self.locals, self.udp.local_addr().map_or(0, |a| a.port()));
            let more = self.udp.receive(|source, ip, datagram| {
                let source = SocketAddr::new(source.ip().to_canonical(), source.port());
                let destination = local(locals, ip, port);
                let addressee = sfu.receive(Protocol::Udp, source, destination, datagram, at);
                if addressee != Addressee::Here {
                    strays.push((source, destination, datagram.to_vec(), addressee));
                }
            });
            for (source, destination, datagram, addressee) in strays {
                self.stray(source, destination, datagram, addressee);
            }
            self.sfu.flush(at);
            self.send();
            if !more {
                return false;
            }
        }
        true
    }

    /// Passes a datagram of another loop's peer on.
    fn stray(
        &mut self,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: Vec<u8>,
        addressee: Addressee,
    ) {
        let shard = match addressee {
            Addressee::Here => return,
            Addressee::Named(name) => shard_of(&name),
            Addressee::Unknown => self.strays.shard_of(source).or_else(|| {
                // Its loop says that it knows the peer before it answers it, so that is here by now.
                self.take_orders();
                self.strays.shard_of(source)
            }),
        };
        if let Some(shard) = shard.filter(|shard| *shard != self.shard) {
            self.leave(shard, Order::Stray { shard: self.shard, source, destination, datagram });
        }
    }

    /// Leaves a neighbour an order; `false` if there was no space.
    fn leave(&mut self, shard: usize, order: Order) -> bool {
        let left = self.inboxes.get(shard).is_some_and(|inbox| inbox.leave(order));
        if left {
            self.to_wake |= 1 << shard;
        }
        left
    }

    fn accept(&mut self) {
        while let Some(Ok((stream, _))) = self.listener.as_ref().map(TcpListener::accept) {
            let moved = Moved::fresh(std::net::TcpStream::from(stream), now());
            if let Err(error) = self.lines.add(self.poll.registry(), moved) {
                tracing::debug!(%error, "A TCP connection could not be taken");
            }
        }
    }

    /// A line has something to read. Its first datagram says on which loop its peer lives.
    fn line(&mut self, token: Token) {
        self.lines.peek(token);
        let shard = self.lines.first_datagram(token).and_then(sfu::called_name).and_then(shard_of);
        if let Some(shard) = shard.filter(|shard| *shard != self.shard && *shard < self.inboxes.len()) {
            if let Some(moved) = self.lines.take(self.poll.registry(), token) {
                self.leave(shard, Order::Line(moved));
            }
            return;
        }
        let at = now();
        let (sfu, locals) = (&mut self.sfu, &self.locals);
        self.lines.receive(self.poll.registry(), token, at, |source, destination, datagram| {
            let destination = local(locals, Some(destination.ip()), destination.port());
            sfu.receive(Protocol::Tcp, source, destination, datagram, at) == Addressee::Here
        });
    }

    /// Sends what the machine has to send.
    fn send(&mut self) {
        while let Some(transmit) = self.sfu.poll_transmit() {
            if transmit.proto == Protocol::Udp {
                let source = self.pinned.then(|| transmit.source.ip());
                self.udp.send(source, transmit.destination, transmit.contents, transmit.segment);
            } else {
                for datagram in transmit.datagrams() {
                    self.lines.send(transmit.destination, datagram);
                }
            }
        }
        self.udp.flush();
    }

    /// Takes orders; says whether there may be more.
    fn take_orders(&mut self) -> bool {
        for _ in 0..ORDERS_AT_ONCE {
            let Ok(order) = self.orders.try_recv() else { return false };
            self.take(order, now());
        }
        true
    }

    fn take(&mut self, order: Order, at: Instant) {
        // Whoever asked may have left; the order is carried out all the same.
        match order {
            Order::Publish { room, offer, answer } => drop(answer.send(self.publish(room, &offer, at))),
            Order::Watch { room, from, offer, answer } => {
                drop(answer.send(self.watch(room, from, &offer, at)));
            }
            Order::Patch { session, fragment, if_match, answer } => {
                drop(answer.send(self.patch(&session, &fragment, if_match.as_deref(), at)));
            }
            Order::Close { session, answer } => drop(answer.send(self.close(&session, at))),
            Order::Feed { room, gone, answer } => drop(answer.send(self.feed(room, gone, at))),
            Order::Inject { room, packets } => self.sfu.inject(room, packets, at),
            Order::Lose { session } => {
                if let Some(session) = self.sessions.get(&session) {
                    let _ = self.sfu.lose(session.peer);
                }
            }
            Order::ClosePublisher { room, answer } => {
                self.sfu.close_publisher(room, at);
                self.programme(room, Stream::Over);
                let _ = answer.send(());
            }
            Order::CloseViewers { room, answer } => {
                self.sfu.close_viewers(room, at);
                let _ = answer.send(());
            }
            Order::Attach { room, shard, attached } => self.attach(room, shard, attached),
            Order::Relay { room, packet } => self.sfu.relay(room, &packet, at),
            Order::WantKeyframe { room, layer } => self.sfu.want_keyframe(room, layer, at),
            Order::Layers { room, layers } => self.sfu.learn_layers(room, &layers, at),
            Order::WantLayers { room, shard, wanted } => self.sfu.want_layers(room, shard, wanted, at),
            Order::Wish { session, wish, answer } => drop(answer.send(self.wish(&session, wish, at))),
            Order::Stray { shard, source, destination, datagram } => {
                self.take_stray(shard, source, destination, &datagram, at);
            }
            Order::Confirmed { shard, peer, source } => self.strays.confirm(source, (shard, peer), at),
            Order::Line(moved) => match self.lines.add(self.poll.registry(), moved) {
                Ok(Some(token)) => self.line(token),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "A TCP connection could not be taken over"),
            },
            Order::Stop => self.stopping = true,
        }
    }

    /// A datagram that strayed to a neighbour, which is told if it proves where the peer is.
    fn take_stray(
        &mut self,
        shard: usize,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: &[u8],
        at: Instant,
    ) {
        let addressee = self.sfu.receive(Protocol::Udp, source, destination, datagram, at);
        if addressee == Addressee::Here
            && sfu::called_name(datagram).is_some()
            && let Some(peer) = self.sfu.peer_at(source)
        {
            self.leave(shard, Order::Confirmed { shard: self.shard, peer, source });
        }
    }

    fn publish(&mut self, room: RoomId, offer: &str, at: Instant) -> Result<Accepted, MediaError> {
        let credentials = self.credentials()?;
        let etag = credentials.ufrag.clone();
        let (peer, sdp) = self.sfu.publish(room, offer, credentials, at)?;
        let session = self.enter(peer, Session::new(peer, room, true, &etag))?;
        Ok(Accepted { session, sdp, etag })
    }

    fn watch(
        &mut self,
        room: RoomId,
        from: Origin,
        offer: &str,
        at: Instant,
    ) -> Result<Accepted, MediaError> {
        let sfu = &self.sfu;
        if !self.connecting.has_room(from, |peer| sfu.is_connecting(peer)) {
            return Err(MediaError::Crowded);
        }
        let credentials = self.credentials()?;
        let etag = credentials.ufrag.clone();
        let (peer, sdp) = self.sfu.watch(room, offer, credentials, at)?;
        self.connecting.add(peer, from);
        let session = self.enter(peer, Session::new(peer, room, false, &etag))?;
        if publisher_shard(room, self.inboxes.len()) != self.shard {
            self.attachments.came(room);
        }
        Ok(Accepted { session, sdp, etag })
    }

    /// A publisher that came by another protocol.
    fn feed(
        &mut self,
        room: RoomId,
        gone: oneshot::Sender<()>,
        at: Instant,
    ) -> Result<SessionId, MediaError> {
        let peer = self.sfu.publish_local(room, at);
        self.feeds.insert(peer, gone);
        self.enter(peer, Session::new(peer, room, true, ""))
    }

    fn enter(&mut self, peer: PeerId, session: Session) -> Result<SessionId, MediaError> {
        let id = SessionId::draw(self.shard, random()?);
        self.by_peer.insert(peer, id.clone());
        self.sessions.insert(id.clone(), session);
        Ok(id)
    }

    fn patch(
        &mut self,
        id: &SessionId,
        fragment: &str,
        if_match: Option<&str>,
        at: Instant,
    ) -> Result<Patched, MediaError> {
        let fresh = self.credentials()?;
        let session = self.sessions.get_mut(id).ok_or(MediaError::NoSuchSession)?;
        if if_match.is_some_and(|tag| tag != "*" && tag != session.etag) {
            return Err(MediaError::Stale);
        }
        let restarted = self.sfu.trickle(session.peer, fragment, &fresh, at)?;
        if restarted {
            session.etag = fresh.ufrag;
        }
        let fragment = if restarted { self.sfu.ice_fragment(session.peer) } else { None };
        Ok(Patched { fragment, etag: session.etag.clone() })
    }

    /// A viewer wishes, or with no wish only asks what it is sent.
    fn wish(&mut self, id: &SessionId, wish: Option<Wish>, at: Instant) -> Result<Watched, MediaError> {
        let session = self.sessions.get_mut(id).filter(|session| !session.publishes);
        let session = session.ok_or(MediaError::NoSuchSession)?;
        match wish {
            None => self.sfu.watched(session.peer).ok_or(MediaError::NoSuchSession),
            Some(wish) if session.wishes.take(at) => Ok(self.sfu.wish(session.peer, wish, at)?),
            Some(_) => Err(MediaError::TooFast),
        }
    }

    fn close(&mut self, id: &SessionId, at: Instant) -> Result<(), MediaError> {
        let session = self.sessions.get(id).ok_or(MediaError::NoSuchSession)?;
        let (peer, room) = (session.peer, session.room);
        // Who was replaced may take leave late, and must not end the show that goes on without it.
        let publishes = self.sfu.publishes(room, peer);
        self.sfu.close(peer, at)?;
        if publishes {
            self.programme(room, Stream::Over);
            self.fact(MediaFact::PublisherLeft { room });
        }
        Ok(())
    }

    /// A neighbour begins or ceases to want a room's packets; who begins is given what is kept.
    fn attach(&mut self, room: RoomId, shard: usize, attached: bool) {
        let mask = self.attached.entry(room).or_default();
        if attached {
            *mask |= 1 << shard;
        } else {
            *mask &= !(1 << shard);
        }
        let mask = *mask;
        if mask == 0 {
            self.attached.remove(&room);
        }
        if !attached {
            self.sfu.want_layers(room, shard, 0, now());
        }
        let (layers, kept) = self.sfu.set_relayed(room, mask != 0 || self.packaged.contains_key(&room));
        if attached {
            self.leave(shard, Order::Layers { room, layers });
            for packet in kept {
                self.leave(shard, Order::Relay { room, packet });
            }
        }
    }

    /// Tells the room's programme of its publisher here, which begins or ceases to send.
    fn programme(&mut self, room: RoomId, stream: Stream) {
        let Some(programmes) = self.programmes.clone() else { return };
        if publisher_shard(room, self.inboxes.len()) != self.shard {
            return;
        }
        // Who comes by another protocol gives its frames to the programme itself.
        let fed = self.feeds.keys().any(|peer| self.sfu.publishes(room, *peer));
        let begins = stream == Stream::Begins && !fed;
        let began = match begins {
            true => self.packaged.insert(room, 0).is_none(),
            false => self.packaged.remove(&room).is_some(),
        };
        if begins || began {
            let (layers, kept) = self.sfu.set_relayed(room, begins || self.attached.contains_key(&room));
            match begins {
                true => self.package_layer(room, &layers),
                false => self.sfu.want_layers(room, PROGRAMME, 0, now()),
            }
            let chosen = self.packaged.get(&room).copied();
            for packet in kept.iter().filter(|packet| Some(packet.layer) == chosen && began) {
                programmes.packet(room, packet);
            }
        }
        match stream {
            Stream::Begins => {}
            Stream::Lost => programmes.interrupt(room),
            Stream::Over => programmes.end(room),
        }
    }

    /// Of several layers of a picture the largest is packaged, and so it must be sent.
    fn package_layer(&mut self, room: RoomId, layers: &[Layer]) {
        let Some(chosen) = self.packaged.get_mut(&room) else { return };
        let size =
            |layer: &&Layer| (layer.flow != Flow::Silent, u32::from(layer.width) * u32::from(layer.height));
        let Some(largest) = layers.iter().max_by_key(size) else { return };
        *chosen = largest.number;
        self.sfu.want_layers(room, PROGRAMME, 1 << largest.number, now());
    }

    /// Acts on what the machine tells, and wakes the neighbours that were left something.
    fn tell(&mut self) {
        while let Some(event) = self.sfu.poll_event() {
            match event {
                Event::PublisherConnected { room } => {
                    self.programme(room, Stream::Begins);
                    self.fact(MediaFact::PublisherConnected { room });
                }
                Event::PublisherLost { room } => {
                    self.programme(room, Stream::Lost);
                    self.fact(MediaFact::PublisherLost { room });
                }
                Event::Watching { room, count } => self.watching(room, count),
                Event::Relay { room, packet } => self.relay(room, &packet),
                Event::KeyframeWanted { room, layer } => {
                    let place = publisher_shard(room, self.inboxes.len());
                    if place != self.shard {
                        self.leave(place, Order::WantKeyframe { room, layer });
                    }
                }
                Event::Layers { room, layers } => self.tell_layers(room, &layers),
                Event::LayersWanted { room, wanted } => {
                    let place = publisher_shard(room, self.inboxes.len());
                    if place != self.shard {
                        self.leave(place, Order::WantLayers { room, shard: self.shard, wanted });
                    }
                }
                Event::Gone { peer, room } => self.gone(peer, room),
            }
        }
        self.tell_neighbours();
        while let Some(fact) = self.untold.pop_front() {
            if let Err(TrySendError::Full(fact)) = self.facts.try_send(fact) {
                self.untold.push_front(fact);
                break;
            }
        }
        let inboxes = Arc::clone(&self.inboxes);
        for (shard, inbox) in inboxes.iter().enumerate() {
            if self.to_wake >> shard & 1 == 1 {
                let _ = inbox.waker.wake();
            }
        }
        self.to_wake = 0;
    }

    /// Asks neighbours for the packets of rooms that are watched here, and takes leave of those that are not any more.
    fn tell_neighbours(&mut self) {
        let (inboxes, own) = (Arc::clone(&self.inboxes), self.shard);
        let to_wake = &mut self.to_wake;
        self.attachments.tell(|room, attached| {
            let place = publisher_shard(room, inboxes.len());
            let left = inboxes
                .get(place)
                .is_some_and(|inbox| inbox.leave(Order::Attach { room, shard: own, attached }));
            *to_wake |= u64::from(left) << place;
            left
        });
    }

    fn relay(&mut self, room: RoomId, packet: &Arc<sfu::Packet>) {
        if let Some(layer) = self.packaged.get(&room)
            && (packet.kind() == media::Kind::Audio || packet.layer == *layer)
            && let Some(programmes) = &self.programmes
        {
            programmes.packet(room, packet);
        }
        let mask = self.attached.get(&room).copied().unwrap_or(0);
        for shard in (0..self.inboxes.len()).filter(|shard| mask >> shard & 1 == 1) {
            self.leave(shard, Order::Relay { room, packet: Arc::clone(packet) });
        }
    }

    fn tell_layers(&mut self, room: RoomId, layers: &[Layer]) {
        self.package_layer(room, layers);
        let mask = self.attached.get(&room).copied().unwrap_or(0);
        for shard in (0..self.inboxes.len()).filter(|shard| mask >> shard & 1 == 1) {
            self.leave(shard, Order::Layers { room, layers: layers.to_vec() });
        }
    }

    fn watching(&mut self, room: RoomId, count: u32) {
        let watched = self.watched.entry(room).or_default();
        let before = std::mem::replace(&mut watched.counted, count);
        if count == 0 {
            let blind = std::mem::take(&mut watched.blind);
            self.figures.room(room).blind.fetch_sub(blind, Ordering::Relaxed);
            self.watched.remove(&room);
        }
        let figures = self.figures.room(room);
        // Each loop adds only its own difference, so the sum is right whoever comes first.
        let sum = figures.watching.fetch_add(count.wrapping_sub(before), Ordering::Relaxed);
        let sum = sum.wrapping_add(count.wrapping_sub(before));
        self.fact(MediaFact::Watching { room, count: sum });
    }

    fn gone(&mut self, peer: PeerId, room: RoomId) {
        self.feeds.remove(&peer);
        let Some(session) = self.by_peer.remove(&peer).and_then(|id| self.sessions.remove(&id)) else {
            return;
        };
        if !session.publishes && publisher_shard(room, self.inboxes.len()) != self.shard {
            self.attachments.left(room);
        }
    }

    fn fact(&mut self, fact: MediaFact) {
        if self.untold.len() >= FACTS_MAX
            && let Some(at) = self.untold.iter().position(|fact| matches!(fact, MediaFact::Watching { .. }))
        {
            // A later count says all an earlier one said.
            self.untold.remove(at);
        }
        self.untold.push_back(fact);
    }

    /// Renews the figures others read.
    fn measure(&mut self, at: Instant) {
        if at < self.measured + STATS_INTERVAL {
            return;
        }
        self.measured = at;
        let rooms: Vec<(RoomId, sfu::RoomStats)> = self.sfu.rooms().collect();
        for (room, stats) in rooms {
            let figures = self.figures.room(room);
            if publisher_shard(room, self.inboxes.len()) == self.shard {
                let mut shown = figures.publisher.lock().unwrap_or_else(PoisonError::into_inner);
                *shown = MediaStats {
                    publishing: stats.publishing,
                    video_codec: stats.video_codec,
                    audio_codec: stats.audio_codec,
                    ingest_bps: stats.ingest_bps,
                    ingest_loss: stats.ingest_loss,
                    watching: 0,
                    watching_blind: 0,
                };
            }
            if let Some(watched) = self.watched.get_mut(&room) {
                let before = std::mem::replace(&mut watched.blind, stats.watching_blind);
                figures.blind.fetch_add(stats.watching_blind.wrapping_sub(before), Ordering::Relaxed);
            }
        }
        let totals = self.sfu.totals();
        self.figures.set_totals(
            self.shard,
            MediaTotals {
                publishers: totals.publishers,
                viewers: totals.viewers,
                packets_in: totals.packets_in,
                bytes_in: totals.bytes_in,
                packets_in_lost: totals.packets_in_lost,
                packets_out: totals.packets_out,
                bytes_out: totals.bytes_out,
                packets_out_lost: totals.packets_out_lost,
                packets_retransmitted: totals.packets_retransmitted,
                packets_repair: totals.packets_repair,
                keyframes_asked: totals.keyframes_asked,
                datagrams_dropped: self.udp.dropped + self.lines.dropped,
                peers_failed: totals.peers_failed,
            },
        );
    }

    /// Says goodbye to everybody.
    fn stop(&mut self) {
        let at = now();
        let peers: Vec<PeerId> = self.by_peer.keys().copied().collect();
        for peer in peers {
            let _ = self.sfu.close(peer, at);
        }
        self.send();
    }

    /// Credentials whose name says on which loop the peer lives.
    fn credentials(&self) -> Result<IceCreds, MediaError> {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (name, pass): ([u8; 16], [u8; 16]) = (random()?, random()?);
        Ok(IceCreds { ufrag: format!("{:02x}{}", self.shard, hex(&name[..7])), pass: hex(&pass) })
    }
}

/// The loop that a name on this end was given out by.
fn shard_of(name: &str) -> Option<usize> {
    usize::from_str_radix(name.get(..2)?, 16).ok()
}

/// The address told to peers that a datagram to `ip` came in by. Behind a translator the machine sees its inner
/// address, which no peer was told.
fn local(locals: &[SocketAddr], ip: Option<IpAddr>, port: u16) -> SocketAddr {
    let ip = ip.map(|ip| ip.to_canonical());
    let told = locals.iter().find(|local| Some(local.ip()) == ip);
    let alike = locals.iter().find(|local| ip.is_none_or(|ip| ip.is_ipv4() == local.is_ipv4()));
    told.or(alike)
        .copied()
        .unwrap_or_else(|| SocketAddr::new(ip.unwrap_or(IpAddr::from([127, 0, 0, 1])), port))
}

fn random() -> Result<[u8; 16], MediaError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| MediaError::Unavailable)?;
    Ok(bytes)
}

impl From<SfuError> for MediaError {
    fn from(error: SfuError) -> MediaError {
        match error {
            SfuError::BadOffer(why) => MediaError::BadOffer(why),
            SfuError::TooLong(most) => MediaError::TooLong(most),
            SfuError::NoCommonCodec => MediaError::NoCommonCodec,
            SfuError::Full => MediaError::Full,
            SfuError::NoSuchPeer => MediaError::NoSuchSession,
        }
    }
}

#[cfg(test)]
mod tests;
