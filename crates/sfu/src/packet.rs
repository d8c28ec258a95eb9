//! A media packet on its way from a publisher to everybody.

use std::sync::Arc;
use std::time::Instant;

use media::{Codec, Description, Kind, Vp8Descriptor, Vp9Descriptor};

/// Sounds before its own that a packet can carry again: with two, a viewer must lose three in a row to miss one.
pub const EARLIER_MAX: usize = 2;

/// One packet, numbered for its room: numbers and times go on without a jump when the publisher is another one.
/// It is shared, never copied, among viewers and loops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// What it holds, and so whether it is sound or picture.
    pub description: Description,
    /// Which layer of the picture it is of; 0 for sound. Each layer has numbers of its own, all have one time.
    pub layer: u8,
    /// Its number. A gap is a packet that has not arrived, and still may.
    pub seq: u64,
    /// Its time in ticks of the codec's clock.
    pub time: u64,
    /// The RTP marker: for a picture, the last packet of a frame.
    pub marker: bool,
    /// Whether a keyframe begins here.
    pub keyframe: bool,
    /// When it arrived.
    pub arrived: Instant,
    /// Its payload, without redundancy.
    pub payload: Arc<[u8]>,
    /// The numbers of its picture, where the codec has any.
    pub picture: Option<Picture>,
    /// The sounds before it, [`EARLIER_MAX`] at most, the latest first: how many ticks before, and its payload.
    pub earlier: Vec<(u32, Arc<[u8]>)>,
}

impl Packet {
    /// Sound or picture.
    pub fn kind(&self) -> Kind {
        self.description.codec.kind()
    }
}

/// The numbers VP8 and VP9 give their pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// The picture id.
    pub id: u16,
    /// Whether it has 15 bits; otherwise 7.
    pub long: bool,
    /// TL0PICIDX, 0 where it is not said.
    pub tl0: u8,
}

impl Picture {
    /// Reads them from a payload.
    pub(crate) fn read(codec: Codec, payload: &[u8]) -> Option<Picture> {
        let (id, tl0) = match codec {
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
        let (_, id, long) = id?;
        Some(Picture { id, long, tl0: tl0.map_or(0, |(_, index)| index) })
    }

    /// The numbers moved on by so much.
    pub(crate) fn shifted(self, (id, tl0): (u16, u8)) -> Picture {
        Picture { id: self.id.wrapping_add(id) & self.mask(), tl0: self.tl0.wrapping_add(tl0), ..self }
    }

    /// How far `next` is ahead of these.
    pub(crate) fn ahead(self, next: Picture) -> u16 {
        next.id.wrapping_sub(self.id) & next.mask()
    }

    fn mask(self) -> u16 {
        if self.long { 0x7fff } else { 0x7f }
    }
}

/// A payload with its picture's numbers moved on; the same one where there is nothing to move.
pub(crate) fn shift_pictures(codec: Codec, payload: &Arc<[u8]>, by: (u16, u8)) -> Arc<[u8]> {
    if by == (0, 0) {
        return Arc::clone(payload);
    }
    let mut moved = payload.to_vec();
    renumber(codec, &mut moved, by);
    moved.into()
}

/// Moves a payload's picture numbers on by so much.
pub(crate) fn renumber(codec: Codec, payload: &mut [u8], (id, tl0): (u16, u8)) {
    if (id, tl0) == (0, 0) {
        return;
    }
    match codec {
        Codec::Vp8 => {
            if let Some(descriptor) = Vp8Descriptor::parse(payload) {
                descriptor.shift(payload, id, tl0);
            }
        }
        Codec::Vp9 => {
            if let Some(descriptor) = Vp9Descriptor::parse(payload) {
                descriptor.shift(payload, id, tl0);
            }
        }
        Codec::H264 | Codec::H265 | Codec::Av1 | Codec::Opus => {}
    }
}
