//! All that is on offer of one rendition at one moment. It never changes, so everybody who asks shares it.

use std::sync::Arc;

use media::{Kind, MediaTime};

use crate::blocking::{Ask, Reload};
use crate::file::File;
use crate::segment::Part;
use crate::stock::Stock;

/// One rendition at one moment.
#[derive(Debug, Clone)]
pub struct Rendition {
    pub(crate) kind: Kind,
    pub(crate) stock: Stock,
    pub(crate) open: Open,
    pub(crate) next_part: u64,
    pub(crate) ended: bool,
    pub(crate) target_s: i64,
    pub(crate) part_target: MediaTime,
    pub(crate) texts: Texts,
}

/// The segment that still grows.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// Its media sequence number.
    pub msn: u64,
    /// Its parts so far.
    pub parts: Vec<Part>,
    /// Where the wall clock was when it began.
    pub wall_ms: i64,
    /// Whether it is of another making than the one before.
    pub discontinuity: bool,
    /// The initialization it needs.
    pub init: u32,
}

/// The playlists of the moment, each written once.
#[derive(Debug, Clone)]
pub struct Texts {
    pub(crate) full: Arc<[u8]>,
    pub(crate) delta: Arc<[u8]>,
    pub(crate) plain: Arc<[u8]>,
}

/// The answer to a request for a file that is no playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// Here it is, and it will never be another.
    Ready(Arc<[u8]>),
    /// It was promised (`EXT-X-PRELOAD-HINT`), and is not there yet.
    NotYet,
    /// There is no such file, or no longer.
    Gone,
}

impl Rendition {
    /// Sound or picture.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether nothing will be added any more.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The target duration in seconds, by which waiting is measured.
    pub fn target_s(&self) -> u64 {
        self.target_s.unsigned_abs()
    }

    /// Where the playlist's end is: the segment that grows, and how many parts it has.
    pub fn edge(&self) -> (u64, u64) {
        (self.open.msn, self.open.parts.len() as u64)
    }

    /// What the whole rendition weighs in memory.
    pub fn weight(&self) -> usize {
        self.stock.weight()
    }

    /// A playlist, when it holds what is asked for.
    pub fn reload(&self, ask: Ask) -> Reload<Arc<[u8]>> {
        if !self.ended
            && let Some(msn) = ask.msn
        {
            let (msn, part) = self.rolled_over(msn, ask.part);
            if self.is_too_far(msn, part) {
                return Reload::TooFar;
            }
            if !self.holds(msn, part) {
                return Reload::NotBefore { msn, part };
            }
        }
        let skip = ask.skip && !self.ended;
        Reload::Ready(Arc::clone(if skip { &self.texts.delta } else { &self.texts.full }))
    }

    /// The playlist for players that know no parts.
    pub fn plain(&self) -> Arc<[u8]> {
        Arc::clone(&self.texts.plain)
    }

    /// A file by its name.
    pub fn fetch(&self, file: File) -> Fetch {
        let bytes = match file {
            File::Playlist { .. } => None,
            File::Init(_, number) => {
                usize::try_from(number).ok().and_then(|number| self.stock.inits.get(number)).cloned()
            }
            File::Segment(_, msn) => self.stock.segment(msn).map(|segment| Arc::clone(&segment.bytes)),
            File::Part(_, number) if number == self.next_part && !self.ended => return Fetch::NotYet,
            File::Part(_, number) => self.part(number).and_then(|part| part.bytes.clone()),
        };
        bytes.map_or(Fetch::Gone, Fetch::Ready)
    }

    fn part(&self, number: u64) -> Option<&Part> {
        let open = self.open.parts.iter().find(|part| part.number == number);
        open.or_else(|| self.stock.part(number))
    }

    /// A part beyond its segment's last is the first of the next.
    fn rolled_over(&self, msn: u64, part: Option<u64>) -> (u64, Option<u64>) {
        let beyond = |asked: u64| self.stock.segment(msn).is_some_and(|segment| asked >= segment.parts_count);
        match part {
            Some(asked) if beyond(asked) => (msn + 1, Some(0)),
            Some(_) | None => (msn, part),
        }
    }

    fn holds(&self, msn: u64, part: Option<u64>) -> bool {
        let parts = self.open.parts.len() as u64;
        msn < self.open.msn || (msn == self.open.msn && part.is_some_and(|part| part < parts))
    }

    fn is_too_far(&self, msn: u64, part: Option<u64>) -> bool {
        // The last segment's number plus two is the growing one's plus one.
        if msn > self.open.msn + 1 {
            return true;
        }
        let here = if msn == self.open.msn { self.open.parts.len() as u64 } else { 0 };
        msn >= self.open.msn && part.is_some_and(|part| part >= here + self.parts_ahead_max())
    }

    /// How many parts one may ask ahead: three seconds of them, or three.
    fn parts_ahead_max(&self) -> u64 {
        let in_three_seconds = 3 * MediaTime::PER_SECOND / self.part_target.0.max(1);
        in_three_seconds.max(3).unsigned_abs()
    }
}
