//! What one slow reader is still owed.

use bytes::Bytes;
use model::Seq;
use std::collections::VecDeque;
use std::io::IoSlice;

use crate::{Part, Tick};

/// What a piece costs besides its bytes, so that many small ones are bounded too.
const PIECE_BYTES: usize = 96;

/// A reader's queue of shared pieces, bounded in bytes. When it is full it gives up, in this order: everything
/// mergeable; then everything ordered, for one gap notice; and if the notice itself has not been read by the time it
/// is full again, or what must arrive fills it alone, the reader is [`Slow`] and to be closed.
///
/// A piece of which a byte was written is always finished: a frame is never torn.
#[derive(Debug)]
pub struct Outbox {
    bytes_max: usize,
    bytes: usize,
    pieces: VecDeque<Piece>,
    /// How much of the first piece has been written.
    written: usize,
}

#[derive(Debug)]
struct Piece {
    bytes: Bytes,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Must,
    Ordered(Seq, Seq),
    Mergeable,
    Gap,
}

/// The reader is too slow: its outbox holds nothing that could be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow;

impl Outbox {
    /// An empty outbox that holds at most `bytes_max`.
    pub fn new(bytes_max: usize) -> Outbox {
        Outbox { bytes_max, bytes: 0, pieces: VecDeque::new(), written: 0 }
    }

    /// Takes a tick of which `written` bytes have gone out already. `gap` encodes a gap notice.
    pub fn push_tick(
        &mut self,
        tick: &Tick,
        written: usize,
        gap: impl Fn(Seq, Seq) -> Bytes,
    ) -> Result<(), Slow> {
        debug_assert!(written == 0 || self.pieces.is_empty(), "what is queued goes out first");
        for part in Part::ALL {
            let range = tick.part(part);
            if range.end <= written.max(range.start) {
                continue;
            }
            let kind = match (part, tick.ordered_span) {
                (Part::Must, _) => Kind::Must,
                (Part::Ordered, Some((first, last))) => Kind::Ordered(first, last),
                (Part::Ordered, None) => Kind::Must,
                (Part::Mergeable, _) => Kind::Mergeable,
            };
            if range.start < written {
                self.written = written - range.start;
            }
            self.add(Piece { bytes: tick.frames.slice(range), kind });
        }
        self.shed(gap)
    }

    /// Takes bytes that are for this reader alone and must arrive, of which `written` have gone out already.
    pub fn push_own(
        &mut self,
        bytes: Bytes,
        written: usize,
        gap: impl Fn(Seq, Seq) -> Bytes,
    ) -> Result<(), Slow> {
        debug_assert!(written == 0 || self.pieces.is_empty(), "what is queued goes out first");
        if written < bytes.len() {
            self.written = if self.pieces.is_empty() { written } else { self.written };
            self.add(Piece { bytes, kind: Kind::Must });
        }
        self.shed(gap)
    }

    /// What to write next, as many pieces as `into` takes. Returns how many were set.
    pub fn fill<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let mut count = 0;
        for (slot, piece) in into.iter_mut().zip(&self.pieces) {
            let from = if count == 0 { self.written } else { 0 };
            *slot = IoSlice::new(&piece.bytes[from..]);
            count += 1;
        }
        count
    }

    /// Says that `bytes` more have been written.
    pub fn advance(&mut self, bytes: usize) {
        self.written += bytes;
        while let Some(first) = self.pieces.front()
            && self.written >= first.bytes.len()
        {
            self.written -= first.bytes.len();
            self.bytes -= first.cost();
            self.pieces.pop_front();
        }
    }

    /// Gives up everything but the piece that is half written: the reader is being closed.
    pub fn abandon(&mut self) {
        self.pieces.truncate(self.pinned());
        self.recount();
    }

    /// Whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How much is owed, in bytes, with what keeping it costs.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn add(&mut self, piece: Piece) {
        self.bytes += piece.cost();
        self.pieces.push_back(piece);
    }

    fn shed(&mut self, gap: impl Fn(Seq, Seq) -> Bytes) -> Result<(), Slow> {
        if self.bytes <= self.bytes_max {
            return Ok(());
        }
        self.drop_mergeable();
        if self.bytes <= self.bytes_max {
            return Ok(());
        }
        if self.pieces.iter().skip(self.pinned()).any(Piece::is_gap) {
            return Err(Slow);
        }
        self.drop_ordered(gap);
        if self.bytes <= self.bytes_max { Ok(()) } else { Err(Slow) }
    }

    /// How many pieces at the front may not be taken back, because part of them was written.
    fn pinned(&self) -> usize {
        usize::from(self.written > 0)
    }

    fn drop_mergeable(&mut self) {
        let pinned = self.pinned();
        let mut at = 0;
        self.pieces.retain(|piece| {
            at += 1;
            at <= pinned || piece.kind != Kind::Mergeable
        });
        self.recount();
    }

    /// Puts one gap notice where the first ordered piece stood, for all of them.
    fn drop_ordered(&mut self, gap: impl Fn(Seq, Seq) -> Bytes) {
        let mut span: Option<(usize, Seq, Seq)> = None;
        let mut kept = VecDeque::with_capacity(self.pieces.len());
        for (at, piece) in self.pieces.drain(..).enumerate() {
            match piece.kind {
                Kind::Ordered(first, last) if at > 0 || self.written == 0 => {
                    let (place, from, _) = span.unwrap_or((kept.len(), first, last));
                    span = Some((place, from, last));
                }
                Kind::Ordered(..) | Kind::Must | Kind::Mergeable | Kind::Gap => kept.push_back(piece),
            }
        }
        if let Some((place, from, to)) = span {
            kept.insert(place, Piece { bytes: gap(from, to), kind: Kind::Gap });
        }
        self.pieces = kept;
        self.recount();
    }

    fn recount(&mut self) {
        self.bytes = self.pieces.iter().map(Piece::cost).sum();
    }
}

impl Piece {
    fn cost(&self) -> usize {
        self.bytes.len() + PIECE_BYTES
    }

    fn is_gap(&self) -> bool {
        match self.kind {
            Kind::Gap => true,
            Kind::Must | Kind::Ordered(..) | Kind::Mergeable => false,
        }
    }
}
