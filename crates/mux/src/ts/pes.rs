//! Packets of an elementary stream (PES): a frame or some, with their times.

/// The longest that is kept; a keyframe of 4K at 100 Mbit/s has a tenth of it. A longer one is dropped as lost.
const PES_BYTES_MAX: usize = 16 << 20;

/// What is being put together of one stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    bytes: Vec<u8>,
    /// Whether its beginning was seen, and nothing is missing since.
    whole: bool,
}

/// One that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pes {
    /// When it is shown and decoded, in 33 bits at 90 kHz.
    pub(super) times: Option<(u64, u64)>,
    pub(super) data: Vec<u8>,
}

impl Gathered {
    /// Takes a packet's content; what it completes. One whose length is said is complete with its last byte, any other
    /// when the next begins.
    pub(super) fn take(&mut self, begins: bool, payload: &[u8]) -> Option<Pes> {
        let before = if begins { self.finish() } else { None };
        self.whole |= begins;
        if self.whole {
            self.bytes.extend(payload);
            if self.bytes.len() > PES_BYTES_MAX {
                self.lose();
            }
        }
        if before.is_some() {
            return before;
        }
        let said = usize::from(u16::from_be_bytes([*self.bytes.get(4)?, *self.bytes.get(5)?]));
        if said > 0 && self.bytes.len() >= said + 6 {
            self.bytes.truncate(said + 6);
            return self.finish();
        }
        None
    }

    /// Something of it is missing; what there is of it is dropped. Whether there was anything.
    pub(super) fn lose(&mut self) -> bool {
        let any = self.whole;
        *self = Gathered::default();
        any
    }

    fn finish(&mut self) -> Option<Pes> {
        let gathered = std::mem::take(self);
        if gathered.whole { parse(&gathered.bytes) } else { None }
    }
}

fn parse(bytes: &[u8]) -> Option<Pes> {
    let &[0, 0, 1, _, _, _, _, flags, length, ref rest @ ..] = bytes else { return None };
    let (head, data) = rest.split_at_checked(usize::from(length))?;
    let times = match flags >> 6 {
        2 => time(head).map(|show| (show, show)),
        3 => time(head).and_then(|show| Some((show, time(head.get(5..)?)?))),
        _ => None,
    };
    Some(Pes { times, data: data.to_vec() })
}

/// A time of 33 bits, between marker bits.
fn time(bytes: &[u8]) -> Option<u64> {
    let &[a, b, c, d, e, ..] = bytes else { return None };
    let word = |high: u8, low: u8| u64::from(u16::from_be_bytes([high, low]) >> 1);
    Some(u64::from(a >> 1 & 0x07) << 30 | word(b, c) << 15 | word(d, e))
}
