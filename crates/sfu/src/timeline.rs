//! One line of time for all layers of a room's picture, and for whoever publishes after one another.
//!
//! Each layer comes with a clock of its own that begins anywhere. The first one lays the line out; the others are
//! put beside it by when they arrive, at first, and by the publisher's sender reports (RFC 3550, section 6.4.1) once
//! they have come. A layer is then moved over a little with every frame, so that no viewer of it sees a jump.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Picture;

/// Frames whose place is remembered, for packets that are mended late: two seconds of most pictures.
const FRAMES_KEPT: usize = 64;

/// A layer is moved over by one part in so many of the time between two frames.
const SLEW: u64 = 8;

/// Reports say the same moment differently by about a millisecond; what is nearer than this (2 ms) stays.
const STILL_TICKS: u64 = 180;

/// Reports that would move a layer by more than this (half a second) are wrong: a sender's clock was set.
const MOVE_TICKS_MAX: u64 = 45_000;

/// A layer that has not reported for so long no longer says where the others belong.
const ANCHOR_KEPT: Duration = Duration::from_secs(10);

/// A sender's word on which of its times was when by its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    /// Microseconds of the sender's clock, from anywhere.
    pub(crate) clock_us: u64,
    /// The stream's time then, without wrapping.
    pub(crate) time: u64,
}

/// How far a room's media of one kind has come.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    newest: Option<(u64, Instant)>,
    anchor: Option<Anchor>,
    /// The highest picture id and TL0PICIDX given out.
    picture: Option<Picture>,
}

/// The layer the others are put beside.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    source: u64,
    layer: u8,
    report: Report,
    at: Instant,
}

impl Timeline {
    /// Where a stream belongs that begins now with its time `from`: behind all there is, by as much as has passed.
    pub(crate) fn begin(&self, from: u64, now: Instant, clock_hz: u32) -> u64 {
        let Some((newest, then)) = self.newest else { return from & 0xffff_ffff };
        let passed = now.saturating_duration_since(then).as_micros() * u128::from(clock_hz) / 1_000_000;
        newest + u64::try_from(passed).unwrap_or(0).max(1)
    }

    /// The line has come so far.
    pub(crate) fn reached(&mut self, time: u64, at: Instant) {
        if self.newest.is_none_or(|(newest, _)| time > newest) {
            self.newest = Some((time, at));
        }
    }

    /// What is to be added to the numbers of a keyframe's picture so that they are ahead of all that were given out. A
    /// viewer comes from any layer to this one with it, and its numbers must go on.
    pub(crate) fn shift_pictures(&self, next: Picture) -> (u16, u8) {
        match self.picture {
            None => (0, 0),
            Some(last) => (
                last.id.wrapping_add(1).wrapping_sub(next.id),
                last.tl0.wrapping_add(1).wrapping_sub(next.tl0),
            ),
        }
    }

    /// Notes a picture's numbers, where they are ahead of those before.
    pub(crate) fn pictured(&mut self, picture: Picture) {
        let last = self.picture.get_or_insert(picture);
        let half = if picture.long { 0x4000 } else { 0x40 };
        if last.ahead(picture) < half {
            last.id = picture.id;
            last.long = picture.long;
        }
        if picture.tl0.wrapping_sub(last.tl0) < 0x80 {
            last.tl0 = picture.tl0;
        }
    }

    /// Takes a layer's report, its time as it stands on the line now. Says how far forward and how far back the layer
    /// has to move to stand where its sender says.
    fn report(&mut self, source: u64, layer: u8, report: Report, now: Instant, clock_hz: u32) -> Move {
        match self.anchor {
            Some(anchor)
                if anchor.source == source && anchor.layer != layer && now < anchor.at + ANCHOR_KEPT =>
            {
                let ticks = |us: u64| u64::try_from(u128::from(us) * u128::from(clock_hz) / 1_000_000);
                let belongs = match report.clock_us.checked_sub(anchor.report.clock_us) {
                    Some(later) => ticks(later).ok().map(|ticks| anchor.report.time.saturating_add(ticks)),
                    None => ticks(anchor.report.clock_us - report.clock_us)
                        .ok()
                        .map(|ticks| anchor.report.time.saturating_sub(ticks)),
                };
                let Some(belongs) = belongs else { return Move::Stay };
                let apart = belongs.abs_diff(report.time);
                if !(STILL_TICKS..=MOVE_TICKS_MAX).contains(&apart) {
                    return Move::Stay;
                }
                if belongs > report.time { Move::Forward(apart) } else { Move::Back(apart) }
            }
            _ => {
                self.anchor = Some(Anchor { source, layer, report, at: now });
                Move::Stay
            }
        }
    }
}

/// Which way a layer has to move on the line, and how many ticks are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Move {
    #[default]
    Stay,
    Forward(u64),
    Back(u64),
}

/// One stream's place on the line.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// What is added to the stream's times now.
    shift: u64,
    moving: Move,
    heard: Option<Report>,
    /// The newest frames, in order of the stream's time.
    frames: VecDeque<Frame>,
}

/// A frame: what was added to its time and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    from: u64,
    pub(crate) shift: u64,
    pub(crate) pictures: (u16, u8),
}

impl Place {
    /// Begins anew, so that the stream's time `from` becomes `time`.
    pub(crate) fn begin(&mut self, from: u64, time: u64) {
        *self = Place { shift: time.wrapping_sub(from), ..Place::default() };
    }

    /// Takes the newest report of the stream, of which each packet brings a copy.
    pub(crate) fn hear(
        &mut self,
        line: &mut Timeline,
        (source, layer): (u64, u8),
        report: Report,
        now: Instant,
        clock_hz: u32,
    ) {
        if self.heard.replace(report) == Some(report) {
            return;
        }
        let there = Report { time: report.time.wrapping_add(self.shift), ..report };
        self.moving = line.report(source, layer, there, now, clock_hz);
    }

    /// The frame that a packet of the stream's time `from` belongs to, if one of its packets has come before, or a
    /// later frame's.
    pub(crate) fn frame(&self, from: u64) -> Option<Frame> {
        let newest = self.frames.back()?;
        if from > newest.from {
            return None;
        }
        let after = self.frames.partition_point(|frame| frame.from <= from);
        self.frames.get(after.saturating_sub(1)).copied()
    }

    /// Notes a frame that is newer than all before, and moves the stream a little if it must be.
    pub(crate) fn advance(&mut self, from: u64, pictures: (u16, u8)) -> Frame {
        let step = self.frames.back().map_or(0, |newest| from - newest.from) / SLEW;
        match self.moving {
            Move::Stay => {}
            Move::Forward(left) => {
                let now = left.min(step);
                self.shift = self.shift.wrapping_add(now);
                self.moving = if now == left { Move::Stay } else { Move::Forward(left - now) };
            }
            Move::Back(left) => {
                let now = left.min(step);
                self.shift = self.shift.wrapping_sub(now);
                self.moving = if now == left { Move::Stay } else { Move::Back(left - now) };
            }
        }
        if self.frames.len() >= FRAMES_KEPT {
            self.frames.pop_front();
        }
        let frame = Frame { from, shift: self.shift, pictures };
        self.frames.push_back(frame);
        frame
    }

    /// What was added to the newest frame's numbers.
    pub(crate) fn pictures(&self) -> (u16, u8) {
        self.frames.back().map_or((0, 0), |frame| frame.pictures)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    const HZ: u32 = 90_000;

    #[test]
    fn a_second_layer_is_moved_beside_the_first_without_a_jump() {
        let now = Instant::now();
        let mut line = Timeline::default();
        let (mut low, mut high) = (Place::default(), Place::default());
        low.begin(1_000, 1_000_000);
        // The same moment in its own numbering, put 3,000 ticks late because it arrived late.
        high.begin(700_000, 1_003_000);
        low.hear(&mut line, (1, 0), Report { clock_us: 5_000_000, time: 1_000 }, now, HZ);
        high.hear(&mut line, (1, 1), Report { clock_us: 5_100_000, time: 709_000 }, now, HZ);
        let mut times = Vec::new();
        for n in 1..=20u64 {
            let from = 700_000 + n * 3_000;
            times.push(from.wrapping_add(high.advance(from, (0, 0)).shift));
        }
        assert!(times.windows(2).all(|pair| (2_600..3_400).contains(&(pair[1] - pair[0]))), "{times:?}");
        assert_eq!(times[19], 1_000_000 + 20 * 3_000, "and stands where it belongs");
    }

    #[test]
    fn a_clock_that_was_set_moves_nothing() {
        let now = Instant::now();
        let mut line = Timeline::default();
        let (mut low, mut high) = (Place::default(), Place::default());
        low.begin(0, 1_000_000);
        high.begin(0, 1_000_000);
        low.hear(&mut line, (1, 0), Report { clock_us: 5_000_000, time: 0 }, now, HZ);
        high.hear(&mut line, (1, 1), Report { clock_us: 65_000_000, time: 0 }, now, HZ);
        assert_eq!(high.moving, Move::Stay);
    }

    #[test]
    fn late_packets_find_their_frame() {
        let mut place = Place::default();
        place.begin(0, 10);
        place.moving = Move::Forward(1_000);
        let shifts: Vec<u64> = (1..=4).map(|n| place.advance(n * 3_000, (n as u16, 0)).shift).collect();
        assert_eq!(shifts, [10, 385, 760, 1_010]);
        assert_eq!(place.frame(6_000).map(|frame| frame.shift), Some(385));
        assert_eq!(place.frame(7_000).map(|frame| frame.shift), Some(385), "a frame of which nothing came");
        assert_eq!(place.frame(12_001), None);
    }
}
