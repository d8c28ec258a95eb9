//! A machine, its peers and the links between them, in virtual time.
#![allow(clippy::disallowed_methods, reason = "a test has to begin at some time")]
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(clippy::wildcard_enum_match_arm, reason = "str0m's enums are its own")]
#![allow(clippy::collapsible_if, reason = "one condition a line reads better here")]

mod simulcast;
#[allow(unused_imports, reason = "each test file uses what it needs")]
pub use simulcast::{Rung, Shown};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::Kind;
use model::RoomId;
use sfu::{Config, Event, IceCreds, Identity, LocalAddress, PeerId, Protocol, Sfu};
use str0m::change::SdpAnswer;
use str0m::format::Codec;
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt, Simulcast};
use str0m::net::Receive;
use str0m::rtp::{RtpWrite, SeqNo};
use str0m::{Candidate, Event as PeerEvent, Input, Output, Rtc};

pub const ROOM: RoomId = RoomId(1);
pub const MS: Duration = Duration::from_millis(1);

pub struct World {
    pub start: Instant,
    pub now: Instant,
    pub sfu: Sfu,
    pub clients: Vec<Client>,
    pub events: Vec<(u64, Event)>,
    server: SocketAddr,
    wire: BTreeMap<(Instant, u64), (SocketAddr, SocketAddr, Vec<u8>)>,
    order: u64,
    seed: u64,
    names: u32,
    /// Share of media datagrams lost on each way, in thousandths.
    pub loss: u64,
    pub delay: Duration,
    pub dropped: u64,
    /// What is lost is told by a packet's own numbers, so that two worlds lose the same. Resends are never lost then.
    pub lost_by_number: bool,
    /// Every datagram the machine sent to a peer, if kept.
    pub watched: Option<Vec<(SocketAddr, Vec<u8>)>>,
}

pub struct Client {
    pub rtc: Rtc,
    pub addr: SocketAddr,
    pub peer: PeerId,
    pub answer: String,
    pub offer: String,
    pub audio: Option<Mid>,
    pub video: Option<Mid>,
    pub got: Vec<Got>,
    pub keyframes_asked: Vec<u64>,
    pub connected: bool,
    pub closed: bool,
    pub answers_pli: bool,
    pub unplugged: bool,
    pub source: Source,
    /// The layers of a publisher that sends several.
    pub rungs: Vec<Rung>,
    /// What it was told over its own channel, and when.
    pub told: Vec<(u64, String)>,
    pub sr: Vec<u64>,
    due: Instant,
}

/// A packet of media as a viewer got it.
#[derive(Clone)]
pub struct Got {
    pub at_ms: u64,
    pub kind: Kind,
    pub pt: u8,
    pub seq: u64,
    pub time: u64,
    pub marker: bool,
    pub payload: Arc<[u8]>,
    pub extensions: String,
}

/// The layers a publisher offers, and whether it listens to what it is told about them.
struct Layers(Simulcast, bool);

/// What a publisher sends.
pub struct Source {
    pub codec: Codec,
    pub video_seq: u64,
    pub video_time: u64,
    pub audio_seq: u64,
    pub audio_time: u64,
    pub frame: u32,
    pub picture: u16,
    pub gop: u32,
    pub packets: usize,
    pub keyframe_next: bool,
    pub on: bool,
    pub red: bool,
    next_frame: Instant,
    next_sound: Instant,
    last_sound: Option<Vec<u8>>,
}

impl World {
    pub fn new(config: Config) -> World {
        let now = Instant::now();
        let server: SocketAddr = "10.0.0.1:8189".parse().expect("an address");
        let addresses = vec![LocalAddress { proto: Protocol::Udp, addr: server }];
        let identity = Identity::draw().expect("a certificate");
        World {
            start: now,
            now,
            sfu: Sfu::new(config, identity, addresses),
            clients: Vec::new(),
            events: Vec::new(),
            server,
            wire: BTreeMap::new(),
            order: 0,
            seed: 0x9e37_79b9_7f4a_7c15,
            names: 0,
            loss: 0,
            delay: 5 * MS,
            dropped: 0,
            lost_by_number: false,
            watched: None,
        }
    }

    pub fn ms(&self) -> u64 {
        u64::try_from((self.now - self.start).as_millis()).expect("a short test")
    }

    pub fn credentials(&mut self) -> IceCreds {
        self.names += 1;
        IceCreds {
            ufrag: format!("u{:04}", self.names),
            pass: format!("password-of-22-letters-{:04}", self.names),
        }
    }

    pub fn publisher(
        &mut self,
        build: impl FnOnce(str0m::RtcConfig) -> str0m::RtcConfig,
        codec: Codec,
    ) -> usize {
        self.client(build, Direction::SendOnly, codec, None)
    }

    pub fn viewer(&mut self, build: impl FnOnce(str0m::RtcConfig) -> str0m::RtcConfig) -> usize {
        self.client(build, Direction::RecvOnly, Codec::Vp8, None)
    }

    fn client(
        &mut self,
        build: impl FnOnce(str0m::RtcConfig) -> str0m::RtcConfig,
        direction: Direction,
        codec: Codec,
        layers: Option<Layers>,
    ) -> usize {
        let n = self.clients.len();
        let addr = SocketAddr::from(([10, 0, 1, u8::try_from(n).expect("few")], 5000));
        let mut rtc = build(Rtc::builder().set_rtp_mode(true)).build(self.now);
        rtc.add_local_candidate(Candidate::host(addr, "udp").expect("a candidate"));
        let mut change = rtc.sdp_api();
        let audio = change.add_media(MediaKind::Audio, direction, None, None, None);
        let (simulcast, listens) =
            layers.map_or((None, false), |Layers(named, listens)| (Some(named), listens));
        let video = change.add_media(MediaKind::Video, direction, None, None, simulcast);
        if listens {
            change.add_channel("livehouse".to_owned());
        }
        let (offer, pending) = change.apply().expect("an offer");
        let offer = offer.to_sdp_string();
        let credentials = self.credentials();
        let (peer, answer) = match direction {
            Direction::SendOnly => self.sfu.publish(ROOM, &offer, credentials, self.now),
            _ => self.sfu.watch(ROOM, &offer, credentials, self.now),
        }
        .expect("an answer");
        rtc.sdp_api()
            .accept_answer(pending, SdpAnswer::from_sdp_string(&answer).expect("an answer"))
            .expect("accepted");
        self.clients.push(Client {
            rtc,
            addr,
            peer,
            answer,
            offer,
            audio: Some(audio),
            video: Some(video),
            got: Vec::new(),
            keyframes_asked: Vec::new(),
            connected: false,
            closed: false,
            answers_pli: true,
            unplugged: false,
            sr: Vec::new(),
            rungs: Vec::new(),
            told: Vec::new(),
            source: Source {
                codec,
                video_seq: 1_000 + n as u64 * 7_777,
                video_time: 500_000 * (n as u64 + 1),
                audio_seq: 40_000 + n as u64,
                audio_time: 77_000 * (n as u64 + 1),
                frame: 0,
                picture: 100 * (n as u16 + 1),
                gop: 60,
                packets: 4,
                keyframe_next: true,
                on: matches!(direction, Direction::SendOnly),
                red: false,
                next_frame: self.now,
                next_sound: self.now,
                last_sound: None,
            },
            due: self.now,
        });
        n
    }

    fn random(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    /// Puts a datagram on the wire, unless the link loses it. Only media is lost: the rest would only be slower.
    fn carry(&mut self, from: SocketAddr, to: SocketAddr, data: Vec<u8>) {
        let media = is_media(&data);
        if let Some(watched) = self.watched.as_mut().filter(|_| from == self.server) {
            watched.push((to, data.clone()));
        }
        let drawn = if self.lost_by_number { self.by_number(from, to, &data) } else { self.random() % 1000 };
        if media && drawn < self.loss {
            self.dropped += 1;
            return;
        }
        if self.clients.iter().any(|c| c.unplugged && (c.addr == from || c.addr == to)) {
            return;
        }
        self.order += 1;
        self.wire.insert((self.now + self.delay, self.order), (from, to, data));
    }

    /// A number below 1,000 out of a packet's own; the highest for what is not media or is sent again.
    fn by_number(&self, from: SocketAddr, to: SocketAddr, data: &[u8]) -> u64 {
        let resent = |client: &Client| client.resend_types().contains(&(data[1] & 0x7f));
        let (SocketAddr::V4(source), SocketAddr::V4(target)) = (from, to) else { return 999 };
        if !is_media(data) || self.clients.iter().filter(|c| c.addr == from || c.addr == to).any(resent) {
            return 999;
        }
        let ends = [source.ip().octets()[3], target.ip().octets()[3]];
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in ends.iter().chain(&data[1..8]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        ((hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) % 1_000
    }

    /// Lets so much time pass.
    pub fn run(&mut self, ms: u64) {
        let end = self.now + ms as u32 * MS;
        while self.now < end {
            self.settle();
            let mut next = end;
            if let Some(((at, _), _)) = self.wire.first_key_value() {
                next = next.min(*at);
            }
            if let Some(at) = self.sfu.poll_timeout() {
                next = next.min(at);
            }
            for client in &self.clients {
                next = next.min(client.due);
                if client.source.on && client.connected {
                    next = next.min(client.source.next_frame).min(client.source.next_sound);
                    next = client.late().fold(next, Instant::min);
                }
            }
            self.now = next.max(self.now + Duration::from_micros(100)).min(end);
            self.arrivals();
            self.sfu.handle_timeout(self.now);
            self.sfu.flush(self.now);
            for n in 0..self.clients.len() {
                self.produce(n);
                let _ = self.clients[n].rtc.handle_input(Input::Timeout(self.now));
            }
        }
        self.settle();
    }

    fn arrivals(&mut self) {
        while let Some(entry) = self.wire.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let (from, to, data) = entry.remove();
            if to == self.server {
                self.sfu.receive(Protocol::Udp, from, to, &data, self.now);
            } else if let Some(n) = self.clients.iter().position(|c| c.addr == to) {
                if let Ok(receive) = Receive::new(Protocol::Udp, from, to, &data) {
                    let _ = self.clients[n].rtc.handle_input(Input::Receive(self.now, receive));
                    self.drain(n);
                }
            }
        }
        self.sfu.flush(self.now);
    }

    fn settle(&mut self) {
        while let Some(transmit) = self.sfu.poll_transmit() {
            let (source, destination) = (transmit.source, transmit.destination);
            let datagrams: Vec<Vec<u8>> = transmit.datagrams().map(<[u8]>::to_vec).collect();
            datagrams.into_iter().for_each(|datagram| self.carry(source, destination, datagram));
        }
        let ms = self.ms();
        while let Some(event) = self.sfu.poll_event() {
            self.events.push((ms, event));
        }
        for n in 0..self.clients.len() {
            self.drain(n);
        }
    }

    fn drain(&mut self, n: usize) {
        let ms = self.ms();
        loop {
            match self.clients[n].rtc.poll_output() {
                Err(_) => {
                    self.clients[n].due = self.now + Duration::from_secs(3600);
                    return;
                }
                Ok(Output::Timeout(at)) if at <= self.now => {
                    if self.clients[n].rtc.handle_input(Input::Timeout(self.now)).is_err() {
                        return;
                    }
                }
                Ok(Output::Timeout(at)) => {
                    self.clients[n].due = at;
                    return;
                }
                Ok(Output::Transmit(t)) => self.carry(t.source, t.destination, t.contents.to_vec()),
                Ok(Output::Event(event)) => {
                    let client = &mut self.clients[n];
                    match event {
                        PeerEvent::Connected => {
                            client.connected = true;
                            client.source.next_frame = self.now;
                            client.source.next_sound = self.now;
                        }
                        PeerEvent::Closed => client.closed = true,
                        PeerEvent::KeyframeRequest(request) => {
                            client.keyframes_asked.push(ms);
                            if client.answers_pli {
                                client.source.keyframe_next = true;
                                client.asked_of(request.rid);
                            }
                        }
                        PeerEvent::SenderFeedback(_) => client.sr.push(ms),
                        PeerEvent::ChannelData(data) => {
                            client.told.push((ms, String::from_utf8_lossy(&data.data).into_owned()));
                            client.obey();
                        }
                        PeerEvent::RtpPacket(packet) => {
                            let pt = *packet.header.payload_type;
                            let clock = packet.time.frequency().get();
                            client.got.push(Got {
                                at_ms: ms,
                                kind: if clock == 48_000 { Kind::Audio } else { Kind::Video },
                                pt,
                                seq: *packet.seq_no,
                                time: packet.time.numer(),
                                marker: packet.header.marker,
                                payload: packet.payload.clone(),
                                extensions: format!("{:?}", packet.header.ext_vals),
                            });
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Sends the publisher's next frame and sound, if it is time.
    fn produce(&mut self, n: usize) {
        let now = self.now;
        let client = &mut self.clients[n];
        if !client.connected || !client.source.on {
            return;
        }
        if !client.rungs.is_empty() {
            client.climb(now);
        } else if now >= client.source.next_frame {
            client.source.next_frame += Duration::from_micros(33_333);
            let source = &mut client.source;
            let keyframe = source.keyframe_next || source.frame.is_multiple_of(source.gop);
            source.keyframe_next = false;
            let pt = pt_of(&client.rtc, source.codec);
            for at in 0..source.packets {
                let payload = payload(source, keyframe, at);
                let marker = at + 1 == source.packets;
                let write =
                    RtpWrite::new(pt, SeqNo::from(source.video_seq), source.video_time as u32, now, payload)
                        .marker(marker)
                        .nackable(true);
                source.video_seq += 1;
                let mid = client.video.expect("a video section");
                client.rtc.direct_api().stream_tx_by_mid(mid, None).expect("a stream").write_rtp(write);
            }
            source.video_time += 3_000;
            source.frame += 1;
            source.picture = source.picture.wrapping_add(1) & 0x7fff;
        }
        if now >= client.source.next_sound {
            client.source.next_sound += 20 * MS;
            let source = &mut client.source;
            let primary = format!("sound {}", source.audio_time / 960).into_bytes();
            let params = client.rtc.codec_config().find(|p| p.spec().codec == Codec::Opus).expect("opus");
            let (pt, payload) = match params.red().filter(|_| source.red) {
                Some(red) => {
                    let earlier = source.last_sound.as_deref().map(|p| (960, p));
                    (red, media::wrap_red(*params.pt(), earlier.as_slice(), &primary))
                }
                None => (params.pt(), primary.clone()),
            };
            source.last_sound = Some(primary);
            let write =
                RtpWrite::new(pt, SeqNo::from(source.audio_seq), source.audio_time as u32, now, payload);
            source.audio_seq += 1;
            source.audio_time += 960;
            let mid = client.audio.expect("an audio section");
            client.rtc.direct_api().stream_tx_by_mid(mid, None).expect("a stream").write_rtp(write);
        }
    }

    pub fn ask_keyframe(&mut self, n: usize) {
        let mid = self.clients[n].video.expect("video");
        if let Some(stream) = self.clients[n].rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// Facts as a transcript, without relays.
    pub fn facts(&self) -> Vec<String> {
        let told = |event: &Event| match event {
            Event::PublisherConnected { .. } => Some("publisher connected".to_owned()),
            Event::PublisherLost { .. } => Some("publisher lost".to_owned()),
            Event::Watching { count, .. } => Some(format!("{count} watching")),
            Event::Relay { .. } | Event::KeyframeWanted { .. } | Event::Layers { .. } => None,
            Event::LayersWanted { .. } | Event::Gone { .. } => None,
        };
        self.events.iter().filter_map(|(_, event)| told(event)).collect()
    }
}

/// RTP, by its first bytes (RFC 7983, RFC 5761).
pub fn is_media(datagram: &[u8]) -> bool {
    (128..192).contains(&datagram[0]) && !(64..96).contains(&(datagram[1] & 0x7f))
}

impl Client {
    /// The payload types it gave resends.
    pub fn resend_types(&self) -> Vec<u8> {
        let resend = |line: &str| {
            let (pt, name) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
            name.starts_with("rtx/").then(|| pt.parse().ok())?
        };
        self.offer.lines().filter_map(resend).collect()
    }

    pub fn video(&self) -> impl Iterator<Item = &Got> {
        self.got.iter().filter(|got| got.kind == Kind::Video)
    }

    pub fn audio(&self) -> impl Iterator<Item = &Got> {
        self.got.iter().filter(|got| got.kind == Kind::Audio)
    }

    /// Frames of which every packet came, in order of time: (time, frame number, whether a keyframe).
    pub fn frames(&self, packets: usize) -> Vec<(u64, u32, bool)> {
        let mut by_time: BTreeMap<u64, Vec<&Got>> = BTreeMap::new();
        for got in self.video() {
            by_time.entry(got.time).or_default().push(got);
        }
        by_time
            .into_iter()
            .filter(|(_, got)| got.len() == packets)
            .filter_map(|(time, got)| {
                let (frame, keyframe) = got.iter().find_map(|got| read(&got.payload))?;
                Some((time, frame, keyframe))
            })
            .collect()
    }

    /// Frames a decoder could show: whole, and after a keyframe with nothing missing between.
    pub fn decodable(&self, packets: usize) -> Vec<u32> {
        let mut out = Vec::new();
        let mut next = None;
        for (_, frame, keyframe) in self.frames(packets) {
            if keyframe || next == Some(frame) {
                out.push(frame);
                next = Some(frame + 1);
            }
        }
        out
    }
}

pub fn pt_of(rtc: &Rtc, codec: Codec) -> Pt {
    rtc.codec_config().find(|p| p.spec().codec == codec).expect("the codec").pt()
}

/// A payload that is right in its first bytes, and says its frame's number.
fn payload(source: &Source, keyframe: bool, at: usize) -> Vec<u8> {
    let mut out = match source.codec {
        Codec::Vp8 => {
            let [high, low] = source.picture.to_be_bytes();
            let start = if at == 0 { 0x90 } else { 0x80 };
            vec![start, 0x80, 0x80 | high, low, if keyframe { 0x50 } else { 0x51 }]
        }
        Codec::H264 => match (at, keyframe) {
            (0, true) => vec![0x78, 0, 2, 0x67, 0x42],
            (_, true) => vec![0x7c, 0x05],
            (_, false) => vec![0x41],
        },
        codec => panic!("no source of {codec:?}"),
    };
    out.extend(b"frame=");
    out.extend(source.frame.to_be_bytes());
    out.push(u8::from(keyframe));
    out.resize(600, 0);
    out
}

/// The frame's number and whether it is a keyframe.
pub fn read(payload: &[u8]) -> Option<(u32, bool)> {
    let at = payload.windows(6).position(|w| w == b"frame=")? + 6;
    let number = payload.get(at..at + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(number), payload.get(at + 4) == Some(&1)))
}
