//! What it costs to send one publisher's packets to many viewers, by the broadcast way and through each viewer's own
//! state machine, beside the bare system calls and cipher.
//!
//! This process is the server, on one core; a child of it is the publisher and the viewers, on another. The viewers
//! are real: each negotiates, decrypts every packet and sends the feedback a browser sends.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command that reports")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a bench that cannot measure must stop")]

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use edge::MediaConfig;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use model::{Origin, RoomId};
use openssl::symm::{Cipher, Crypter, Mode};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::os::fd::AsRawFd;
use str0m::change::SdpAnswer;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpWrite, SeqNo};
use str0m::{Candidate, Event, Input, Output, Rtc};

const ROOM: RoomId = RoomId(1);

/// 30 frames a second of nine packets of 1,130 bytes, and 50 sounds: 2.5 Mbit/s.
const FRAME: Duration = Duration::from_micros(33_333);
const FRAME_PACKETS: u32 = 9;
const PACKET_BYTES: usize = 1_130;
const SOUND: Duration = Duration::from_millis(20);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let flag = |name: &str| args.iter().any(|arg| arg == name);
    let number = |name: &str, otherwise: u64| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)?.parse().ok()).unwrap_or(otherwise)
    };
    if flag("--peers") {
        return peers(number("--viewers", 1), flag("--light"));
    }
    let quick = flag("--quick");
    let viewers = number("--viewers", if quick { 60 } else { 100 });
    let many = number("--many", if quick { 0 } else { 500 });
    let span = Duration::from_secs(number("--seconds", if quick { 8 } else { 20 }));
    for (way, fast) in [("--fast", true), ("--str0m", false)] {
        if flag(way) {
            return server(viewers, span, fast, flag("--light"));
        }
    }
    let fast = Figures::of("--fast", viewers, span, false);
    let slow = Figures::of("--str0m", viewers, span, false);
    let crowd = (many > 0).then(|| Figures::of("--fast", many, span, true));
    let crowd_lost = crowd.as_ref().map_or("null".to_owned(), |crowd| crowd.lost.to_string());
    println!("viewers, each with its feedback         {viewers}, {:.0} packets a second to each", fast.pps);
    println!("CPU per packet, broadcast way           {:.2} µs", fast.us);
    println!("CPU per packet, through str0m           {:.2} µs", slow.us);
    println!("CPU per packet, raw                     {:.2} µs   (AES-128-GCM and sendto)", fast.raw);
    println!(
        "CPU per packet, raw in bursts           {:.2} µs   (AES-128-GCM, and GSO for each frame)",
        fast.raw_gso
    );
    println!("memory per viewer                       {} bytes, through str0m {}", fast.memory, slow.memory);
    println!("lost packets                            {}, through str0m {}", fast.lost, slow.lost);
    if let Some(crowd) = &crowd {
        println!(
            "{many} viewers who only count            {:.2} µs a packet, {:.0} % of a core, {} lost",
            crowd.us,
            crowd.share * 100.0,
            crowd.lost
        );
    }
    println!(
        "{{\"us_per_packet\":{:.3},\"us_per_packet_str0m\":{:.3},\"us_per_packet_raw\":{:.3},\
         \"us_per_packet_raw_gso\":{:.3},\"us_per_packet_janus\":null,\"viewers_per_core\":{},\
         \"bytes_per_viewer\":{},\"lost_packets\":{},\"viewers\":{viewers},\"crowd\":{many},\
         \"crowd_lost_packets\":{crowd_lost}}}",
        fast.us,
        slow.us,
        fast.raw,
        fast.raw_gso,
        (1e6 / (fast.us * fast.pps)) as u64,
        fast.memory,
        fast.lost,
    );
}

/// What one server in a process of its own has measured.
struct Figures {
    us: f64,
    raw: f64,
    raw_gso: f64,
    pps: f64,
    share: f64,
    memory: u64,
    lost: u64,
}

impl Figures {
    fn of(way: &str, viewers: u64, span: Duration, light: bool) -> Figures {
        let (viewers, seconds) = (viewers.to_string(), span.as_secs().to_string());
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args([way, "--viewers", &viewers, "--seconds", &seconds]).args(light.then_some("--light"));
        let output = command.stderr(Stdio::inherit()).output().expect("a server");
        let text = String::from_utf8(output.stdout).expect("text");
        let told: Vec<f64> =
            text.trim().split(' ').map(|word| word.parse().expect("a server's figures")).collect();
        let [us, raw, raw_gso, pps, share, memory, lost] = told[..] else { panic!("{text}") };
        Figures { us, raw, raw_gso, pps, share, memory: memory as u64, lost: lost as u64 }
    }
}

fn server(viewers: u64, span: Duration, fast: bool, light: bool) {
    pin(0);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut config =
        MediaConfig { port: 0, bind: IpAddr::from([127, 0, 0, 1]), loops: 1, ..MediaConfig::default() };
    // They all come from one machine, and are not held back for that here.
    config.connecting_per_address_max = usize::MAX;
    config.connecting_max = usize::MAX;
    let here = Origin::of(config.bind);
    config.forwarding.fast = fast;
    if std::env::var("BENCH_NO_ESTIMATE").is_ok() {
        config.forwarding.estimate = false;
    }
    let (media, _facts) = edge::start(&config).expect("started");
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--peers", "--viewers", &viewers.to_string()])
        .args(light.then_some("--light"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut ask = child.stdin.take().expect("piped");
    let mut told = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut line = || told.next().expect("the peers live").expect("a line");
    let before = resident();
    loop {
        let offer = line();
        let accepted = match offer.split_once(' ') {
            Some(("publish", offer)) => runtime.block_on(media.publish(ROOM, unhex(offer))),
            Some(("watch", offer)) => runtime.block_on(media.watch(ROOM, here, unhex(offer))),
            _ => break,
        };
        writeln!(ask, "{}", hex(&accepted.expect("an answer").sdp)).expect("written");
    }
    // What is kept for resending is part of a viewer's price, and takes some seconds to fill.
    std::thread::sleep(Duration::from_secs(5));
    let mut mark = |line: &mut dyn FnMut() -> String| {
        writeln!(ask, "mark").expect("written");
        let counted: Vec<u64> = line().split(' ').map(|word| word.parse().expect("a number")).collect();
        (counted[0], counted[1], cpu("media-0"), Instant::now())
    };
    let first = mark(&mut line);
    std::thread::sleep(span);
    let last = mark(&mut line);
    let memory = resident().saturating_sub(before) / viewers;
    let packets = last.0 - first.0;
    let us = (last.2 - first.2).as_secs_f64() * 1e6 / packets as f64;
    let share = (last.2 - first.2).as_secs_f64() / (last.3 - first.3).as_secs_f64();
    let addresses: Vec<SocketAddr> = {
        writeln!(ask, "addresses").expect("written");
        line().split(' ').map(|word| word.parse().expect("an address")).collect()
    };
    let floor = span.min(Duration::from_secs(5));
    let (raw, raw_gso) = (raw(&addresses, floor), raw_gso(&addresses, floor));
    writeln!(ask, "end").expect("written");
    let _ = child.wait();
    let lost = last.1 - first.1;
    let pps = packets as f64 / (last.3 - first.3).as_secs_f64() / viewers as f64;
    println!("{us} {raw} {raw_gso} {pps} {share} {memory} {lost}");
}

/// The lower floor: one key for each viewer that is set up once, and one call for each frame.
fn raw_gso(addresses: &[SocketAddr], span: Duration) -> f64 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let state = quinn_udp::UdpSocketState::new(quinn_udp::UdpSockRef::from(&socket)).expect("a state");
    let key = || LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[1; 16]).expect("a key"));
    let keys: Vec<(SocketAddr, LessSafeKey)> = addresses.iter().map(|address| (*address, key())).collect();
    let plain = vec![7u8; PACKET_BYTES];
    let mut buffer = Vec::new();
    let segment = PACKET_BYTES + 20 + 16;
    let begun = Instant::now();
    let before = thread_cpu();
    let (mut packets, mut next, mut nonce) = (0u64, begun, 0u64);
    while begun.elapsed() < span {
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        next += FRAME;
        for (destination, key) in &keys {
            buffer.clear();
            for _ in 0..FRAME_PACKETS {
                let start = buffer.len();
                buffer.extend_from_slice(&[8; 20]);
                buffer.extend_from_slice(&plain);
                nonce += 1;
                let mut unique = [0; 12];
                unique[4..].copy_from_slice(&nonce.to_be_bytes());
                let (head, body) = buffer[start..].split_at_mut(20);
                let nonce = Nonce::assume_unique_for_key(unique);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&*head), body).expect("sealed");
                buffer.extend_from_slice(tag.as_ref());
                packets += 1;
            }
            let transmit = quinn_udp::Transmit {
                destination: *destination,
                ecn: None,
                contents: &buffer,
                segment_size: Some(segment),
                src_ip: None,
            };
            let _ = state.try_send(quinn_udp::UdpSockRef::from(&socket), &transmit);
        }
    }
    (thread_cpu() - before).as_secs_f64() * 1e6 / packets as f64
}

/// The floor: each packet encrypted for each viewer and sent by a call of its own, at the same pace.
fn raw(addresses: &[SocketAddr], span: Duration) -> f64 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let plain = vec![7u8; PACKET_BYTES + 12];
    let mut sealed = vec![0u8; plain.len() + 32];
    let begun = Instant::now();
    let before = thread_cpu();
    let (mut packets, mut next) = (0u64, begun);
    while begun.elapsed() < span {
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        next += FRAME;
        for address in addresses {
            // As SRTP does, one key for each viewer and one nonce for each packet.
            let mut cipher = Crypter::new(Cipher::aes_128_gcm(), Mode::Encrypt, &[1; 16], Some(&[2; 12]))
                .expect("a cipher");
            for _ in 0..FRAME_PACKETS + 2 {
                let size = cipher.update(&plain, &mut sealed).expect("sealed");
                let _ = socket.send_to(&sealed[..size + 16], address);
                packets += 1;
            }
        }
    }
    (thread_cpu() - before).as_secs_f64() * 1e6 / packets as f64
}

struct Peer {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    video: Mid,
    audio: Mid,
    connected: bool,
    /// It counts media and does not open it.
    light: bool,
    due: Instant,
    received: u64,
    /// Per stream: the first and the highest number, and how many came.
    streams: Vec<(u32, u64, u64, u64)>,
}

fn peers(viewers: u64, light: bool) {
    pin(1);
    let mut poll = Poll::new().expect("a poll");
    let stdin = std::io::stdin();
    let mut answers = stdin.lock().lines();
    let mut peers = vec![Peer::join("publish", Direction::SendOnly, &mut answers)];
    for _ in 0..viewers {
        peers.push(Peer::join("watch", Direction::RecvOnly, &mut answers));
        for peer in &mut peers {
            peer.receive();
            peer.advance(Instant::now());
        }
    }
    for (at, peer) in peers.iter().enumerate() {
        let fd = peer.socket.as_raw_fd();
        poll.registry().register(&mut SourceFd(&fd), Token(at), Interest::READABLE).expect("registered");
    }
    drop(answers);
    let (sender, orders) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let mut events = Events::with_capacity(1_024);
    let (mut told, mut frame, mut sound) = (false, 0u32, 0u32);
    let (mut next_frame, mut next_sound) = (Instant::now(), Instant::now());
    loop {
        poll.poll(&mut events, Some(Duration::from_millis(2))).expect("polled");
        for event in &events {
            peers[event.token().0].receive();
        }
        let now = Instant::now();
        let ready = peers.iter().all(|peer| peer.connected);
        if peers[0].connected && now >= next_frame {
            next_frame += FRAME;
            peers[0].send_frame(frame, now);
            frame += 1;
        }
        if peers[0].connected && now >= next_sound {
            next_sound += SOUND;
            peers[0].send_sound(sound, now);
            sound += 1;
        }
        for peer in peers.iter_mut().filter(|peer| peer.due <= now) {
            peer.advance(now);
        }
        if ready && !told {
            told = true;
            // Who only counts leaves this core enough for many; the price of feedback is measured with fewer.
            peers[1..].iter_mut().for_each(|peer| peer.light = light);
            println!("connected");
        }
        match orders.try_recv().as_deref() {
            Ok("mark") => {
                let received: u64 = peers[1..].iter().map(|peer| peer.received).sum();
                let lost: u64 = peers[1..].iter().map(Peer::lost).sum();
                println!("{received} {lost}");
            }
            Ok("addresses") => {
                let all: Vec<String> = peers[1..].iter().map(|peer| peer.local.to_string()).collect();
                println!("{}", all.join(" "));
            }
            Ok(_) => return,
            Err(_) => {}
        }
    }
}

impl Peer {
    fn join(
        verb: &str,
        direction: Direction,
        answers: &mut impl Iterator<Item = std::io::Result<String>>,
    ) -> Peer {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_nonblocking(true).expect("set");
        // What a viewer's own machine would not drop must not be dropped by this one because it plays them all.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(8 << 20);
        let local = socket.local_addr().expect("bound");
        let now = Instant::now();
        let mut rtc = Rtc::builder().set_rtp_mode(true).build(now);
        rtc.add_local_candidate(Candidate::host(local, "udp").expect("a candidate"));
        let mut change = rtc.sdp_api();
        let audio = change.add_media(MediaKind::Audio, direction, None, None, None);
        let video = change.add_media(MediaKind::Video, direction, None, None, None);
        let (offer, pending) = change.apply().expect("an offer");
        println!("{verb} {}", hex(&offer.to_sdp_string()));
        let answer = unhex(&answers.next().expect("an answer").expect("an answer"));
        let answer = SdpAnswer::from_sdp_string(&answer).expect("an answer");
        rtc.sdp_api().accept_answer(pending, answer).expect("accepted");
        let mut peer = Peer {
            rtc,
            socket,
            local,
            video,
            audio,
            connected: false,
            light: false,
            due: now,
            received: 0,
            streams: Vec::new(),
        };
        peer.advance(now);
        peer
    }

    fn receive(&mut self) {
        let mut buffer = [0; 2_048];
        while let Ok((size, from)) = self.socket.recv_from(&mut buffer) {
            let now = Instant::now();
            let datagram = &buffer[..size];
            self.count(datagram);
            if self.light && (128..192).contains(&datagram[0]) {
                continue;
            }
            if let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, datagram) {
                let input = Input::Receive(now, receive);
                if self.rtc.accepts(&input) {
                    let _ = self.rtc.handle_input(input);
                    self.advance(now);
                }
            }
        }
    }

    /// Counts a media packet by its header, which is not encrypted.
    fn count(&mut self, datagram: &[u8]) {
        if datagram.len() < 12 || datagram[0] >> 6 != 2 || (64..96).contains(&(datagram[1] & 0x7f)) {
            return;
        }
        self.received += 1;
        let ssrc = u32::from_be_bytes(datagram[8..12].try_into().expect("four"));
        let seq = u64::from(u16::from_be_bytes([datagram[2], datagram[3]]));
        match self.streams.iter_mut().find(|stream| stream.0 == ssrc) {
            None => self.streams.push((ssrc, seq, seq, 1)),
            Some((_, _, highest, count)) => {
                let seq = *highest + u64::from((seq as u16).wrapping_sub(*highest as u16));
                if seq - *highest < 1 << 15 {
                    *highest = seq;
                }
                *count += 1;
            }
        }
    }

    fn lost(&self) -> u64 {
        self.streams
            .iter()
            .map(|(_, first, highest, count)| (highest - first + 1).saturating_sub(*count))
            .sum()
    }

    fn advance(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
        for _ in 0..10_000 {
            match self.rtc.poll_output().expect("a sound machine") {
                Output::Timeout(at) if at > now => {
                    self.due = at;
                    return;
                }
                Output::Timeout(_) => {
                    let _ = self.rtc.handle_input(Input::Timeout(now));
                }
                Output::Transmit(t) => {
                    let _ = self.socket.send_to(&t.contents, t.destination);
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(_) => {}
            }
        }
    }

    fn send_frame(&mut self, frame: u32, now: Instant) {
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == Codec::Vp8).expect("VP8").pt();
        for at in 0..FRAME_PACKETS {
            let mut payload =
                vec![if at == 0 { 0x10 } else { 0 }, if frame.is_multiple_of(60) { 0x50 } else { 0x51 }];
            payload.resize(PACKET_BYTES, 0);
            let seq = SeqNo::from(u64::from(frame * FRAME_PACKETS + at + 1));
            let write = RtpWrite::new(pt, seq, frame * 3_000, now, payload)
                .marker(at + 1 == FRAME_PACKETS)
                .nackable(true);
            self.rtc.direct_api().stream_tx_by_mid(self.video, None).expect("a stream").write_rtp(write);
        }
        self.advance(now);
    }

    fn send_sound(&mut self, sound: u32, now: Instant) {
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == Codec::Opus).expect("opus").pt();
        let write = RtpWrite::new(pt, SeqNo::from(u64::from(sound + 1)), sound * 960, now, vec![9; 80]);
        self.rtc.direct_api().stream_tx_by_mid(self.audio, None).expect("a stream").write_rtp(write);
        self.advance(now);
    }
}

/// CPU time of the thread with this name, user and system.
fn cpu(name: &str) -> Duration {
    for task in std::fs::read_dir("/proc/self/task").expect("Linux").flatten() {
        let comm = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if comm.trim() == name {
            let spent = std::fs::read_to_string(task.path().join("schedstat")).expect("schedstat");
            let ns = spent.split(' ').next().and_then(|word| word.parse().ok()).expect("nanoseconds");
            return Duration::from_nanos(ns);
        }
    }
    panic!("no thread {name}");
}

fn thread_cpu() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat");
    Duration::from_nanos(spent.split(' ').next().and_then(|word| word.parse().ok()).expect("nanoseconds"))
}

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
    text.split(' ').nth(1).and_then(|word| word.parse::<u64>().ok()).expect("pages") * 4_096
}

/// Keeps this process on one core; where there is only one, both share it and the figures say less.
#[allow(unsafe_code)]
fn pin(core: usize) {
    // SAFETY: the set is plain data, zero is its empty value, and the kernel only reads it.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        if libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) != 0 {
            eprintln!("could not stay on core {core}");
        }
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> String {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    String::from_utf8((0..text.len() / 2).map(|n| byte(n * 2)).collect()).expect("text")
}
