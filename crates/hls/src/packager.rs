//! The packager: configurations and frames in, renditions out.

use media::{CodecConfig, Frame, Kind, MediaTime};
use std::collections::VecDeque;

use crate::fit::Fit;
use crate::multivariant::Multivariant;
use crate::notice::News;
use crate::rendition::Rendition;
use crate::run::{Run, SLIP_MAX};
use crate::settings::Settings;
use crate::track::Track;

/// The most bytes of frames that are watched before parts and segments are measured out. Past it they are measured
/// out by what there is.
const GATHERED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Makes one programme's renditions of its publisher's frames. It has the kinds that it begins with; for a publisher
/// with others, begin another one.
#[derive(Debug)]
pub struct Packager {
    settings: Settings,
    folder: String,
    video: Option<CodecConfig>,
    audio: Option<CodecConfig>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The first frames are watched.
    Gathering(Gathered),
    Running(Box<Run>),
}

/// The first frames, each with the time by the wall clock when it came.
#[derive(Debug, Default)]
struct Gathered {
    frames: VecDeque<(Frame, i64)>,
    bytes: usize,
}

impl Packager {
    /// A packager whose files will be found in `folder`, relative to the playlist one begins with. A folder is used
    /// for one programme only, so that what is in it never changes.
    pub fn new(folder: String, settings: Settings) -> Packager {
        Packager { settings, folder, video: None, audio: None, stage: Stage::Gathering(Gathered::default()) }
    }

    /// Where its files are found.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// What a decoder has to know of the frames that follow. Another one than before makes a discontinuity.
    pub fn configure(&mut self, config: CodecConfig) {
        let place = match config.kind() {
            Kind::Video => &mut self.video,
            Kind::Audio => &mut self.audio,
        };
        match &mut self.stage {
            Stage::Gathering(gathered) => {
                // What was gathered was of another making, and nobody has seen it.
                if place.as_ref().is_some_and(|before| *before != config) {
                    *gathered = Gathered::default();
                }
            }
            Stage::Running(run) => {
                if let Some(track) = run.track_mut(config.kind()) {
                    track.pending = (track.config != config).then(|| config.clone());
                }
            }
        }
        *place = Some(config);
    }

    /// Takes a frame that came when the wall clock was `wall_ms` (Unix milliseconds).
    pub fn push(&mut self, frame: Frame, wall_ms: i64) {
        match &mut self.stage {
            Stage::Running(run) => run.push(frame, wall_ms),
            Stage::Gathering(gathered) => {
                let known = match frame.kind {
                    Kind::Video => self.video.is_some(),
                    Kind::Audio => self.audio.is_some(),
                };
                if known {
                    gathered.push(frame, wall_ms, self.settings.segment_max);
                    self.begin_if_enough();
                }
            }
        }
    }

    /// Begins once enough has been seen to freeze what may not change any more.
    fn begin_if_enough(&mut self) {
        let Stage::Gathering(gathered) = &mut self.stage else { return };
        let Some(begin) = gathered.begin(self.video.is_some(), &self.settings) else { return };
        let frames = std::mem::take(&mut gathered.frames);
        let (first, wall_ms) = begin.first;
        let kept: Vec<(Frame, i64)> = frames.into_iter().filter(|(frame, _)| frame.decode >= first).collect();
        let track = |config: &Option<CodecConfig>| {
            let config = config.as_ref()?;
            let of_kind = kept.iter().filter(|(frame, _)| frame.kind == config.kind());
            let starts: Vec<MediaTime> = of_kind.map(|(frame, _)| frame.decode).collect();
            let there = !starts.is_empty() && (config.kind() == Kind::Audio || begin.video);
            there.then(|| Track::new(config.clone(), Fit::new(&starts, self.settings.part)))
        };
        let tracks = [track(&self.video), track(&self.audio)].into_iter().flatten().collect();
        let mut run = Run::new(self.settings.clone(), tracks, begin.longest, wall_ms);
        kept.into_iter().for_each(|(frame, wall_ms)| run.push(frame, wall_ms));
        self.stage = Stage::Running(Box::new(run));
    }

    /// The publisher is gone, perhaps for a moment. When frames come again the programme goes on after a
    /// discontinuity; until then what is missing is marked as missing.
    pub fn interrupt(&mut self, wall_ms: i64) {
        match &mut self.stage {
            Stage::Gathering(gathered) => *gathered = Gathered::default(),
            Stage::Running(run) => run.interrupt(wall_ms),
        }
    }

    /// The programme is over; what is kept can be watched for as long as somebody holds it.
    pub fn end(&mut self, wall_ms: i64) {
        match &mut self.stage {
            Stage::Gathering(gathered) => *gathered = Gathered::default(),
            Stage::Running(run) => run.end(wall_ms),
        }
    }

    /// When [`Packager::handle_timeout`] is due, in Unix milliseconds.
    pub fn poll_timeout(&self) -> Option<i64> {
        match &self.stage {
            Stage::Gathering(_) => None,
            Stage::Running(run) => run.poll_timeout(),
        }
    }

    /// Time has passed without frames.
    pub fn handle_timeout(&mut self, wall_ms: i64) {
        if let Stage::Running(run) = &mut self.stage {
            run.handle_timeout(wall_ms);
        }
    }

    /// Something new.
    pub fn poll_news(&mut self) -> Option<News> {
        match &mut self.stage {
            Stage::Gathering(_) => None,
            Stage::Running(run) => run.poll_news(),
        }
    }

    /// The kinds it has, once it has begun.
    pub fn kinds(&self) -> Vec<Kind> {
        match &self.stage {
            Stage::Gathering(_) => Vec::new(),
            Stage::Running(run) => {
                [Kind::Video, Kind::Audio].into_iter().filter(|kind| run.track(*kind).is_some()).collect()
            }
        }
    }

    /// What is on offer of a kind now. `None` before its first segment is finished.
    pub fn rendition(&self, kind: Kind) -> Option<Rendition> {
        match &self.stage {
            Stage::Gathering(_) => None,
            Stage::Running(run) => run.rendition(kind),
        }
    }

    /// The playlist one begins with. `None` before every rendition has its first segment.
    pub fn multivariant(&self) -> Option<Multivariant> {
        match &self.stage {
            Stage::Gathering(_) => None,
            Stage::Running(run) => run.multivariant(&self.folder),
        }
    }
}

/// How to begin.
struct Begin {
    /// The first frame's time, and when it came.
    first: (MediaTime, i64),
    /// How long the longest segment so far would be.
    longest: MediaTime,
    /// Whether there is a picture.
    video: bool,
}

impl Gathered {
    fn push(&mut self, frame: Frame, wall_ms: i64, leap: MediaTime) {
        let newest = self.frames.iter().rev().find(|(other, _)| other.kind == frame.kind);
        let step = newest.map_or(MediaTime::ZERO, |(newest, _)| frame.decode - newest.decode);
        if step < MediaTime::ZERO - SLIP_MAX || step > leap {
            *self = Gathered::default();
        }
        self.bytes += frame.data.len();
        self.frames.push_back((frame, wall_ms));
    }

    /// Whether what was seen is enough, and what it says.
    fn begin(&self, video_expected: bool, settings: &Settings) -> Option<Begin> {
        let of = |kind| self.frames.iter().filter(move |(frame, _)| frame.kind == kind);
        let mut keyframes = of(Kind::Video).filter(|(frame, _)| frame.keyframe);
        let full = self.bytes >= GATHERED_BYTES_MAX;
        if let Some((first, wall_ms)) = keyframes.next() {
            let span = of(Kind::Video).next_back()?.0.decode - first.decode;
            let (mut before, mut longest) = (first.decode, MediaTime::ZERO);
            for (keyframe, _) in keyframes {
                longest = longest.max(keyframe.decode - before);
                before = keyframe.decode;
            }
            let gop_ended = before - first.decode >= settings.segment_wanted;
            if !gop_ended && (span >= settings.segment_max || full) {
                longest = settings.segment_max;
            } else if !gop_ended {
                return None;
            }
            return Some(Begin { first: (first.decode, *wall_ms), longest, video: true });
        }
        let (first, wall_ms) = of(Kind::Audio).next()?;
        let span = of(Kind::Audio).next_back()?.0.decode - first.decode;
        // A picture that was announced may still come.
        let patience = if video_expected { settings.segment_max } else { settings.segment_wanted };
        let longest = settings.segment_wanted;
        (span >= patience || full).then_some(Begin { first: (first.decode, *wall_ms), longest, video: false })
    }
}
