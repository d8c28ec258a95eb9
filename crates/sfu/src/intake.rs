//! From a publisher's numbering to the room's: numbers, times and picture ids go on without a jump, whoever
//! publishes.

use std::sync::Arc;
use std::time::Instant;

use media::{Codec, Description, Vp8Descriptor, Vp9Descriptor, starts_keyframe};

use crate::Packet;

/// A packet as a publisher sent it.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    /// Which publisher: another number, another numbering.
    pub(crate) source: u64,
    pub(crate) description: Description,
    /// Its number, without wrapping.
    pub(crate) seq: u64,
    /// Its time, without wrapping.
    pub(crate) time: u64,
    pub(crate) marker: bool,
    pub(crate) arrived: Instant,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) earlier: Vec<(u32, Arc<[u8]>)>,
}

/// One track's numbering.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    source: Option<u64>,
    description: Option<Description>,
    /// A stream begins at a keyframe, and none has come since the source or codec changed.
    waits: bool,
    /// What is added to the source's numbers.
    seq_shift: u64,
    time_shift: u64,
    picture_shift: u16,
    tl0_shift: u8,
    /// The first number of this source that was let in; later arrivals from before it stay out.
    first: u64,
    /// The highest number, time and picture id given out.
    last: Option<Last>,
    figures: Figures,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    seq: u64,
    time: u64,
    arrived: Instant,
    picture: u16,
    tl0: u8,
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
    pub(crate) fn take(&mut self, incoming: Incoming) -> Option<Packet> {
        self.figures.packets += 1;
        self.figures.bytes += incoming.payload.len() as u64;
        let codec = incoming.description.codec;
        let keyframe = starts_keyframe(codec, &incoming.payload);
        if self.source != Some(incoming.source) || self.description != Some(incoming.description) {
            if self.source == Some(incoming.source) && self.last_of(&incoming) {
                // A straggler of the codec before.
                return None;
            }
            self.source = Some(incoming.source);
            self.description = Some(incoming.description);
            self.waits = true;
        }
        if self.waits {
            if !keyframe {
                return None;
            }
            self.begin(&incoming);
        }
        if incoming.seq < self.first {
            return None;
        }
        let seq = incoming.seq.wrapping_add(self.seq_shift);
        let time = incoming.time.wrapping_add(self.time_shift);
        let payload = self.shift_pictures(codec, incoming.payload);
        self.remember(seq, time, incoming.arrived, codec, &payload);
        Some(Packet {
            description: incoming.description,
            seq,
            time,
            marker: incoming.marker,
            keyframe,
            arrived: incoming.arrived,
            payload,
            earlier: incoming.earlier,
        })
    }

    /// Whether a keyframe is what would let the stream begin.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// What the track carries now.
    pub(crate) fn description(&self) -> Option<Description> {
        self.description
    }

    /// Reads and resets the counters.
    pub(crate) fn figures(&mut self) -> Figures {
        std::mem::take(&mut self.figures)
    }

    fn last_of(&self, incoming: &Incoming) -> bool {
        self.last.is_some_and(|last| incoming.seq.wrapping_add(self.seq_shift) <= last.seq)
    }

    /// Lets a source's stream in at this packet, right after what the room has seen.
    fn begin(&mut self, incoming: &Incoming) {
        self.waits = false;
        self.first = incoming.seq;
        let clock = u128::from(incoming.description.codec.clock_hz());
        // The first numbers stay below half of 16 bits: a receiver that loses them guesses the rollover right.
        let (seq, time) = match self.last {
            None => (1, incoming.time & 0xffff_ffff),
            Some(last) => {
                let passed =
                    incoming.arrived.saturating_duration_since(last.arrived).as_micros() * clock / 1_000_000;
                (last.seq + 1, last.time + u64::try_from(passed).unwrap_or(0).max(1))
            }
        };
        self.seq_shift = seq.wrapping_sub(incoming.seq);
        self.time_shift = time.wrapping_sub(incoming.time);
        (self.picture_shift, self.tl0_shift) =
            match (self.last, pictures(incoming.description.codec, &incoming.payload)) {
                (Some(last), Some((picture, tl0))) => (
                    last.picture.wrapping_add(1).wrapping_sub(picture),
                    last.tl0.wrapping_add(1).wrapping_sub(tl0),
                ),
                _ => (0, 0),
            };
    }

    fn shift_pictures(&self, codec: Codec, payload: Arc<[u8]>) -> Arc<[u8]> {
        if self.picture_shift == 0 && self.tl0_shift == 0 {
            return payload;
        }
        let mut moved = payload.to_vec();
        match codec {
            Codec::Vp8 => {
                if let Some(descriptor) = Vp8Descriptor::parse(&payload) {
                    descriptor.shift(&mut moved, self.picture_shift, self.tl0_shift);
                }
            }
            Codec::Vp9 => {
                if let Some(descriptor) = Vp9Descriptor::parse(&payload) {
                    descriptor.shift(&mut moved, self.picture_shift, self.tl0_shift);
                }
            }
            Codec::H264 | Codec::H265 | Codec::Av1 | Codec::Opus => return payload,
        }
        moved.into()
    }

    fn remember(&mut self, seq: u64, time: u64, arrived: Instant, codec: Codec, payload: &[u8]) {
        let before = self.last.map_or(seq - 1, |last| last.seq);
        if seq <= before {
            return;
        }
        self.figures.expected += seq - before;
        let kept = self.last.map_or((0, 0), |last| (last.picture, last.tl0));
        let (picture, tl0) = pictures(codec, payload).unwrap_or(kept);
        self.last = Some(Last { seq, time, arrived, picture, tl0 });
    }
}

/// The picture id and TL0PICIDX of a payload whose codec numbers its pictures.
fn pictures(codec: Codec, payload: &[u8]) -> Option<(u16, u8)> {
    let (picture, tl0) = match codec {
        Codec::Vp8 => {
            let descriptor = Vp8Descriptor::parse(payload)?;
            (descriptor.picture_id, descriptor.tl0_picture)
        }
        Codec::Vp9 => {
            let descriptor = Vp9Descriptor::parse(payload)?;
            (descriptor.picture_id, descriptor.tl0_picture)
        }
        Codec::H264 | Codec::H265 | Codec::Av1 | Codec::Opus => return None,
    };
    Some((picture.map_or(0, |(_, id, _)| id), tl0.map_or(0, |(_, index)| index)))
}
