//! AV1 in RTP (AV1 RTP specification 1.0): units without their sizes, as many in a packet as fit, split where not.

use crate::av1::Sequence;
use crate::av1::obu::{OBU_SEQUENCE_HEADER, is_padding, obus};
use crate::bits::{leb128_bytes, put_leb128};
use crate::{Frame, VideoConfig};

/// A piece shorter than this goes whole into the next packet rather than in two.
const PIECE_BYTES_MIN: usize = 8;

pub(super) fn payloads(config: &VideoConfig, frame: &Frame, mtu: usize) -> Vec<Vec<u8>> {
    let mut packets =
        Packets { mtu, out: Vec::new(), pieces: Vec::new(), used: 1, goes_on: false, fresh: frame.keyframe };
    for unit in units(config, frame) {
        packets.put(&unit);
    }
    packets.flush(false);
    packets.out
}

/// The frame's units as RTP wants them; a keyframe without a sequence header is given the configuration's.
fn units(config: &VideoConfig, frame: &Frame) -> Vec<Vec<u8>> {
    let own = || obus(&frame.data).filter(|unit| !is_padding(unit.kind()));
    let lacks = frame.keyframe && !own().any(|unit| unit.kind() == OBU_SEQUENCE_HEADER);
    let known = config.record.get(4..).and_then(Sequence::find).filter(|_| lacks).map(|(_, unit)| unit);
    let plain = known.into_iter().chain(own()).map(|unit| {
        let mut bytes = Vec::with_capacity(unit.payload.len() + 2);
        unit.put_plain(&mut bytes);
        bytes
    });
    plain.collect()
}

struct Packets {
    mtu: usize,
    out: Vec<Vec<u8>>,
    /// What goes into the packet at hand.
    pieces: Vec<Vec<u8>>,
    /// Bytes of it, the length before each piece counted.
    used: usize,
    /// Whether the first piece goes on from the packet before.
    goes_on: bool,
    /// Whether a new coded video sequence begins in the packet at hand.
    fresh: bool,
}

impl Packets {
    fn put(&mut self, unit: &[u8]) {
        let mut rest = unit;
        loop {
            let room = self.mtu - self.used;
            let fits = room.saturating_sub(leb128_bytes(room));
            if rest.len() <= fits {
                self.piece(rest);
                return;
            }
            if fits < PIECE_BYTES_MIN {
                self.flush(false);
                continue;
            }
            let (piece, after) = rest.split_at(fits);
            self.piece(piece);
            self.flush(true);
            rest = after;
        }
    }

    fn piece(&mut self, bytes: &[u8]) {
        self.used += leb128_bytes(bytes.len()) + bytes.len();
        self.pieces.push(bytes.to_vec());
    }

    /// Ends the packet at hand. `splits`: its last piece goes on in the next one.
    fn flush(&mut self, splits: bool) {
        if self.pieces.is_empty() {
            return;
        }
        // Up to three are counted, and the last of those has no length; more have a length each.
        let counted = if self.pieces.len() <= 3 { self.pieces.len() } else { 0 };
        let mut bytes = Vec::with_capacity(self.used);
        let header = u8::from(self.goes_on) << 7 | u8::from(splits) << 6;
        bytes.push(header | (counted as u8) << 4 | u8::from(self.fresh) << 3);
        for (place, piece) in self.pieces.iter().enumerate() {
            if place + 1 != counted {
                put_leb128(&mut bytes, piece.len());
            }
            bytes.extend(piece);
        }
        self.out.push(bytes);
        self.pieces.clear();
        (self.used, self.goes_on, self.fresh) = (1, splits, false);
    }
}
