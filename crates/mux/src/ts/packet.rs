//! The packets of a transport stream, 188 bytes each.

/// Bytes of a packet.
pub(super) const PACKET_BYTES: usize = 188;

/// What each packet begins with.
pub(super) const SYNC: u8 = 0x47;

/// One packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    /// Which of the streams it belongs to.
    pub(super) pid: u16,
    /// Whether something begins in it.
    pub(super) begins: bool,
    /// The number of a packet with content, of four bits.
    pub(super) counter: u8,
    /// Whether the numbers are said to jump here.
    pub(super) jumps: bool,
    /// Its content; empty when it has none.
    pub(super) payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet; `None` if it is damaged, encrypted or makes no sense.
    pub(super) fn parse(bytes: &'a [u8; PACKET_BYTES]) -> Option<Packet<'a>> {
        let [sync, high, low, control, rest @ ..] = bytes;
        let (damaged, encrypted) = (high & 0x80 != 0, control & 0xc0 != 0);
        if *sync != SYNC || damaged || encrypted {
            return None;
        }
        let (mut payload, mut jumps) = (rest.as_slice(), false);
        if control & 0x20 != 0 {
            let (&length, after) = payload.split_first()?;
            let (field, after) = after.split_at_checked(usize::from(length))?;
            jumps = field.first().is_some_and(|flags| flags & 0x80 != 0);
            payload = after;
        }
        Some(Packet {
            pid: u16::from_be_bytes([high & 0x1f, *low]),
            begins: high & 0x40 != 0,
            counter: control & 0x0f,
            jumps,
            payload: if control & 0x10 != 0 { payload } else { &[] },
        })
    }
}
