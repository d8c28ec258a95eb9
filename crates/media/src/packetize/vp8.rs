//! VP8 in RTP (RFC 7741), with a picture id of 15 bits, by which receivers see that a picture is missing.

use crate::Frame;

pub(super) fn payloads(frame: &Frame, mtu: usize, picture: u16) -> Vec<Vec<u8>> {
    let [high, low] = picture.to_be_bytes();
    let parts = frame.data.chunks(mtu - 4).enumerate();
    parts
        .map(|(place, part)| [&[0x80 | u8::from(place == 0) << 4, 0x80, 0x80 | high, low], part].concat())
        .collect()
}
