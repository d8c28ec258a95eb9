//! The units that an AV1 stream is made of (OBUs; AV1 specification, 5.3).

use crate::bits::{leb128, put_leb128};

pub(crate) const OBU_SEQUENCE_HEADER: u8 = 1;
pub(crate) const OBU_TEMPORAL_DELIMITER: u8 = 2;
pub(crate) const OBU_FRAME_HEADER: u8 = 3;
pub(crate) const OBU_FRAME: u8 = 6;
pub(crate) const OBU_TILE_LIST: u8 = 8;
pub(crate) const OBU_PADDING: u8 = 15;

/// The most units of one frame that are looked at. Tile groups may have a unit each; encoders send a handful.
pub(crate) const OBUS_MAX: usize = 1_024;

/// One unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Obu<'a> {
    /// Its first byte: type and flags.
    header: u8,
    /// Its second byte, where it says of which layer it is.
    extension: Option<u8>,
    /// What it holds.
    pub(crate) payload: &'a [u8],
}

impl<'a> Obu<'a> {
    /// Reads the unit at the front, and what comes after it. One without a size goes to the end.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<(Obu<'a>, &'a [u8])> {
        let (&header, mut rest) = bytes.split_first()?;
        if header & 0x80 != 0 {
            return None;
        }
        let mut extension = None;
        if header & 0x04 != 0 {
            let (&second, after) = rest.split_first()?;
            extension = Some(second);
            rest = after;
        }
        let (payload, after) = if header & 0x02 != 0 {
            let (size, length) = leb128(rest)?;
            rest.get(length..)?.split_at_checked(size)?
        } else {
            (rest, &[][..])
        };
        Some((Obu { header, extension, payload }, after))
    }

    pub(crate) fn kind(&self) -> u8 {
        self.header >> 3 & 0x0f
    }

    /// Writes it with its size, as frames hold it.
    pub(crate) fn put_sized(&self, out: &mut Vec<u8>) {
        out.push(self.header | 0x02);
        out.extend(self.extension);
        put_leb128(out, self.payload.len());
        out.extend(self.payload);
    }

    /// Writes it without its size, as RTP carries it.
    pub(crate) fn put_plain(&self, out: &mut Vec<u8>) {
        out.push(self.header & !0x02);
        out.extend(self.extension);
        out.extend(self.payload);
    }
}

/// The units of a frame, in order. It ends where one makes no sense.
pub(crate) fn obus(frame: &[u8]) -> impl Iterator<Item = Obu<'_>> {
    let mut rest = frame;
    std::iter::from_fn(move || {
        let (obu, after) = Obu::parse(rest)?;
        rest = after;
        Some(obu)
    })
    .take(OBUS_MAX)
}

/// Whether a unit is of no use in a frame of ours: what divides or fills a stream.
pub(crate) fn is_padding(kind: u8) -> bool {
    matches!(kind, OBU_TEMPORAL_DELIMITER | OBU_TILE_LIST | OBU_PADDING)
}
