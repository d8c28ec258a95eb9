//! A WebRTC peer on a real socket.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{RtpPacket, RtpWrite, SeqNo};
use str0m::{Candidate, Event, Input, Output, Rtc};

pub enum Wire {
    Udp(UdpSocket),
    Tcp(TcpStream, Vec<u8>),
}

pub struct Client {
    pub rtc: Rtc,
    pub video: Mid,
    pub connected: bool,
    pub closed: bool,
    pub got: Vec<RtpPacket>,
    wire: Wire,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    frame: u32,
    next_frame: Instant,
}

impl Client {
    pub fn new(direction: Direction) -> (Client, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let local = socket.local_addr().expect("bound");
        Client::on(Wire::Udp(socket), local, direction, Candidate::host(local, "udp").expect("a candidate"))
    }

    pub fn by_tcp(direction: Direction, server: SocketAddr) -> (Client, String) {
        let stream = TcpStream::connect(server).expect("connected");
        stream.set_nodelay(true).expect("a socket");
        let local = stream.local_addr().expect("bound");
        let candidate = Candidate::builder().tcp().host(local).tcptype(TcpType::Active).build().expect("one");
        Client::on(Wire::Tcp(stream, Vec::new()), local, direction, candidate)
    }

    fn on(wire: Wire, local: SocketAddr, direction: Direction, candidate: Candidate) -> (Client, String) {
        let now = Instant::now();
        let mut rtc = Rtc::builder().set_rtp_mode(true).build(now);
        rtc.add_local_candidate(candidate);
        let mut change = rtc.sdp_api();
        change.add_media(MediaKind::Audio, direction, None, None, None);
        let video = change.add_media(MediaKind::Video, direction, None, None, None);
        let (offer, pending) = change.apply().expect("an offer");
        let client = Client {
            rtc,
            video,
            connected: false,
            closed: false,
            got: Vec::new(),
            wire,
            local,
            pending: Some(pending),
            frame: 0,
            next_frame: now,
        };
        (client, offer.to_sdp_string())
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("one answer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("accepted");
    }

    /// Sends a VP8 frame of four packets, 30 times a second while connected.
    fn produce(&mut self, now: Instant) {
        if !self.connected || now < self.next_frame {
            return;
        }
        self.next_frame = now + Duration::from_millis(33);
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == Codec::Vp8).expect("VP8").pt();
        for at in 0..4u32 {
            let mut payload = vec![if at == 0 { 0x10 } else { 0 }, if self.frame == 0 { 0x50 } else { 0x51 }];
            payload.extend(self.frame.to_be_bytes());
            payload.resize(1_000, 0);
            let seq = SeqNo::from(u64::from(self.frame * 4 + at + 1));
            let write =
                RtpWrite::new(pt, seq, self.frame * 3_000, now, payload).marker(at == 3).nackable(true);
            self.rtc.direct_api().stream_tx_by_mid(self.video, None).expect("a stream").write_rtp(write);
        }
        self.frame += 1;
        self.rtc.handle_input(Input::Timeout(now)).expect("time passes");
    }

    /// One turn: sends, waits a little for what comes, takes it in.
    pub fn turn(&mut self, publishes: bool) {
        let due = loop {
            match self.rtc.poll_output().expect("a sound machine") {
                Output::Timeout(at) => break at,
                Output::Transmit(t) => match &mut self.wire {
                    Wire::Udp(socket) => {
                        let _ = socket.send_to(&t.contents, t.destination);
                    }
                    Wire::Tcp(stream, _) => {
                        let mut framed = (t.contents.len() as u16).to_be_bytes().to_vec();
                        framed.extend_from_slice(&t.contents);
                        stream.write_all(&framed).expect("written");
                    }
                },
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::Closed) => self.closed = true,
                Output::Event(Event::RtpPacket(packet)) => self.got.push(packet),
                Output::Event(_) => {}
            }
        };
        let now = Instant::now();
        if publishes {
            self.produce(now);
        }
        let wait =
            due.saturating_duration_since(now).clamp(Duration::from_micros(100), Duration::from_millis(2));
        let mut buffer = [0; 4_096];
        match &mut self.wire {
            Wire::Udp(socket) => {
                socket.set_read_timeout(Some(wait)).expect("a timeout");
                if let Ok((size, from)) = socket.recv_from(&mut buffer) {
                    take(&mut self.rtc, Protocol::Udp, from, self.local, &buffer[..size]);
                }
            }
            Wire::Tcp(stream, received) => {
                stream.set_read_timeout(Some(wait)).expect("a timeout");
                let from = stream.peer_addr().expect("connected");
                if let Ok(size) = stream.read(&mut buffer) {
                    received.extend_from_slice(&buffer[..size]);
                }
                // One at a time: each is to be followed by taking everything out of the machine.
                let whole = received.split_first_chunk::<2>().and_then(|(size, rest)| {
                    rest.get(..usize::from(u16::from_be_bytes(*size))).map(<[u8]>::to_vec)
                });
                if let Some(datagram) = whole {
                    take(&mut self.rtc, Protocol::Tcp, from, self.local, &datagram);
                    received.drain(..2 + datagram.len());
                }
            }
        }
        let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
    }

    /// The frame numbers that arrived, in order, without repeats.
    pub fn frames(&self) -> Vec<u32> {
        let mut frames: Vec<u32> = self
            .got
            .iter()
            .filter(|packet| packet.payload.len() == 1_000)
            .map(|packet| u32::from_be_bytes(packet.payload[2..6].try_into().expect("four")))
            .collect();
        frames.dedup();
        frames
    }
}

fn take(rtc: &mut Rtc, proto: Protocol, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
    if let Ok(receive) = Receive::new(proto, from, to, datagram) {
        let _ = rtc.handle_input(Input::Receive(Instant::now(), receive));
    }
}
