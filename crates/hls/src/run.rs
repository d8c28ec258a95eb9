//! A programme under way: all of its renditions, cut at the same places.

use media::{Frame, Kind, MediaTime};
use std::collections::VecDeque;

use crate::cut::{Cut, Cuts};
use crate::fit::target_s;
use crate::multivariant::{Multivariant, Variant};
use crate::notice::{News, Notice};
use crate::playlist::{Playlist, Report};
use crate::rendition::Rendition;
use crate::settings::Settings;
use crate::timeline::Timeline;
use crate::track::Track;

/// Placeholders before the first segment: Apple's players begin with low latency only where there are seven.
pub const PLACEHOLDERS: u64 = 7;

/// How long each of them is.
const PLACEHOLDER: MediaTime = MediaTime(2 * MediaTime::PER_SECOND);

/// Times that go back by less are an encoder's slip, by more are another line of time.
pub const SLIP_MAX: MediaTime = MediaTime(MediaTime::PER_SECOND / 2);

/// Times that go on by more, without as much having passed, are another line of time.
const LEAP_MAX: MediaTime = MediaTime(3 * MediaTime::PER_SECOND);

/// How long a rendition may be behind the others before its segment is ended without it.
const PATIENCE: MediaTime = MediaTime(2 * MediaTime::PER_SECOND);

/// Frames that come too late for longer than this are on a line of time of their own.
const LATE_MAX: MediaTime = MediaTime(MediaTime::PER_SECOND);

/// A programme under way.
#[derive(Debug)]
pub struct Run {
    settings: Settings,
    tracks: Vec<Track>,
    /// Whose keyframes end segments: the picture where there is one.
    lead: usize,
    cuts: Cuts,
    target_s: i64,
    /// `None` while no publisher's times are known.
    timeline: Option<Timeline>,
    /// When a segment was last ended, by the wall clock.
    cut_wall_ms: i64,
    begun: bool,
    ended: bool,
    /// Whether every segment so far can be decoded by itself.
    independent: bool,
    told_rare: bool,
    told_joined: bool,
    news: VecDeque<News>,
}

impl Run {
    /// A programme of these tracks, whose longest segment is expected to last `longest`.
    pub fn new(settings: Settings, mut tracks: Vec<Track>, longest: MediaTime, wall_ms: i64) -> Run {
        for track in &mut tracks {
            for msn in 0..PLACEHOLDERS {
                let left = i64::try_from(PLACEHOLDERS - msn).unwrap_or(0) * PLACEHOLDER.as_millis();
                track.open.wall_ms = wall_ms - left;
                track.skip_to(track.start + PLACEHOLDER, wall_ms);
            }
        }
        let lead = tracks.iter().position(|track| track.kind() == Kind::Video).unwrap_or(0);
        Run {
            target_s: target_s(longest, settings.segment_max),
            settings,
            tracks,
            lead,
            cuts: Cuts::new(PLACEHOLDERS),
            timeline: None,
            cut_wall_ms: wall_ms,
            begun: false,
            ended: false,
            independent: true,
            told_rare: false,
            told_joined: false,
            news: VecDeque::new(),
        }
    }

    /// Something new.
    pub fn poll_news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// The kinds it has.
    pub fn track(&self, kind: Kind) -> Option<&Track> {
        self.tracks.iter().find(|track| track.kind() == kind)
    }

    /// The track of a kind, to tell it of a configuration.
    pub fn track_mut(&mut self, kind: Kind) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.kind() == kind)
    }

    /// Takes a frame that came when the wall clock was `wall_ms`.
    pub fn push(&mut self, frame: Frame, wall_ms: i64) {
        let Some(which) = self.tracks.iter().position(|track| track.kind() == frame.kind) else {
            if !std::mem::replace(&mut self.told_joined, true) {
                self.tell(Notice::Joined(frame.kind));
            }
            return;
        };
        self.take(which, frame, wall_ms);
        self.publish();
    }

    fn take(&mut self, which: usize, frame: Frame, wall_ms: i64) {
        if self.timeline.is_none() {
            if which != self.lead || !frame.keyframe {
                return;
            }
            self.resume(&frame, wall_ms);
        }
        // Sound of another making waits for the picture that can be cut with it.
        if which != self.lead && self.tracks[which].pending.is_some() {
            return;
        }
        match self.place(which, &frame, wall_ms) {
            Place::At(at) => self.put(which, placed(frame, at), wall_ms),
            Place::Nowhere => {}
            Place::Elsewhere => {
                self.tell(Notice::TimesJumped(frame.kind));
                self.pause(wall_ms);
                if frame.keyframe {
                    self.take(which, frame, wall_ms);
                }
            }
        }
    }

    /// Where a frame belongs on the programme's line.
    fn place(&mut self, which: usize, frame: &Frame, wall_ms: i64) -> Place {
        let leading = self.tracks[self.lead].newest.map_or(MediaTime::ZERO, |(newest, _)| newest);
        let is_lead = which == self.lead;
        let Some(shared) = self.timeline else { return Place::Nowhere };
        let track = &mut self.tracks[which];
        let mut at = track.own.unwrap_or(shared).place(frame.decode);
        let strange = match track.newest {
            None => !is_lead && (at - leading).0.abs() > LEAP_MAX.0,
            Some((newest, came_ms)) => {
                let step = at - newest;
                let passed = MediaTime::from_millis(wall_ms.saturating_sub(came_ms));
                let slips = step.0 <= 0 && step.0 >= -SLIP_MAX.0;
                if slips {
                    at = newest + MediaTime::from_millis(1);
                }
                let leaps = step > LEAP_MAX && (step - passed).0.abs() > MediaTime::PER_SECOND;
                step.0 < -SLIP_MAX.0 || leaps
            }
        };
        let first = track.newest.is_none();
        let late = !strange && at < track.start && !(first && is_lead);
        // Sound from before the first picture is nobody's loss.
        let late_for =
            if late && !first { at - *track.late_since.get_or_insert(at) } else { MediaTime::ZERO };
        if strange || late_for > LATE_MAX {
            if is_lead {
                return Place::Elsewhere;
            }
            at = leading.max(track.start).max(track.content_end());
            track.own = Some(Timeline::new(frame.decode, at, wall_ms));
            track.late_since = None;
            self.tell(Notice::TimesJumped(frame.kind));
            self.tracks[which].newest = Some((at, wall_ms));
            return Place::At(at);
        }
        if late {
            track.wants_keyframe = true;
            track.newest = track.newest.map(|_| (at, wall_ms));
            if !first && late_for == MediaTime::ZERO {
                self.tell(Notice::Late(frame.kind));
            }
            return Place::Nowhere;
        }
        track.late_since = None;
        if track.wants_keyframe && !frame.keyframe {
            track.newest = Some((at, wall_ms));
            return Place::Nowhere;
        }
        track.wants_keyframe = false;
        track.newest = Some((at, wall_ms));
        Place::At(at)
    }

    /// Puts a frame, on the programme's line, where it belongs.
    fn put(&mut self, which: usize, frame: Frame, wall_ms: i64) {
        let at = frame.decode;
        let joins = self.tracks[which].settle(at);
        self.tracks[which].silent = false;
        loop {
            let msn = self.tracks[which].open.msn;
            if let Some(cut) = self.cuts.of(msn) {
                if at < cut.at {
                    break;
                }
                let last = self.cuts.of(msn + 1).is_none_or(|next| at < next.at);
                let fits = at - self.tracks[which].start <= self.longest();
                self.close(which, if joins && last && fits { at } else { cut.at }, cut, wall_ms);
            } else if let Some(cut) = self.cut_here(which, &frame) {
                self.cuts.push(cut);
            } else {
                break;
            }
        }
        self.tracks[which].advance(at);
        self.tracks[which].hold(frame);
        self.take_along(at, wall_ms);
    }

    /// Whether a segment ends before this frame, or must have ended already.
    fn cut_here(&mut self, which: usize, frame: &Frame) -> Option<Cut> {
        let (at, track) = (frame.decode, &self.tracks[which]);
        let lasts = at - track.start;
        // A cut is for all renditions, and may come too late for none.
        let same = self.tracks.iter().filter(|other| other.open.msn == track.open.msn);
        let earliest = same.map(|other| other.start).min().unwrap_or(track.start);
        if at - earliest > self.longest() {
            return Some(Cut { at: earliest + self.target(), discontinuity: false });
        }
        if which == self.lead && frame.keyframe {
            let discontinuity = self.tracks.iter().any(|track| track.pending.is_some());
            let least = match frame.kind {
                Kind::Video => self.settings.segment_min,
                Kind::Audio => self.settings.segment_wanted,
            };
            let cuts = lasts >= least || (discontinuity && lasts > MediaTime::ZERO);
            return cuts.then_some(Cut { at, discontinuity });
        }
        // Sound waits a little for its picture's cut.
        let most = if which == self.lead { self.target() } else { self.longest() - track.fit.frame };
        if at - earliest < most {
            return None;
        }
        if frame.kind == Kind::Video {
            self.independent = false;
            if !std::mem::replace(&mut self.told_rare, true) {
                self.tell(Notice::KeyframesTooRare { since: lasts });
            }
        }
        Some(Cut { at, discontinuity: false })
    }

    fn target(&self) -> MediaTime {
        MediaTime(self.target_s * MediaTime::PER_SECOND)
    }

    /// The longest a segment may be: rounded to a whole second it may not exceed the target.
    fn longest(&self) -> MediaTime {
        self.target() + MediaTime(MediaTime::PER_SECOND * 9 / 20)
    }

    fn close(&mut self, which: usize, end: MediaTime, cut: Cut, wall_ms: i64) {
        let next_ms = self.timeline.map_or(wall_ms, |timeline| timeline.wall_ms(end));
        self.tracks[which].close(end, next_ms);
        if cut.discontinuity {
            self.tracks[which].discontinue();
        }
        self.cut_wall_ms = self.cut_wall_ms.max(wall_ms);
        let passed = self.tracks.iter().map(|track| track.open.msn).min().unwrap_or(0);
        self.cuts.forget_before(passed);
    }

    /// Ends the segments of renditions that are behind by more than a moment.
    fn take_along(&mut self, at: MediaTime, wall_ms: i64) {
        for which in 0..self.tracks.len() {
            while let Some(cut) = self.cuts.of(self.tracks[which].open.msn)
                && cut.at + PATIENCE <= at
            {
                let track = &mut self.tracks[which];
                track.settle(track.content_end().min(cut.at));
                let silent = !track.has_content() && !std::mem::replace(&mut track.silent, true);
                let kind = track.kind();
                self.close(which, cut.at, cut, wall_ms);
                // Pictures after a hole need a keyframe.
                self.tracks[which].wants_keyframe = true;
                if silent {
                    self.tell(Notice::Silent(kind));
                }
            }
        }
    }

    /// A publisher's times begin, with a keyframe.
    fn resume(&mut self, frame: &Frame, wall_ms: i64) {
        let start = self.tracks[self.lead].start;
        // The wall clock of what comes is not before that of what was.
        let wall_ms = wall_ms.max(self.tracks[self.lead].open.wall_ms);
        self.timeline = Some(Timeline::new(frame.decode, start, wall_ms));
        for track in &mut self.tracks {
            track.reset_times();
            if self.begun {
                track.discontinue();
            }
            track.open.wall_ms = wall_ms;
        }
        self.begun = true;
    }

    /// The publisher's times end: everything it sent is brought into segments that end together.
    pub fn pause(&mut self, wall_ms: i64) {
        if self.timeline.is_none() {
            return;
        }
        let ends: Vec<MediaTime> = self.tracks.iter().map(Track::content_end).collect();
        let end = ends.iter().copied().max().unwrap_or(MediaTime::ZERO);
        for (track, end) in self.tracks.iter_mut().zip(ends) {
            track.settle(end);
        }
        let newest = self.tracks.iter().map(|track| track.open.msn).max().unwrap_or(0);
        let starts = self.tracks.iter().filter(|track| track.open.msn == newest).map(|track| track.start);
        let mut start = starts.min().unwrap_or(end);
        while end - start > self.longest() {
            start = start + self.target();
            self.cuts.push(Cut { at: start, discontinuity: false });
        }
        if end > start {
            self.cuts.push(Cut { at: end, discontinuity: false });
        }
        for which in 0..self.tracks.len() {
            while let Some(cut) = self.cuts.of(self.tracks[which].open.msn) {
                self.close(which, cut.at, cut, wall_ms);
            }
        }
        self.timeline = None;
    }

    /// The publisher is gone, perhaps for a moment.
    pub fn interrupt(&mut self, wall_ms: i64) {
        self.pause(wall_ms);
        self.publish();
    }

    /// When [`Run::handle_timeout`] is due, by the wall clock.
    pub fn poll_timeout(&self) -> Option<i64> {
        let target_ms = self.target_s * 1_000;
        let most = if self.timeline.is_some() { target_ms * 29 / 20 } else { target_ms };
        (!self.ended).then_some(self.cut_wall_ms.saturating_add(most))
    }

    /// Nothing has come for long: what there was is ended, and what is missing is marked as missing.
    pub fn handle_timeout(&mut self, wall_ms: i64) {
        while self.poll_timeout().is_some_and(|due| due <= wall_ms) {
            let due = self.poll_timeout().unwrap_or(wall_ms);
            let before = self.tracks[self.lead].open.msn;
            self.pause(due);
            if self.tracks[self.lead].open.msn == before {
                self.add_gap();
            }
            self.cut_wall_ms = due;
        }
        self.publish();
    }

    /// A target duration of nothing, in every rendition.
    fn add_gap(&mut self) {
        let target = self.target();
        for track in &mut self.tracks {
            let end = track.start + target;
            let wall_ms = track.open.wall_ms + self.target_s * 1_000;
            track.close(end, wall_ms);
        }
        let passed = self.tracks.iter().map(|track| track.open.msn).min().unwrap_or(0);
        self.cuts = Cuts::new(passed);
    }

    /// The programme is over.
    pub fn end(&mut self, wall_ms: i64) {
        self.pause(wall_ms);
        self.ended = true;
        self.tracks.iter_mut().for_each(|track| track.changed = true);
        self.publish();
    }

    /// Lets go of what is too old, and says which renditions have changed.
    fn publish(&mut self) {
        if self.tracks.iter().any(|track| track.changed) {
            self.trim();
        }
        for track in &mut self.tracks {
            let news = News::Rendition(track.kind());
            if std::mem::take(&mut track.changed) && !self.news.contains(&news) {
                self.news.push_back(news);
            }
        }
    }

    fn trim(&mut self) {
        let target = self.target();
        // What is in the playlist may not become shorter than three targets.
        let least = MediaTime(target.0 * 3);
        loop {
            let too_long = self.tracks[self.lead].stock.length() > self.settings.window;
            let weight: usize = self.tracks.iter().map(|track| track.stock.weight()).sum();
            let too_much = too_long || weight > self.settings.window_bytes_max;
            let short = |track: &Track| {
                let first = track.stock.listed().next().map_or(MediaTime::ZERO, |first| first.duration);
                track.stock.length() - first < least
            };
            if !too_much || self.tracks.iter().any(short) {
                break;
            }
            self.tracks.iter_mut().for_each(|track| track.stock.unlist());
            self.forget(target);
        }
        self.forget(target);
    }

    fn forget(&mut self, target: MediaTime) {
        // Parts are listed for three targets and can be had for three more; a segment can be had for as long as a
        // playlist that lists it lasts, which it has been since it appeared, and its own length more.
        let (parts_for, rest) = (MediaTime(target.0 * 7), MediaTime(target.0 * 2));
        self.tracks.iter_mut().for_each(|track| track.stock.forget(parts_for, rest));
    }

    /// What is on offer of a kind. `None` before the first segment is finished.
    pub fn rendition(&self, kind: Kind) -> Option<Rendition> {
        let track = self.track(kind)?;
        if track.open.msn <= PLACEHOLDERS {
            return None;
        }
        let others: Vec<Report> =
            self.tracks.iter().filter(|other| other.kind() != kind).map(report).collect();
        let part_target_most = self.tracks.iter().map(|track| track.fit.part).max().unwrap_or(track.fit.part);
        let playlist = Playlist {
            kind,
            stock: &track.stock,
            open: &track.open,
            next_part: track.next_part,
            ended: self.ended,
            target_s: self.target_s,
            part_target: track.fit.part,
            part_target_most,
            first_real: PLACEHOLDERS,
            others: &others,
        };
        Some(Rendition {
            kind,
            texts: playlist.texts(),
            stock: track.stock.clone(),
            open: track.open.clone(),
            next_part: track.next_part,
            ended: self.ended,
            target_s: self.target_s,
            part_target: track.fit.part,
        })
    }

    /// The playlist one begins with. `None` before every rendition has its first segment.
    pub fn multivariant(&self, folder: &str) -> Option<Multivariant> {
        if self.tracks.iter().any(|track| track.open.msn <= PLACEHOLDERS) {
            return None;
        }
        let variants: Vec<Variant<'_>> = self
            .tracks
            .iter()
            .map(|track| Variant {
                config: &track.config,
                measured: track.stock.measured,
                frame: track.fit.frame,
            })
            .collect();
        Some(Multivariant::write(folder, &variants, self.independent))
    }

    fn tell(&mut self, notice: Notice) {
        self.news.push_back(News::Notice(notice));
    }
}

/// Where a frame belongs.
enum Place {
    At(MediaTime),
    /// It is left out.
    Nowhere,
    /// Its publisher has begun another line of time.
    Elsewhere,
}

/// A frame on the programme's line: what is shown later than decoded stays so.
fn placed(frame: Frame, at: MediaTime) -> Frame {
    let later = frame.show - frame.decode;
    Frame { decode: at, show: at + later, ..frame }
}

fn report(track: &Track) -> Report {
    let last = match (track.open.parts.len() as u64).checked_sub(1) {
        Some(part) => (track.open.msn, Some(part)),
        None => {
            let last = track.stock.segments.back();
            let parts = last.and_then(|segment| segment.parts_count.checked_sub(1));
            (last.map_or(0, |segment| segment.msn), parts)
        }
    };
    Report { kind: track.kind(), last }
}
