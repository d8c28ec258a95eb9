//! The crowd: who listens, who reads slowly, who speaks, all in one loop.

use anyhow::Context;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::latency::Latencies;
use super::stamp::{Scanner, now_us, text};
use super::{Load, http};

/// What is read at a time.
const READ_BYTES: usize = 64 * 1024;

/// How a slow viewer reads: so much, so often.
const SLOW_BYTES: usize = 256;
const SLOW_EVERY: Duration = Duration::from_secs(1);

/// How often every line says that it is alive.
const ALIVE_EVERY: Duration = Duration::from_secs(20);

/// How long the last messages may take to arrive.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// What the load is put on.
#[derive(Debug, Clone)]
pub enum Target {
    /// A room of a Livehouse.
    Livehouse {
        /// Where.
        server: SocketAddr,
        /// Which room.
        room: String,
        /// Cookies of those who speak, one line each.
        speakers: Vec<String>,
    },
    /// A WebSocket server that sends what it is sent to everybody.
    Broadcast {
        /// Where.
        server: SocketAddr,
        /// How many lines speak.
        speakers: usize,
    },
    /// A server that speaks by itself, over bare TCP.
    Bare {
        /// Where.
        server: SocketAddr,
    },
}

impl Target {
    fn open(&self, number: usize, speaker: Option<usize>) -> anyhow::Result<std::net::TcpStream> {
        match self {
            Target::Livehouse { server, room, speakers } => {
                let cookie = speaker.map(|speaker| speakers[speaker].as_str());
                let path = format!("/api/v1/rooms/{room}/ws");
                let (mut socket, _) = http::upgrade(*server, number, &path, cookie)?;
                socket.write_all(&masked(1, br#"{"join":true}"#))?;
                Ok(socket)
            }
            Target::Broadcast { server, .. } => Ok(http::upgrade(*server, number, "/", None)?.0),
            Target::Bare { server } => http::connect(*server, number),
        }
    }

    pub(super) fn speakers(&self) -> usize {
        match self {
            Target::Livehouse { speakers, .. } => speakers.len(),
            Target::Broadcast { speakers, .. } => *speakers,
            Target::Bare { .. } => 0,
        }
    }

    fn is_websocket(&self) -> bool {
        match self {
            Target::Livehouse { .. } | Target::Broadcast { .. } => true,
            Target::Bare { .. } => false,
        }
    }
}

/// Everybody who is connected.
pub struct Crowd {
    poll: Poll,
    events: Events,
    lines: Vec<Line>,
    /// Where those who speak stand in `lines`.
    speakers: Vec<usize>,
    is_websocket: bool,
    buffer: Vec<u8>,
    heard: Heard,
    /// What the last line that was closed had been told.
    last_words: String,
    /// Messages sent before this do not count: they came with the welcome.
    count_from_us: u64,
    alive_at: Instant,
    slow_at: Instant,
}

struct Line {
    socket: TcpStream,
    kind: Kind,
    scanner: Scanner,
    is_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Viewer,
    Slow,
}

/// What the crowd has heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) slow_viewers: usize,
    pub(super) sent: u64,
    pub(super) delivered: u64,
    pub(super) bytes: u64,
    pub(super) latencies: Latencies,
    pub(super) length: Duration,
    pub(super) closed: usize,
    pub(super) slow_closed: usize,
}

impl Crowd {
    /// Connects everybody.
    pub fn open(target: &Target, load: &Load) -> anyhow::Result<Crowd> {
        let mut crowd = Crowd {
            poll: Poll::new()?,
            events: Events::with_capacity(4_096),
            lines: Vec::new(),
            speakers: Vec::new(),
            is_websocket: target.is_websocket(),
            buffer: vec![0; READ_BYTES],
            heard: Heard::default(),
            last_words: String::new(),
            count_from_us: u64::MAX,
            alive_at: Instant::now() + ALIVE_EVERY,
            slow_at: Instant::now(),
        };
        for number in 0..load.viewers.max(target.speakers()) {
            // Those who speak listen too; they are the first of the crowd.
            let speaker = (number < target.speakers()).then_some(number);
            let is_slow = speaker.is_none()
                && load.slow_one_in > 0
                && number % load.slow_one_in == load.slow_one_in - 1;
            let kind = if is_slow { Kind::Slow } else { Kind::Viewer };
            crowd.heard.slow_viewers += usize::from(is_slow);
            crowd.speakers.extend(speaker);
            crowd.add(target.open(number, speaker)?, kind)?;
            if number % 64 == 63 {
                // What the welcomes bring is read as it comes, so that nobody looks slow who is only late.
                crowd.turn(Duration::ZERO)?;
            }
        }
        Ok(crowd)
    }

    fn add(&mut self, socket: std::net::TcpStream, kind: Kind) -> anyhow::Result<()> {
        socket.set_nonblocking(true)?;
        if kind == Kind::Slow {
            socket2::SockRef::from(&socket).set_recv_buffer_size(4 * 1024)?;
        }
        let mut socket = TcpStream::from_std(socket);
        if kind != Kind::Slow {
            self.poll.registry().register(&mut socket, Token(self.lines.len()), Interest::READABLE)?;
        }
        self.lines.push(Line { socket, kind, scanner: Scanner::default(), is_open: true });
        Ok(())
    }

    /// Listens for a while.
    pub fn idle(&mut self, length: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + length;
        while Instant::now() < until {
            self.turn(Duration::from_millis(20))?;
        }
        Ok(())
    }

    /// Speaks at the load's pace, and listens. A bare server speaks by itself; then this only listens.
    pub fn speak(&mut self, load: &Load) -> anyhow::Result<()> {
        self.heard.closed = 0;
        self.heard.slow_closed = 0;
        self.count_from_us = now_us();
        let start = Instant::now();
        while start.elapsed() < load.length {
            let due = (start.elapsed().as_secs_f64() * load.rate) as u64;
            while self.heard.sent < due {
                self.say(load.chars)?;
            }
            let next = Duration::from_secs_f64((self.heard.sent + 1) as f64 / load.rate);
            self.turn(next.saturating_sub(start.elapsed()).min(Duration::from_millis(20)))?;
        }
        self.heard.length = start.elapsed();
        if !self.speakers.is_empty() {
            self.idle(LAST_WAIT)?;
        }
        Ok(())
    }

    pub(super) fn end(self) -> Heard {
        self.heard
    }

    fn say(&mut self, chars: usize) -> anyhow::Result<()> {
        self.heard.sent += 1;
        let Some(count) = std::num::NonZeroUsize::new(self.speakers.len()) else { return Ok(()) };
        let sent = self.heard.sent;
        let speaker = self.speakers[usize::try_from(sent).unwrap_or(0) % count];
        let text = text(now_us(), chars);
        let message = format!(r#"{{"key":{},"do":"chat","text":"{text}"}}"#, self.count_from_us + sent);
        self.lines[speaker]
            .socket
            .write_all(&masked(1, message.as_bytes()))
            .with_context(|| format!("a speaker's line is closed: {}", self.last_words))
    }

    /// One turn of the loop.
    fn turn(&mut self, wait: Duration) -> anyhow::Result<()> {
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
        for number in ready {
            while self.read(number, READ_BYTES) == READ_BYTES {}
        }
        let now = Instant::now();
        if now >= self.slow_at {
            self.slow_at = now + SLOW_EVERY;
            for number in 0..self.lines.len() {
                if self.lines[number].kind == Kind::Slow {
                    self.read(number, SLOW_BYTES);
                }
            }
        }
        if now >= self.alive_at && self.is_websocket {
            self.alive_at = now + ALIVE_EVERY;
            for line in self.lines.iter_mut().filter(|line| line.is_open) {
                // A line that cannot take six bytes now is busy enough to be known alive.
                let _ = line.socket.write(&masked(10, b""));
            }
        }
        Ok(())
    }

    /// Reads from a line once; how much came.
    fn read(&mut self, number: usize, bytes_max: usize) -> usize {
        let line = &mut self.lines[number];
        if !line.is_open {
            return 0;
        }
        let count = match line.socket.read(&mut self.buffer[..bytes_max]) {
            Ok(0) => return self.closed(number),
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return 0,
            Err(_) => return self.closed(number),
        };
        if line.kind == Kind::Viewer {
            let now = now_us();
            let (heard, from) = (&mut self.heard, self.count_from_us);
            let before = heard.delivered;
            // A speaker hears their own words a second time with the answer, which is one delivery in some thousand.
            line.scanner.scan(&self.buffer[..count], |sent_us| {
                if sent_us >= from {
                    heard.delivered += 1;
                    heard.latencies.add(now.saturating_sub(sent_us));
                }
            });
            if heard.delivered > before {
                heard.bytes += count as u64;
            }
        }
        count
    }

    fn closed(&mut self, number: usize) -> usize {
        let words = String::from_utf8_lossy(&self.buffer[..200]).into_owned();
        if let Some(at) = words.find("\"closing\"") {
            self.last_words = words[at..].chars().take(60).collect();
        }
        let line = &mut self.lines[number];
        line.is_open = false;
        match line.kind {
            Kind::Slow => self.heard.slow_closed += 1,
            Kind::Viewer => self.heard.closed += 1,
        }
        0
    }
}

/// A short frame as clients send it. The mask may be anything.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x5A, 0x3C, 0x69, 0x0F];
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        // Each arm's bound makes its conversion exact.
        short @ 0..=125 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&u16::try_from(long).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}
