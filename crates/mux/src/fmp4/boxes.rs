//! The boxes that an MP4 is made of (ISO/IEC 14496-12, 4.2).

/// Writes a box around what `body` writes.
pub(super) fn put(out: &mut Vec<u8>, kind: &[u8; 4], body: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend([0; 4]);
    out.extend(kind);
    body(out);
    let size = u32::try_from(out.len() - at).unwrap_or(u32::MAX);
    out[at..at + 4].copy_from_slice(&size.to_be_bytes());
}

/// Writes a box that has a version and flags.
pub(super) fn put_full(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    flags: u32,
    body: impl FnOnce(&mut Vec<u8>),
) {
    put(out, kind, |out| {
        out.extend((u32::from(version) << 24 | flags & 0x00ff_ffff).to_be_bytes());
        body(out);
    });
}

pub(super) fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend(value.to_be_bytes());
}

pub(super) fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_be_bytes());
}

pub(super) fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend(value.to_be_bytes());
}

/// Writes `count` zeros.
pub(super) fn put_zeros(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, 0);
}

/// A box that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) kind: [u8; 4],
    pub(super) body: &'a [u8],
    /// Bytes before the body.
    pub(super) front: usize,
}

impl<'a> Found<'a> {
    /// Reads the box at the front, and what comes after it; `None` if its size lies.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<(Found<'a>, &'a [u8])> {
        let (head, _) = bytes.split_first_chunk::<8>()?;
        let kind = [head[4], head[5], head[6], head[7]];
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (front, size) = match short {
            // To the end of the file.
            0 => (8, bytes.len()),
            1 => {
                let long = bytes.get(8..16)?.first_chunk::<8>()?;
                (16, usize::try_from(u64::from_be_bytes(*long)).ok()?)
            }
            size => (8, usize::try_from(size).ok()?),
        };
        let (whole, after) = bytes.split_at_checked(size)?;
        Some((Found { kind, body: whole.get(front..)?, front }, after))
    }

    /// Its version and flags, and what comes after them.
    pub(super) fn full(&self) -> Option<(u8, u32, Fields<'a>)> {
        let mut fields = Fields(self.body);
        let word = fields.u32()?;
        Some((word.to_be_bytes()[0], word & 0x00ff_ffff, fields))
    }

    /// The first box of a kind inside of it.
    pub(super) fn child(&self, kind: &[u8; 4]) -> Option<Found<'a>> {
        children(self.body).find(|found| found.kind == *kind)
    }
}

/// The most boxes side by side that are read; real files have a dozen, and recordings a fragment each second or less
/// in a file that is cut every few minutes.
const BOXES_MAX: usize = 1 << 20;

/// The boxes in a box, in order. It ends where a size lies.
pub(super) fn children(bytes: &[u8]) -> impl Iterator<Item = Found<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (found, after) = Found::parse(rest)?;
        rest = after;
        Some(found)
    })
    .take(BOXES_MAX)
}

/// Numbers, read one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (front, after) = self.0.split_first_chunk::<N>()?;
        self.0 = after;
        Some(*front)
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_be_bytes)
    }
}
