//! One rendition in the making: frames become parts, parts become segments.

use std::sync::Arc;

use media::{CodecConfig, Frame, Kind, MediaTime};

use crate::container::{self, Chunk};
use crate::fit::Fit;
use crate::rendition::Open;
use crate::segment::{Part, Segment};
use crate::stock::Stock;
use crate::timeline::Timeline;

/// One rendition in the making.
#[derive(Debug)]
pub struct Track {
    /// What its decoder knows.
    pub config: CodecConfig,
    /// What its decoder has to know from the next discontinuity on.
    pub pending: Option<CodecConfig>,
    /// How its parts are measured out.
    pub fit: Fit,
    /// What is finished.
    pub stock: Stock,
    /// The segment that grows.
    pub open: Open,
    /// Where that segment begins.
    pub start: MediaTime,
    /// The number of the next part.
    pub next_part: u64,
    /// Its newest frame since the last discontinuity, and when that came.
    pub newest: Option<(MediaTime, i64)>,
    /// Its own line of time, where its publisher's do not agree.
    pub own: Option<Timeline>,
    /// Since when its frames have come too late.
    pub late_since: Option<MediaTime>,
    /// Whether frames were left out, so that only a keyframe makes sense.
    pub wants_keyframe: bool,
    /// Whether its silence has been told of.
    pub silent: bool,
    /// Whether there is something to publish.
    pub changed: bool,
    part_start: MediaTime,
    chunk: Chunk,
    /// The frame whose length is not known yet.
    held: Option<Frame>,
    /// Whether decoding can begin with the segment that grows; `None` while nothing is in it.
    independent: Option<bool>,
}

impl Track {
    /// A rendition of which nothing is there yet.
    pub fn new(config: CodecConfig, fit: Fit) -> Track {
        let mut stock = Stock::default();
        stock.inits.push(container::init(&config));
        Track {
            chunk: Chunk::new(&config),
            config,
            pending: None,
            fit,
            stock,
            open: Open::default(),
            start: MediaTime::ZERO,
            next_part: 0,
            newest: None,
            own: None,
            late_since: None,
            wants_keyframe: false,
            silent: false,
            changed: false,
            part_start: MediaTime::ZERO,
            held: None,
            independent: None,
        }
    }

    /// Sound or picture.
    pub fn kind(&self) -> Kind {
        self.config.kind()
    }

    /// Whether the segment that grows has anything in it.
    pub fn has_content(&self) -> bool {
        self.independent.is_some() || self.held.is_some()
    }

    /// Keeps a frame until it is known how long it lasts. It is on the programme's line.
    pub fn hold(&mut self, frame: Frame) {
        self.held = Some(frame);
    }

    /// Where what it has ends, if the held frame lasts as long as frames do.
    pub fn content_end(&self) -> MediaTime {
        self.held.as_ref().map_or(self.start, |held| held.decode + self.fit.frame).max(self.part_start)
    }

    /// The held frame lasts until `until`. Says whether it then lasts as frames do, so that what follows joins on.
    pub fn settle(&mut self, until: MediaTime) -> bool {
        let Some(held) = self.held.take() else { return false };
        self.chunk.add(&held, until);
        self.independent.get_or_insert(held.keyframe);
        (until - held.decode).0 <= self.fit.frame.0.saturating_mul(3) / 2
    }

    /// Everything before `end` is there: makes parts of it.
    pub fn advance(&mut self, end: MediaTime) {
        self.make_full_parts(end);
        let lasts = end - self.part_start;
        let next_would_not_fit = lasts + self.fit.frame > self.fit.part;
        if !self.chunk.is_empty() && next_would_not_fit && lasts >= self.fit.part_least() {
            self.make_part(end);
        }
    }

    /// A break in the stream is cut into parts too, so that none is longer than was promised.
    fn make_full_parts(&mut self, end: MediaTime) {
        while end - self.part_start > self.fit.part {
            self.make_part(self.part_start + self.fit.part);
        }
    }

    fn make_part(&mut self, end: MediaTime) {
        let independent = self.chunk.is_independent();
        let bytes = (!self.chunk.is_empty()).then(|| self.chunk.take());
        let duration = end - self.part_start;
        self.open.parts.push(Part { number: self.next_part, duration, independent, bytes });
        self.next_part += 1;
        self.part_start = end;
        self.changed = true;
    }

    /// Ends the segment at `end`. The next begins there, when the wall clock is `wall_ms`.
    pub fn close(&mut self, end: MediaTime, wall_ms: i64) {
        self.make_full_parts(end);
        let remains = end - self.part_start;
        if !self.chunk.is_empty() || remains.0 > self.fit.frame.0.saturating_mul(3) / 2 {
            self.make_part(end);
        }
        let next = Open { msn: self.open.msn + 1, wall_ms, init: self.open.init, ..Open::default() };
        let open = std::mem::replace(&mut self.open, next);
        let independent = self.independent.take();
        self.stock.push(Segment {
            msn: open.msn,
            start: self.start,
            duration: end - self.start,
            wall_ms: open.wall_ms,
            discontinuity: open.discontinuity,
            init: open.init,
            independent: independent == Some(true),
            gap: independent.is_none(),
            bytes: if independent.is_none() { container::nothing() } else { joined(&open.parts) },
            parts_count: open.parts.len() as u64,
            parts: open.parts,
        });
        self.start = end;
        self.part_start = end;
        self.changed = true;
    }

    /// A segment of nothing that nobody waits for, so without parts.
    pub fn skip_to(&mut self, end: MediaTime, wall_ms: i64) {
        // Its length is left out, and with it its parts.
        self.part_start = end;
        self.close(end, wall_ms);
    }

    /// What comes now is of another making: with the new configuration, if there is one.
    pub fn discontinue(&mut self) {
        self.open.discontinuity = true;
        let Some(config) = self.pending.take() else { return };
        if config == self.config {
            return;
        }
        self.chunk = self.chunk.reconfigured(&config);
        self.stock.inits.push(container::init(&config));
        self.open.init = u32::try_from(self.stock.inits.len() - 1).unwrap_or(u32::MAX);
        self.config = config;
    }

    /// What comes now is on another line of time.
    pub fn reset_times(&mut self) {
        self.newest = None;
        self.own = None;
        self.late_since = None;
        self.wants_keyframe = false;
    }
}

fn joined(parts: &[Part]) -> Arc<[u8]> {
    let pieces: Vec<&[u8]> = parts.iter().filter_map(|part| part.bytes.as_deref()).collect();
    pieces.concat().into()
}
