//! From the bytes of a transport stream to frames.

use std::collections::{BTreeMap, VecDeque};

use media::{CodecConfig, Frame, Kind, MediaTime};

use super::elementary::Elementary;
use super::packet::{PACKET_BYTES, Packet, SYNC};
use super::pes::{Gathered, Pes};
use super::section::{Sections, program, streams};

/// What comes out of a transport stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// What the decoder has to know from here on.
    Config(CodecConfig),
    /// The next frame of its kind.
    Frame(Frame),
    /// Something is missing here.
    Gap(Kind),
}

/// Reads a transport stream as it comes, in pieces of any size: the first program's first picture and first sound, of
/// H.264, H.265, AAC and Opus. What makes no sense is passed over.
#[derive(Debug, Default)]
pub struct Demuxer {
    /// Bytes of a packet that is not whole yet.
    rest: Vec<u8>,
    programs: Sections,
    /// Where the program's table of streams is, and what there is of it.
    table: Option<(u16, Sections)>,
    streams: BTreeMap<u16, Stream>,
    configs: [Option<CodecConfig>; 2],
    /// The last time that was read, without wrapping.
    clock: Option<i64>,
    items: VecDeque<Item>,
}

#[derive(Debug)]
struct Stream {
    elementary: Elementary,
    gathered: Gathered,
    counter: Option<u8>,
}

impl Demuxer {
    /// At the beginning of a stream, or in its middle.
    pub fn new() -> Demuxer {
        Demuxer::default()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.rest);
        all.extend(bytes);
        let mut at = 0;
        while let Some(packet) = all.get(at..).and_then(|rest| rest.first_chunk::<PACKET_BYTES>()) {
            if packet[0] != SYNC {
                // Out of step: the next byte that may begin a packet.
                at += packet
                    .iter()
                    .skip(1)
                    .position(|&byte| byte == SYNC)
                    .map_or(PACKET_BYTES, |skipped| skipped + 1);
                continue;
            }
            at += PACKET_BYTES;
            if let Some(packet) = Packet::parse(packet) {
                self.packet(&packet);
            }
        }
        self.rest = all.split_off(at.min(all.len()));
    }

    /// What has come out, in order; `None` when there is nothing more yet.
    pub fn poll(&mut self) -> Option<Item> {
        self.items.pop_front()
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        if packet.pid == 0 {
            if let Some(pid) = self.programs.take(packet.begins, packet.payload).as_deref().and_then(program)
                && self.table.as_ref().is_none_or(|(known, _)| *known != pid)
            {
                self.table = Some((pid, Sections::default()));
            }
            return;
        }
        if let Some((pid, sections)) = &mut self.table
            && *pid == packet.pid
        {
            if let Some(section) = sections.take(packet.begins, packet.payload) {
                self.list(&section);
            }
            return;
        }
        self.content(packet);
    }

    /// Takes the table of streams: the first picture and the first sound that can be used.
    fn list(&mut self, section: &[u8]) {
        let Some(listed) = streams(section) else { return };
        let mut wanted: BTreeMap<u16, Elementary> = BTreeMap::new();
        for stream in &listed {
            if let Some(elementary) = Elementary::of(stream)
                && wanted.values().all(|other| other.kind() != elementary.kind())
            {
                wanted.insert(stream.pid, elementary);
            }
        }
        // The table comes again and again; a stream that is still what it was goes on.
        self.streams.retain(|pid, stream| {
            let same = |elementary: &Elementary| match (elementary, &stream.elementary) {
                (Elementary::Picture { codec: a, .. }, Elementary::Picture { codec: b, .. }) => a == b,
                (Elementary::Aac { .. }, Elementary::Aac { .. }) => true,
                (Elementary::Opus { channels: a }, Elementary::Opus { channels: b }) => a == b,
                _ => false,
            };
            wanted.get(pid).is_some_and(same)
        });
        for (pid, elementary) in wanted {
            let fresh = || Stream { elementary, gathered: Gathered::default(), counter: None };
            self.streams.entry(pid).or_insert_with(fresh);
        }
    }

    fn content(&mut self, packet: &Packet<'_>) {
        let Some(stream) = self.streams.get_mut(&packet.pid) else { return };
        if packet.payload.is_empty() {
            return;
        }
        let expected = stream.counter.map(|counter| (counter + 1) & 0x0f);
        if stream.counter == Some(packet.counter) && !packet.jumps {
            // The same packet again, which is allowed once.
            return;
        }
        stream.counter = Some(packet.counter);
        if expected.is_some_and(|expected| expected != packet.counter) && !packet.jumps {
            stream.elementary.lose();
            stream.gathered.lose();
            self.items.push_back(Item::Gap(stream.elementary.kind()));
        }
        if let Some(pes) = stream.gathered.take(packet.begins, packet.payload) {
            self.read(packet.pid, &pes);
        }
    }

    fn read(&mut self, pid: u16, pes: &Pes) {
        let Some((show, decode)) = pes.times else { return };
        let decode = self.unwrap(decode);
        let show = near(decode, show);
        let Some(stream) = self.streams.get_mut(&pid) else { return };
        let time = |ticks| MediaTime::from_ticks(ticks, 90_000);
        for item in stream.elementary.read(&pes.data, time(show), time(decode)) {
            match item {
                Item::Config(config) => {
                    let known = &mut self.configs[usize::from(config.kind() == Kind::Video)];
                    if known.as_ref() != Some(&config) {
                        *known = Some(config.clone());
                        self.items.push_back(Item::Config(config));
                    }
                }
                // Without its configuration no frame can be decoded.
                Item::Frame(frame) if self.configs[usize::from(frame.kind == Kind::Video)].is_none() => {}
                Item::Frame(_) | Item::Gap(_) => self.items.push_back(item),
            }
        }
    }

    /// A time of 33 bits without wrapping, as near to the last one as it can be.
    fn unwrap(&mut self, time: u64) -> i64 {
        let whole = near(self.clock.unwrap_or(time.cast_signed()), time);
        self.clock = Some(whole);
        whole
    }
}

/// The moment nearest to `to` whose lower 33 bits are `time`.
fn near(to: i64, time: u64) -> i64 {
    const TURN: i64 = 1 << 33;
    let time = time.cast_signed();
    time + (to - time + TURN / 2).div_euclid(TURN) * TURN
}
