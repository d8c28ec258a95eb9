//! The parameter sets of H.264 and H.265: gathered from a stream or a record, and made a record of.

use crate::{Codec, h264, h265};

/// The most sets of one kind that are kept. The standards allow 32 sequence and 256 picture parameter sets; encoders
/// send one of each, two at times. A set past these replaces nothing and is dropped.
const SETS_MAX: usize = 16;

/// The longest set that is kept, in bytes; real ones have less than a hundred, and a record counts them in 16 bits.
const SET_BYTES_MAX: usize = 4_096;

/// Reads a set's number, by which pictures refer to it.
type Number = fn(&[u8]) -> Option<u32>;

/// The parameter sets that a stream's pictures refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterSets {
    /// H.265's video parameter sets.
    pub(crate) video: Vec<Vec<u8>>,
    pub(crate) sequence: Vec<Vec<u8>>,
    pub(crate) picture: Vec<Vec<u8>>,
}

impl ParameterSets {
    /// Reads them from a record: the content of `avcC` or `hvcC`.
    pub fn of_record(codec: Codec, record: &[u8]) -> Option<ParameterSets> {
        match codec {
            Codec::H264 => h264::record::parameters(record),
            Codec::H265 => h265::record::parameters(record),
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => None,
        }
    }

    /// Takes a parameter set in; it replaces the one with its number. A unit that is none is passed over.
    pub fn take(&mut self, codec: Codec, unit: &[u8]) {
        if unit.len() > SET_BYTES_MAX {
            return;
        }
        let (sets, number): (_, Number) = match (codec, kind(codec, unit)) {
            (Codec::H265, 32) => (&mut self.video, h265::video_number),
            (Codec::H264, 7) => (&mut self.sequence, h264::sequence_number),
            (Codec::H265, 33) => (&mut self.sequence, h265::sequence_number),
            (Codec::H264, 8) => (&mut self.picture, h264::picture_number),
            (Codec::H265, 34) => (&mut self.picture, h265::picture_number),
            _ => return,
        };
        let Some(own) = number(unit) else { return };
        match sets.iter().position(|set| number(set) == Some(own)) {
            Some(place) if sets[place] != unit => sets[place] = unit.to_vec(),
            Some(_) => {}
            None if sets.len() < SETS_MAX => sets.push(unit.to_vec()),
            None => {}
        }
    }

    /// Takes in the sets that came with a frame. A frame that brings all that is needed begins anew, so that sets of
    /// before it do not stay for ever. Whether anything is different now.
    pub fn renew(&mut self, codec: Codec, fresh: ParameterSets) -> bool {
        let before = self.clone();
        if fresh.complete(codec) {
            *self = fresh;
        } else {
            fresh.units().for_each(|unit| self.take(codec, unit));
        }
        *self != before
    }

    /// The sets, in the order in which a decoder wants them.
    pub fn units(&self) -> impl Iterator<Item = &[u8]> {
        self.video.iter().chain(&self.sequence).chain(&self.picture).map(Vec::as_slice)
    }

    /// Whether there is enough to decode a picture.
    pub fn complete(&self, codec: Codec) -> bool {
        let both = !self.sequence.is_empty() && !self.picture.is_empty();
        both && (codec != Codec::H265 || !self.video.is_empty())
    }

    /// The record that says them in MP4; `None` while something is missing or broken.
    pub fn record(&self, codec: Codec) -> Option<Vec<u8>> {
        if !self.complete(codec) {
            return None;
        }
        match codec {
            Codec::H264 => h264::record::write(self),
            Codec::H265 => h265::record::write(self),
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => None,
        }
    }
}

fn kind(codec: Codec, unit: &[u8]) -> u8 {
    let first = unit.first().copied().unwrap_or(0);
    if codec == Codec::H265 { first >> 1 & 0x3f } else { first & 0x1f }
}
