//! The playlists of a rendition, written down.

use std::fmt::Write;

use media::{Kind, MediaTime};

use crate::date::{iso, seconds};
use crate::file::File;
use crate::rendition::{Open, Texts};
use crate::segment::{Part, Segment};
use crate::stock::Stock;

/// The protocol's version that all of this needs: delta updates came with 9.
const VERSION: u32 = 9;

/// The version that segments of fragmented MP4 need; gaps need one more.
const VERSION_PLAIN: u32 = 8;

/// Parts are listed while they are no further from the end than so many target durations.
const PARTS_LISTED_TARGETS: i64 = 3;

/// What is further from the end than so many target durations may be skipped in a delta update.
const SKIP_TARGETS: i64 = 6;

/// A player without parts keeps so many target durations from the end, one with parts so many parts.
const HOLD_BACK: i64 = 3;

/// What a playlist is written from.
pub struct Playlist<'a> {
    pub kind: Kind,
    pub stock: &'a Stock,
    pub open: &'a Open,
    pub next_part: u64,
    pub ended: bool,
    pub target_s: i64,
    pub part_target: MediaTime,
    /// The longest part target of all renditions: the hold-back must suit each.
    pub part_target_most: MediaTime,
    /// The first segment that was really there; before it stand placeholders that only newer players understand.
    pub first_real: u64,
    /// The other renditions: which, and where their playlist's end is.
    pub others: &'a [Report],
}

/// What one rendition's playlist says of another.
pub struct Report {
    /// Which.
    pub kind: Kind,
    /// Its last segment and part.
    pub last: (u64, Option<u64>),
}

impl Playlist<'_> {
    /// Writes all three.
    pub fn texts(&self) -> Texts {
        Texts {
            full: self.low_latency(0).into_bytes().into(),
            delta: self.low_latency(self.skippable()).into_bytes().into(),
            plain: self.plain().into_bytes().into(),
        }
    }

    fn target(&self) -> MediaTime {
        MediaTime(self.target_s * MediaTime::PER_SECOND)
    }

    /// How many segments a delta update leaves out.
    fn skippable(&self) -> usize {
        let end = self.stock.segments.back().map_or(MediaTime::ZERO, |last| last.end());
        let boundary = MediaTime(self.target().0 * SKIP_TARGETS);
        self.stock.listed().take_while(|segment| end - segment.end() > boundary).count()
    }

    fn low_latency(&self, skipped: usize) -> String {
        let mut text = self.head(VERSION, 0);
        let hold = MediaTime(self.part_target_most.0 * HOLD_BACK);
        let _ = writeln!(
            text,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={}.0,HOLD-BACK={}.0,PART-HOLD-BACK={}",
            self.target_s * SKIP_TARGETS,
            self.target_s * HOLD_BACK,
            seconds(hold)
        );
        let _ = writeln!(text, "#EXT-X-PART-INF:PART-TARGET={}", seconds(self.part_target));
        if skipped > 0 {
            let _ = writeln!(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
        }
        let end = self.stock.segments.back().map_or(MediaTime::ZERO, |last| last.end());
        let parts_from = MediaTime(end.0 - self.target().0 * PARTS_LISTED_TARGETS);
        // Who skips has the initialization of what was skipped.
        let mut init = skipped.checked_sub(1).and_then(|last| self.stock.listed().nth(last)).map(|s| s.init);
        for segment in self.stock.listed().skip(skipped) {
            self.beginning(&mut text, segment.discontinuity, segment.init, &mut init, segment.wall_ms);
            if segment.end() >= parts_from {
                segment.parts.iter().for_each(|part| self.part(&mut text, part));
            }
            self.segment(&mut text, segment);
        }
        self.growing(&mut text, init);
        text
    }

    /// The parts of the segment that grows, and what comes next.
    fn growing(&self, text: &mut String, mut init: Option<u32>) {
        if self.ended {
            text.push_str("#EXT-X-ENDLIST\n");
            return;
        }
        let Open { parts, wall_ms, discontinuity, init: needed, .. } = self.open;
        if !parts.is_empty() {
            self.beginning(text, *discontinuity, *needed, &mut init, *wall_ms);
            parts.iter().for_each(|part| self.part(text, part));
        }
        let next = File::Part(self.kind, self.next_part).name();
        let _ = writeln!(text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{next}\"");
        for Report { kind, last: (msn, part) } in self.others {
            let uri = File::Playlist { kind: *kind, plain: false }.name();
            let _ = write!(text, "#EXT-X-RENDITION-REPORT:URI=\"{uri}\",LAST-MSN={msn}");
            if let Some(part) = part {
                let _ = write!(text, ",LAST-PART={part}");
            }
            text.push('\n');
        }
    }

    fn plain(&self) -> String {
        let placeholders = self.stock.listed().take_while(|segment| segment.msn < self.first_real).count();
        let mut text = self.head(VERSION_PLAIN, placeholders);
        let mut init = None;
        for segment in self.stock.listed().skip(placeholders) {
            self.beginning(&mut text, segment.discontinuity, segment.init, &mut init, segment.wall_ms);
            self.segment(&mut text, segment);
        }
        if self.ended {
            text.push_str("#EXT-X-ENDLIST\n");
        }
        text
    }

    fn head(&self, version: u32, skipped: usize) -> String {
        let mut text = String::with_capacity(160 * (self.stock.segments.len() + 32));
        let first = self.stock.listed().nth(skipped).map_or(self.open.msn, |segment| segment.msn);
        let target_s = self.target_s;
        let gone = self.stock.discontinuities_gone;
        let _ = write!(
            text,
            "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{target_s}\n\
             #EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{gone}\n"
        );
        text
    }

    /// What stands before a segment, or before its first part.
    fn beginning(
        &self,
        text: &mut String,
        discontinuity: bool,
        needed: u32,
        init: &mut Option<u32>,
        wall_ms: i64,
    ) {
        if discontinuity {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if discontinuity || *init != Some(needed) {
            let _ = writeln!(text, "#EXT-X-MAP:URI=\"{}\"", File::Init(self.kind, needed).name());
            *init = Some(needed);
        }
        let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{}", iso(wall_ms));
    }

    fn segment(&self, text: &mut String, segment: &Segment) {
        if segment.gap {
            text.push_str("#EXT-X-GAP\n");
        }
        let name = File::Segment(self.kind, segment.msn).name();
        let _ = writeln!(text, "#EXTINF:{},\n{name}", seconds(segment.duration));
    }

    fn part(&self, text: &mut String, part: &Part) {
        let name = File::Part(self.kind, part.number).name();
        let _ = write!(text, "#EXT-X-PART:DURATION={},URI=\"{name}\"", seconds(part.duration));
        if part.bytes.is_none() {
            text.push_str(",GAP=YES");
        } else if part.independent {
            text.push_str(",INDEPENDENT=YES");
        }
        text.push('\n');
    }
}
