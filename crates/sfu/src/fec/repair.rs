//! A repair packet that is shared by all viewers of a layer, and what each viewer's copy differs in.
//!
//! The exclusive or of the payloads is most of the work and all of the bytes, and it is the same for everybody. A
//! viewer's own numbers, times, payload type and header extension stand in the few bytes before it, and those are
//! worked out as the packet is written for that viewer.

use super::{SPAN_MAX, parity};

/// A packet as it goes out, before any viewer's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Protected<'a> {
    /// Its number in the layer.
    pub seq: u64,
    /// Its time in the layer, in ticks.
    pub time: u64,
    /// The RTP marker.
    pub marker: bool,
    /// Its payload, which is the same for every viewer.
    pub payload: &'a [u8],
}

/// What is remembered of a protected packet beside the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// Its number in the layer.
    pub seq: u64,
    /// Its time in the layer.
    pub time: u64,
    bytes: u16,
    marker: bool,
}

/// One viewer's numbering of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepairStream {
    /// The SSRC of the protected packets.
    pub ssrc: u32,
    /// Their payload type.
    pub payload_type: u8,
    /// Added to the layer's numbers, wrapping.
    pub seq_shift: u64,
    /// Added to the layer's times, wrapping.
    pub time_shift: u64,
    /// The id of the transport-wide number, the only header extension, if the viewer has it.
    pub transport_number: Option<u8>,
}

/// What a group of packets has in common, ready to be written for any viewer.
#[derive(Debug, PartialEq, Eq)]
pub struct Repair {
    covered: Vec<Covered>,
    sum: Vec<u8>,
}

/// A group that is being filled.
#[derive(Debug, Default)]
pub(crate) struct Building {
    covered: Vec<Covered>,
    sum: Vec<u8>,
}

impl Building {
    pub(crate) fn add(&mut self, packet: Protected<'_>) {
        let Protected { seq, time, marker, payload } = packet;
        let Ok(bytes) = u16::try_from(payload.len()) else { return };
        if self.covered.iter().any(|one| one.seq == seq) {
            return;
        }
        parity::add(&mut self.sum, payload);
        self.covered.push(Covered { seq, time, bytes, marker });
    }

    pub(crate) fn last(&self) -> Option<u64> {
        self.covered.iter().map(|one| one.seq).max()
    }

    pub(crate) fn finish(self) -> Option<Repair> {
        (!self.covered.is_empty()).then_some(Repair { covered: self.covered, sum: self.sum })
    }
}

/// The fixed part of a FlexFEC-03 header with one protected stream, up to the mask.
const HEADER: usize = 18;

/// The bytes of a header extension that holds nothing but a transport-wide number: profile and length, one element.
const EXTENSION: usize = 8;

impl Repair {
    /// The packets it stands for.
    pub fn covered(&self) -> impl ExactSizeIterator<Item = &Covered> + Clone {
        self.covered.iter()
    }

    /// The lowest number it stands for: a viewer to whom this was not sent has no use for it.
    pub fn first(&self) -> u64 {
        self.covered.iter().map(|one| one.seq).min().unwrap_or(0)
    }

    /// The highest number it stands for.
    pub fn last(&self) -> u64 {
        self.covered.iter().map(|one| one.seq).max().unwrap_or(0)
    }

    /// Bytes of the payload that [`Repair::write`] writes.
    pub fn bytes(&self, stream: &RepairStream) -> usize {
        let mask = if self.last() - self.first() < 15 { 2 } else { 6 };
        let extension = if stream.transport_number.is_some() { EXTENSION } else { 0 };
        HEADER + mask + extension + self.sum.len()
    }

    /// The time a repair packet itself has for one viewer: that of the last packet it stands for.
    pub fn time(&self, stream: &RepairStream) -> u32 {
        let last = self.covered.last().map_or(0, |one| one.time);
        last.wrapping_add(stream.time_shift) as u32
    }

    /// Appends the payload of a FlexFEC-03 packet for one viewer to `out`: draft-ietf-payload-flexible-fec-scheme-03,
    /// section 4.2, in the form libwebrtc reads. Everything of a protected packet after its first 12 bytes counts,
    /// header extensions too, with their changing content taken for zero.
    pub fn write(&self, stream: &RepairStream, out: &mut Vec<u8>) {
        debug_assert!(self.last() - self.first() < SPAN_MAX, "a group is closed before its mask overflows");
        let extension = if stream.transport_number.is_some() { EXTENSION } else { 0 };
        let odd = self.covered.len() % 2 == 1;
        let (mut marker, mut length, mut time) = (false, 0u16, 0u32);
        for one in &self.covered {
            marker ^= one.marker;
            length ^= one.bytes.wrapping_add(extension as u16);
            time ^= one.time.wrapping_add(stream.time_shift) as u32;
        }
        // Of an even number of packets, what all have in common cancels itself out.
        let common = |byte: u8| if odd { byte } else { 0 };
        let extended = common(if extension > 0 { 0x10 } else { 0 });
        out.push(extended);
        out.push((u8::from(marker) << 7) | common(stream.payload_type & 0x7f));
        out.extend(length.to_be_bytes());
        out.extend(time.to_be_bytes());
        out.extend([1, 0, 0, 0]);
        out.extend(stream.ssrc.to_be_bytes());
        let base = self.first();
        out.extend((base.wrapping_add(stream.seq_shift) as u16).to_be_bytes());
        self.write_mask(base, out);
        if let Some(id) = stream.transport_number {
            out.extend([0xbe, 0xde, 0, 1, (id << 4) | 1, 0, 0, 0].map(common));
        }
        out.extend(&self.sum);
    }

    /// The first bit of each part says whether it is the last.
    fn write_mask(&self, base: u64, out: &mut Vec<u8>) {
        let mut near = 0u16;
        let mut far = 0u32;
        for one in &self.covered {
            match one.seq - base {
                at @ 0..15 => near |= 1 << (14 - at),
                at => far |= 1 << (30 - (at - 15)),
            }
        }
        if far == 0 {
            out.extend((0x8000 | near).to_be_bytes());
        } else {
            out.extend(near.to_be_bytes());
            out.extend((0x8000_0000 | far).to_be_bytes());
        }
    }
}
