//! Bytes that have come and are not used yet.

/// Used bytes are taken out once there are so many, or none is left behind them.
const COMPACT_BYTES: usize = 64 << 10;

/// Bytes in order, and how many were used since the beginning.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    at: usize,
    used: u64,
}

impl Buffer {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// Uses so many bytes up; no more than there are.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.bytes.len() - self.at);
        self.at += count;
        self.used += count as u64;
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        } else if self.at >= COMPACT_BYTES {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
    }

    /// The first so many bytes, used up, once they are all there.
    pub(crate) fn take<const N: usize>(&mut self) -> Option<Box<[u8; N]>> {
        let taken: [u8; N] = *self.rest().first_chunk()?;
        self.consume(N);
        Some(Box::new(taken))
    }
}
