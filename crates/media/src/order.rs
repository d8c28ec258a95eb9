//! Whether pictures are shown in another order than they are sent in: what B-frames are to who must show at once.

use crate::h264;
use crate::h265::{self, pps::Pps};
use crate::unit::{LENGTH_BYTES, UnitKind, length_units};
use crate::{Codec, ParameterSets, VideoConfig};

/// What the first slice of a picture says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    /// Whether it is of type B: it may be predicted from two pictures. Encoders for calls send these too, from two
    /// pictures of the past.
    pub(crate) bidirectional: bool,
    /// Whether everything begins anew here.
    pub(crate) instant: bool,
    /// Whether later pictures count on from this one's number.
    pub(crate) reference: bool,
    /// The lower bits of its place in the order in which pictures are shown, and how many they are.
    pub(crate) shown: Option<(u32, u32)>,
    /// Whether the stream says that all its pictures are shown as they are decoded.
    pub(crate) in_decode_order: bool,
}

/// How many pictures back one is looked for that is shown later; decoders hold no more than these.
const BACK: usize = 16;

/// Reads the order of a stream's pictures.
#[derive(Debug, Clone)]
pub struct PictureOrder {
    form: Form,
    /// The place of the last picture that others count from.
    reference: i64,
    /// The places of the recent pictures, the oldest overwritten first.
    recent: [Option<i64>; BACK],
    next: usize,
}

#[derive(Debug, Clone)]
enum Form {
    H264(h264::Sps),
    H265(h265::Sps, Pps),
}

impl PictureOrder {
    /// For a stream of this configuration. `None` for codecs that never send pictures out of order, and for
    /// configurations that cannot be read.
    pub fn new(config: &VideoConfig) -> Option<PictureOrder> {
        let sets = ParameterSets::of_record(config.codec, &config.record)?;
        let form = match config.codec {
            Codec::H264 => Form::H264(h264::Sps::parse(sets.sequence.first()?)?),
            Codec::H265 => {
                Form::H265(h265::Sps::parse(sets.sequence.first()?)?, Pps::parse(sets.picture.first()?)?)
            }
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => return None,
        };
        Some(PictureOrder { form, reference: 0, recent: [None; BACK], next: 0 })
    }

    /// Reads the next frame's bytes. Whether it is shown before one that was sent before it: a B-frame, to a viewer
    /// who cannot reorder. False where the bytes make no sense.
    pub fn reorders(&mut self, frame: &[u8]) -> bool {
        let Some(slice) = self.slice(frame) else { return false };
        if slice.in_decode_order {
            return false;
        }
        let Some((number, bits)) = slice.shown else { return slice.bidirectional };
        if slice.instant {
            self.recent = [None; BACK];
            self.reference = 0;
        }
        let place = self.unwrap(number, bits);
        if slice.reference {
            self.reference = place;
        }
        let later = self.recent.iter().flatten().any(|&before| before > place);
        self.recent[self.next % BACK] = Some(place);
        self.next = (self.next + 1) % BACK;
        later
    }

    fn slice(&self, frame: &[u8]) -> Option<Slice> {
        let codec = match self.form {
            Form::H264(_) => Codec::H264,
            Form::H265(..) => Codec::H265,
        };
        let picture = |unit: &&[u8]| matches!(UnitKind::of(codec, unit), UnitKind::Picture { .. });
        let unit = length_units(frame, LENGTH_BYTES).find(picture)?;
        match &self.form {
            Form::H264(sps) => h264::slice::parse(unit, sps),
            Form::H265(sps, pps) => h265::slice::parse(unit, sps, pps),
        }
    }

    /// The whole number whose lower bits these are, nearest to the last reference.
    fn unwrap(&self, number: u32, bits: u32) -> i64 {
        let turn = 1i64 << bits;
        let behind = (self.reference - i64::from(number) + turn / 2).div_euclid(turn);
        i64::from(number) + behind * turn
    }
}
