//! A publisher that sends its picture in several layers, and what a viewer makes of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::{Direction, Rid, Simulcast, SimulcastLayer};
use str0m::rtp::{RtpWrite, SeqNo};

use super::{Client, Got, Layers, World, pt_of};

/// A packet's payload and marker.
type Part = (Vec<u8>, bool);

/// One layer of a publisher's picture.
pub struct Rung {
    pub rid: &'static str,
    pub height: u16,
    /// Packets of a frame, each of 600 bytes.
    pub packets: usize,
    /// How much later than the others it leaves.
    pub late: Duration,
    pub on: bool,
    pub keyframe_next: bool,
    /// When it was asked for a keyframe.
    pub asked: u32,
    seq: u64,
    /// What its times are ahead of the capture's.
    ahead: u64,
    picture: u16,
    tl0: u8,
    waiting: VecDeque<(Instant, Vec<Part>, u64)>,
}

impl Rung {
    pub fn new(rid: &'static str, height: u16, packets: usize) -> Rung {
        let salt = u64::from(rid.bytes().map(u32::from).sum::<u32>());
        Rung {
            rid,
            height,
            packets,
            late: Duration::ZERO,
            on: true,
            keyframe_next: true,
            asked: 0,
            seq: 500 + salt * 31,
            ahead: 1_000_000 * salt,
            picture: (salt * 97) as u16 & 0x7fff,
            tl0: salt as u8,
            waiting: VecDeque::new(),
        }
    }

    /// What it takes, in bits per second.
    pub fn bps(&self) -> u64 {
        self.packets as u64 * 600 * 8 * 30
    }

    /// A frame's packets.
    fn frame(&mut self, number: u32, keyframe: bool) -> Vec<Part> {
        let [high, low] = self.picture.to_be_bytes();
        let mut out = Vec::new();
        for at in 0..self.packets {
            let start = if at == 0 { 0x90 } else { 0x80 };
            let mut payload = vec![start, 0xc0, 0x80 | high, low, self.tl0];
            if at == 0 && keyframe {
                payload.extend([0x50, 0x00, 0x00, 0x9d, 0x01, 0x2a]);
                payload.extend((self.height * 16 / 9).to_le_bytes());
                payload.extend(self.height.to_le_bytes());
            } else {
                payload.extend([0x51, 0x00, 0x00]);
            }
            payload.extend(b"frame=");
            payload.extend(number.to_be_bytes());
            payload.push(u8::from(keyframe));
            payload.extend(b"height=");
            payload.extend(self.height.to_be_bytes());
            payload.resize(600, 0);
            out.push((payload, at + 1 == self.packets));
        }
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        self.tl0 = self.tl0.wrapping_add(1);
        out
    }
}

impl World {
    /// A publisher of several layers; `listens` opens the channel by which it can be told what to send.
    pub fn simulcast(&mut self, rungs: Vec<Rung>, listens: bool) -> usize {
        let mut named = Simulcast::new();
        for rung in &rungs {
            named.add_send_layer(SimulcastLayer::new(rung.rid));
        }
        let n = self.client(|c| c, Direction::SendOnly, Codec::Vp8, Some(Layers(named, listens)));
        self.clients[n].rungs = rungs;
        n
    }
}

impl Client {
    /// Which layers the publisher was told to send is in the last it was told.
    pub(super) fn obey(&mut self) {
        let Some((_, told)) = self.told.last() else { return };
        for rung in &mut self.rungs {
            let on = !told.contains(&format!("\"{}\":false", rung.rid));
            rung.keyframe_next |= on && !rung.on;
            rung.on = on;
        }
    }

    pub(super) fn asked_of(&mut self, rid: Option<Rid>) {
        for rung in &mut self.rungs {
            if rid.is_none_or(|rid| *rid == *rung.rid) {
                rung.asked += 1;
                rung.keyframe_next = true;
            }
        }
    }

    /// When what leaves late has to leave.
    pub(super) fn late(&self) -> impl Iterator<Item = Instant> {
        self.rungs.iter().filter_map(|rung| rung.waiting.front().map(|(at, ..)| *at))
    }

    /// Captures the next frame, if it is time, and sends what has to leave of each layer.
    pub(super) fn climb(&mut self, now: Instant) {
        let source = &mut self.source;
        while now >= source.next_frame {
            let at = source.next_frame;
            source.next_frame += Duration::from_micros(33_333);
            for rung in self.rungs.iter_mut().filter(|rung| rung.on) {
                let keyframe =
                    std::mem::take(&mut rung.keyframe_next) || source.frame.is_multiple_of(source.gop);
                let packets = rung.frame(source.frame, keyframe);
                rung.waiting.push_back((
                    at + rung.late,
                    packets,
                    u64::from(source.frame) * 3_000 + rung.ahead,
                ));
            }
            source.frame += 1;
        }
        let (pt, mid) = (pt_of(&self.rtc, Codec::Vp8), self.video.expect("a video section"));
        for rung in &mut self.rungs {
            while rung.waiting.front().is_some_and(|(at, ..)| now >= *at) {
                let (at, packets, time) = rung.waiting.pop_front().expect("looked at above");
                // Its clock is that of the capture, however late it leaves.
                let captured = at - rung.late;
                for (payload, marker) in packets {
                    let write = RtpWrite::new(pt, SeqNo::from(rung.seq), time as u32, captured, payload)
                        .marker(marker)
                        .nackable(true);
                    rung.seq += 1;
                    let mut api = self.rtc.direct_api();
                    let stream = api.stream_tx_by_mid(mid, Some(Rid::from(rung.rid)));
                    stream.expect("a stream").write_rtp(write);
                }
            }
        }
    }

    /// The picture as it came, frame by frame in the order of its numbers.
    pub fn shown(&self) -> Vec<Shown> {
        let mut out: Vec<Shown> = Vec::new();
        let mut video: Vec<&Got> = self.video().collect();
        video.sort_by_key(|got| got.seq);
        for got in video {
            let payload = &got.payload;
            let find =
                |name: &[u8]| payload.windows(name.len()).position(|w| w == name).map(|at| at + name.len());
            let (Some(frame), Some(height)) = (find(b"frame="), find(b"height=")) else { continue };
            let number = u32::from_be_bytes(payload[frame..frame + 4].try_into().expect("four"));
            let height = u16::from_be_bytes(payload[height..height + 2].try_into().expect("two"));
            let next = Shown {
                at_ms: got.at_ms,
                first: got.seq,
                last: got.seq,
                time: got.time,
                number,
                height,
                keyframe: payload[frame + 4] == 1,
                picture: u16::from_be_bytes([payload[2] & 0x7f, payload[3]]),
                tl0: payload[4],
                whole: got.marker,
                begins: payload[0] & 0x10 != 0,
            };
            match out.last_mut() {
                Some(last) if (last.number, last.height) == (number, height) && !next.begins => {
                    last.last = got.seq;
                    last.whole |= got.marker;
                    assert_eq!((last.time, last.picture), (next.time, next.picture), "a frame is one");
                }
                _ => out.push(next),
            }
        }
        out
    }

    /// The heights seen since `ms`, without repeats.
    pub fn heights(&self, since: u64) -> Vec<u16> {
        let mut out: Vec<u16> =
            self.shown().iter().filter(|shown| shown.at_ms >= since).map(|shown| shown.height).collect();
        out.dedup();
        out
    }
}

/// A frame as a viewer got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub at_ms: u64,
    pub first: u64,
    pub last: u64,
    pub time: u64,
    /// The number of the capture.
    pub number: u32,
    pub height: u16,
    pub keyframe: bool,
    pub picture: u16,
    pub tl0: u8,
    pub whole: bool,
    pub begins: bool,
}
