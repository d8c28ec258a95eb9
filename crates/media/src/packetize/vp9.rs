//! VP9 in RTP (RFC 9628), in flexible mode: one layer, each picture said to follow from the one before.

use crate::Frame;

/// A picture id is there; predicted; flexible; frame begins; frame ends.
const ID: u8 = 0x80;
const PREDICTED: u8 = 0x40;
const FLEXIBLE: u8 = 0x10;
const BEGINS: u8 = 0x08;
const ENDS: u8 = 0x04;

/// The only reference is one picture back.
const ONE_BACK: u8 = 1 << 1;

pub(super) fn payloads(frame: &Frame, mtu: usize, picture: u16) -> Vec<Vec<u8>> {
    let [high, low] = picture.to_be_bytes();
    let room = mtu - 4;
    let count = frame.data.len().div_ceil(room);
    let parts = frame.data.chunks(room).enumerate();
    parts
        .map(|(place, part)| {
            let mut flags = ID | FLEXIBLE;
            flags |= if place == 0 { BEGINS } else { 0 };
            flags |= if place + 1 == count { ENDS } else { 0 };
            let mut bytes = vec![flags, 0x80 | high, low];
            if !frame.keyframe {
                bytes[0] |= PREDICTED;
                bytes.push(ONE_BACK);
            }
            bytes.extend(part);
            bytes
        })
        .collect()
}
