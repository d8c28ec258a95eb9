//! From a publisher's numbering to the room's: numbers, times and picture ids go on without a jump, whoever
//! publishes, and each layer's are its own but for the time, which all layers share.

use std::sync::Arc;
use std::time::Instant;

use media::{Description, starts_keyframe};

use crate::packet::shift_pictures;
use crate::timeline::{Place, Report, Timeline};
use crate::{Packet, Picture};

/// A packet as a publisher sent it.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    /// Which publisher.
    pub(crate) source: u64,
    /// Which of its streams: another one has another numbering.
    pub(crate) stream: u32,
    /// Which layer of the picture, 0 for sound.
    pub(crate) layer: u8,
    pub(crate) description: Description,
    /// Its number, without wrapping.
    pub(crate) seq: u64,
    /// Its time, without wrapping.
    pub(crate) time: u64,
    pub(crate) marker: bool,
    pub(crate) arrived: Instant,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) earlier: Vec<(u32, Arc<[u8]>)>,
    /// What its sender said last of its clock.
    pub(crate) report: Option<Report>,
}

/// One stream's numbering.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    source: Option<(u64, u32)>,
    description: Option<Description>,
    /// A stream begins at a keyframe, and none has come since the source or codec changed.
    waits: bool,
    /// What is added to the source's numbers.
    seq_shift: u64,
    place: Place,
    /// The first number of this source that was let in; later arrivals from before it stay out.
    first: u64,
    /// The highest number given out.
    last: Option<u64>,
    figures: Figures,
}

/// What was counted since it was last read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// How far the highest number moved: what should have arrived.
    pub(crate) expected: u64,
}

impl Intake {
    /// Numbers a packet; `None` while a keyframe is waited for.
    pub(crate) fn take(&mut self, incoming: Incoming, line: &mut Timeline) -> Option<Packet> {
        self.figures.packets += 1;
        self.figures.bytes += incoming.payload.len() as u64;
        let codec = incoming.description.codec;
        let keyframe = starts_keyframe(codec, &incoming.payload);
        let source = Some((incoming.source, incoming.stream));
        if self.source != source || self.description != Some(incoming.description) {
            if self.source == source && self.last_of(&incoming) {
                // A straggler of the codec before.
                return None;
            }
            self.source = source;
            self.description = Some(incoming.description);
            self.waits = true;
        }
        if self.waits {
            if !keyframe {
                return None;
            }
            self.begin(&incoming, line);
        }
        if incoming.seq < self.first {
            return None;
        }
        if let Some(report) = incoming.report {
            let who = (incoming.source, incoming.layer);
            self.place.hear(line, who, report, incoming.arrived, codec.clock_hz());
        }
        let numbers = Picture::read(codec, &incoming.payload);
        let frame = match self.place.frame(incoming.time) {
            Some(frame) => frame,
            None => {
                // At a keyframe the numbers are put ahead of every layer's, so that whoever changes over goes on.
                let shifts = match numbers {
                    Some(numbers) if keyframe => line.shift_pictures(numbers),
                    Some(_) | None => self.place.pictures(),
                };
                self.place.advance(incoming.time, shifts)
            }
        };
        let seq = incoming.seq.wrapping_add(self.seq_shift);
        let time = incoming.time.wrapping_add(frame.shift);
        let payload = shift_pictures(codec, &incoming.payload, frame.pictures);
        let picture = numbers.map(|numbers| numbers.shifted(frame.pictures));
        if let Some(picture) = picture {
            line.pictured(picture);
        }
        line.reached(time, incoming.arrived);
        let before = self.last.unwrap_or(seq - 1);
        self.figures.expected += seq.saturating_sub(before);
        self.last = Some(before.max(seq));
        Some(Packet {
            description: incoming.description,
            layer: incoming.layer,
            seq,
            time,
            marker: incoming.marker,
            keyframe,
            arrived: incoming.arrived,
            payload,
            picture,
            earlier: incoming.earlier,
        })
    }

    /// Whether a keyframe is what would let the stream begin.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// What the stream carries now.
    pub(crate) fn description(&self) -> Option<Description> {
        self.description
    }

    /// Reads and resets the counters.
    pub(crate) fn figures(&mut self) -> Figures {
        std::mem::take(&mut self.figures)
    }

    fn last_of(&self, incoming: &Incoming) -> bool {
        self.last.is_some_and(|last| incoming.seq.wrapping_add(self.seq_shift) <= last)
    }

    /// Lets a source's stream in at this packet: a new publisher right after what the room has seen, a further layer
    /// beside the others.
    fn begin(&mut self, incoming: &Incoming, line: &mut Timeline) {
        self.waits = false;
        self.first = incoming.seq;
        // The first numbers stay below half of 16 bits: a receiver that loses them guesses the rollover right.
        let seq = self.last.map_or(1, |last| last + 1);
        self.seq_shift = seq.wrapping_sub(incoming.seq);
        let clock_hz = incoming.description.codec.clock_hz();
        let time = line.begin(incoming.time, incoming.arrived, clock_hz);
        self.place.begin(incoming.time, time);
    }
}
