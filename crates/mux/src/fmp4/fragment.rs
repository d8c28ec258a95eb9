//! A fragment: some samples of one track, with all that is needed to play them (ISO/IEC 14496-12, 8.8).

use std::sync::Arc;

use media::{Frame, MediaTime};

use super::Track;
use super::boxes::{put, put_full, put32, put64};
use super::init::{default_flags, flags};

/// What may stand before the first fragment of a segment: its type, a CMAF segment.
pub const SEGMENT_TYPE: [u8; 24] = *b"\0\0\0\x18stypmsdh\0\0\0\0msdhcmfs";

/// One frame in a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Ticks until the next sample is decoded.
    pub duration: u32,
    /// Ticks from when it is decoded to when it is shown.
    pub composition: i32,
    /// Whether decoding can begin here.
    pub keyframe: bool,
    /// Its bytes, as [`Frame`] holds them.
    pub data: Arc<[u8]>,
}

impl Sample {
    /// Makes a sample of a frame after which the next is decoded at `until`. Its duration is counted between rounded
    /// times, so the sum of many is off by nothing.
    pub fn of(frame: &Frame, until: MediaTime, timescale: u32) -> Sample {
        let decode = frame.decode.to_ticks(timescale);
        let lasts = until.to_ticks(timescale).saturating_sub(decode);
        let later = frame.show.to_ticks(timescale).saturating_sub(decode);
        Sample {
            duration: u32::try_from(lasts.max(0)).unwrap_or(u32::MAX),
            composition: i32::try_from(later).unwrap_or(if later < 0 { i32::MIN } else { i32::MAX }),
            keyframe: frame.keyframe,
            data: frame.data.clone(),
        }
    }
}

/// Some samples of one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Its number: each one higher than the one before.
    pub sequence: u32,
    /// The track.
    pub track: Track,
    /// When the first sample is decoded, in ticks of the track.
    pub base_decode: u64,
    /// The samples, in the order in which they are decoded.
    pub samples: &'a [Sample],
}

impl Fragment<'_> {
    /// Writes it: `moof` and `mdat`.
    pub fn write(&self) -> Vec<u8> {
        let bytes: usize = self.samples.iter().map(|sample| sample.data.len()).sum();
        let mut out = Vec::with_capacity(bytes + 16 * self.samples.len() + 128);
        let mut offset_at = 0;
        put(&mut out, b"moof", |out| {
            put_full(out, b"mfhd", 0, 0, |out| put32(out, self.sequence));
            put(out, b"traf", |out| {
                let duration = self.same_duration();
                // Offsets count from the front of this `moof`.
                let said = 0x02_0000 | if duration.is_some() { 0x08 } else { 0 };
                put_full(out, b"tfhd", 0, said, |out| {
                    put32(out, self.track.id());
                    duration.into_iter().for_each(|duration| put32(out, duration));
                });
                put_full(out, b"tfdt", 1, 0, |out| put64(out, self.base_decode));
                offset_at = self.put_run(out, duration.is_none());
            });
        });
        let offset = u32::try_from(out.len() + 8).unwrap_or(u32::MAX);
        out[offset_at..offset_at + 4].copy_from_slice(&offset.to_be_bytes());
        put(&mut out, b"mdat", |out| self.samples.iter().for_each(|sample| out.extend(&*sample.data)));
        out
    }

    /// Writes the run of samples; where its offset to the bytes is to be filled in.
    fn put_run(&self, out: &mut Vec<u8>, durations: bool) -> usize {
        let composed = self.samples.iter().any(|sample| sample.composition != 0);
        let usual = default_flags(self.track);
        let first = self.samples.first().map_or(usual, |sample| flags(sample.keyframe));
        let each = self.samples.iter().skip(1).any(|sample| flags(sample.keyframe) != usual);
        let only_first = !each && first != usual;
        let said = 0x201
            | if only_first { 0x04 } else { 0 }
            | if durations { 0x100 } else { 0 }
            | if each { 0x400 } else { 0 }
            | if composed { 0x800 } else { 0 };
        let mut offset_at = 0;
        put_full(out, b"trun", 1, said, |out| {
            put32(out, u32::try_from(self.samples.len()).unwrap_or(u32::MAX));
            offset_at = out.len();
            put32(out, 0);
            if only_first {
                put32(out, first);
            }
            for sample in self.samples {
                if durations {
                    put32(out, sample.duration);
                }
                put32(out, u32::try_from(sample.data.len()).unwrap_or(u32::MAX));
                if each {
                    put32(out, flags(sample.keyframe));
                }
                if composed {
                    out.extend(sample.composition.to_be_bytes());
                }
            }
        });
        offset_at
    }

    /// The duration of every sample, when it is the same.
    fn same_duration(&self) -> Option<u32> {
        let first = self.samples.first()?.duration;
        self.samples.iter().all(|sample| sample.duration == first).then_some(first)
    }
}
