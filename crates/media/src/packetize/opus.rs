//! Opus in RTP (RFC 7587): a packet a payload, whatever its length.

use super::Payload;
use crate::Frame;

pub(super) fn payload(frame: &Frame) -> Option<Payload> {
    // The marker would say that speech begins after a silence; there are no silences here.
    (!frame.data.is_empty()).then(|| Payload { bytes: frame.data.clone(), marker: false })
}
