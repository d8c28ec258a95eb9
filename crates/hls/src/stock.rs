//! What is kept of a rendition: as far back as one may watch, and a while longer for who is just fetching it.

use std::collections::VecDeque;
use std::sync::Arc;

use media::MediaTime;

use crate::segment::{Part, Segment};

/// Everything kept of one rendition.
#[derive(Debug, Default, Clone)]
pub struct Stock {
    /// Initializations by number. One a change of configuration, so they are few and small.
    pub inits: Vec<Arc<[u8]>>,
    /// Segments in their order, those that left the playlist first.
    pub segments: VecDeque<Arc<Segment>>,
    /// How many of them have left the playlist.
    pub unlisted: usize,
    /// Discontinuities that have left the playlist.
    pub discontinuities_gone: u64,
    /// What has been measured of all segments so far.
    pub measured: Measured,
}

/// Bitrates, over everything a rendition has had.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Of the heaviest segment, in bits a second.
    pub peak_bps: u64,
    bytes: u64,
    time: MediaTime,
}

impl Measured {
    /// Over all segments, in bits a second.
    pub fn average_bps(&self) -> u64 {
        bps(self.bytes, self.time)
    }

    fn take(&mut self, segment: &Segment) {
        if segment.gap {
            return;
        }
        let bytes = segment.bytes.len() as u64;
        self.bytes += bytes;
        self.time = self.time + segment.duration;
        // A piece of a segment may be all keyframe, and says nothing of the bitrate.
        if segment.duration.0 >= MediaTime::PER_SECOND {
            self.peak_bps = self.peak_bps.max(bps(bytes, segment.duration));
        }
    }
}

fn bps(bytes: u64, time: MediaTime) -> u64 {
    let bits = u128::from(bytes) * 8 * u128::from(MediaTime::PER_SECOND.unsigned_abs());
    u64::try_from(bits / u128::from(time.0.max(1).unsigned_abs())).unwrap_or(u64::MAX)
}

impl Stock {
    /// A segment is finished.
    pub fn push(&mut self, segment: Segment) {
        self.measured.take(&segment);
        self.segments.push_back(Arc::new(segment));
    }

    /// The segments in the playlist.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &Arc<Segment>> {
        self.segments.range(self.unlisted..)
    }

    /// The segment of a number, while it is kept.
    pub fn segment(&self, msn: u64) -> Option<&Arc<Segment>> {
        let first = self.segments.front()?.msn;
        self.segments.get(usize::try_from(msn.checked_sub(first)?).ok()?)
    }

    /// The part of a number, while it is kept. Those asked for are the newest.
    pub fn part(&self, number: u64) -> Option<&Part> {
        let kept = self.segments.iter().rev().take_while(|segment| !segment.parts.is_empty() || segment.gap);
        kept.flat_map(|segment| &segment.parts).find(|part| part.number == number)
    }

    /// How long the playlist is.
    pub fn length(&self) -> MediaTime {
        self.listed().fold(MediaTime::ZERO, |sum, segment| sum + segment.duration)
    }

    /// What it all weighs.
    pub fn weight(&self) -> usize {
        self.segments.iter().map(|segment| segment.weight()).sum()
    }

    /// Takes the oldest segment out of the playlist. It can still be fetched.
    pub fn unlist(&mut self) {
        if let Some(segment) = self.segments.get(self.unlisted) {
            self.discontinuities_gone += u64::from(segment.discontinuity);
            self.unlisted += 1;
        }
    }

    /// Lets go of what nobody can still be fetching: parts `parts_for` after their segment's end, segments `rest`
    /// after they left the playlist.
    pub fn forget(&mut self, parts_for: MediaTime, rest: MediaTime) {
        let Some(end) = self.segments.back().map(|last| last.end()) else { return };
        for segment in self.segments.iter_mut() {
            if end - segment.end() <= parts_for {
                break;
            }
            if !segment.parts.is_empty() {
                *segment = Arc::new(Segment { parts: Vec::new(), ..(**segment).clone() });
            }
        }
        let edge = self.listed().next().map_or(end, |first| first.start);
        while self.unlisted > 0 && self.segments.front().is_some_and(|first| edge - first.end() > rest) {
            self.segments.pop_front();
            self.unlisted -= 1;
        }
    }
}
