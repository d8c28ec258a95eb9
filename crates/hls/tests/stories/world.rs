//! A publisher whose every frame is written down, and a checker that sees every playlist.

use std::sync::Arc;

use hls::{Ask, News, Notice, Packager, Reload, Rendition, Settings};
use media::{AudioCodec, AudioConfig, Codec, CodecConfig, Frame, Kind, MediaTime, VideoConfig};

use crate::rules::{Checker, Media};

/// When the stories begin: 2026-11-21 08:00:00 UTC.
pub const BEGINS_MS: i64 = 1_795_248_000_000;

pub struct World {
    pub packager: Packager,
    pub checker: Checker,
    /// Of the playlists without parts, which are a presentation of their own.
    pub plain: Checker,
    pub notices: Vec<Notice>,
    /// The wall clock.
    pub wall_ms: i64,
    /// The publisher's own clock, which begins anywhere.
    pub theirs: MediaTime,
}

/// What a publisher sends.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Frames a second, as a fraction.
    pub rate: Option<(i64, i64)>,
    /// Milliseconds between keyframes.
    pub gop_ms: i64,
    pub sound: bool,
}

pub const USUAL: Source = Source { rate: Some((30, 1)), gop_ms: 2_000, sound: true };
pub const SOUND: Source = Source { rate: None, gop_ms: 0, sound: true };
pub const PICTURE: Source = Source { sound: false, ..USUAL };

pub fn picture(width: u32, height: u32) -> CodecConfig {
    let record = Arc::from([1, 0x64, 0, 0x1f, 0xff, 0xe0, 0].as_slice());
    CodecConfig::Video(VideoConfig { codec: Codec::H264, record, width, height })
}

pub fn sound() -> CodecConfig {
    let record = Arc::from([0x11, 0x90].as_slice());
    CodecConfig::Audio(AudioConfig { codec: AudioCodec::Aac, record, rate_hz: 48_000, channels: 2 })
}

pub fn ms(ms: i64) -> MediaTime {
    MediaTime::from_millis(ms)
}

impl World {
    pub fn new() -> World {
        World::with(Settings::default())
    }

    pub fn with(settings: Settings) -> World {
        let mut packager = Packager::new("show".into(), settings);
        packager.configure(picture(1280, 720));
        packager.configure(sound());
        World::of(packager)
    }

    pub fn of(packager: Packager) -> World {
        let checker = Checker::default();
        World {
            packager,
            checker,
            plain: Checker::default(),
            notices: Vec::new(),
            wall_ms: BEGINS_MS,
            theirs: ms(-5_000),
        }
    }

    /// The publisher sends for so long. Pictures and sound come as they are made.
    pub fn sends(&mut self, source: Source, for_ms: i64) {
        for (at, kind, keyframe) in frames(source, for_ms) {
            self.frame(kind, self.theirs + at, keyframe, self.wall_ms + at.as_millis());
        }
        self.passes(for_ms);
    }

    /// Time goes by for everybody.
    pub fn passes(&mut self, for_ms: i64) {
        self.wall_ms += for_ms;
        self.theirs = self.theirs + ms(for_ms);
        while let Some(due) = self.packager.poll_timeout().filter(|due| *due <= self.wall_ms) {
            self.packager.handle_timeout(due);
            self.listen();
        }
    }

    pub fn frame(&mut self, kind: Kind, decode: MediaTime, keyframe: bool, wall_ms: i64) {
        let size = if kind == Kind::Audio { 40 } else { 400 };
        let data = vec![decode.as_millis().to_le_bytes()[0]; size].into();
        self.push(Frame { kind, decode, show: decode, keyframe, data }, wall_ms);
    }

    pub fn push(&mut self, frame: Frame, wall_ms: i64) {
        while let Some(due) = self.packager.poll_timeout().filter(|due| *due <= wall_ms) {
            self.packager.handle_timeout(due);
            self.listen();
        }
        self.packager.push(frame, wall_ms);
        self.listen();
    }

    pub fn interrupt(&mut self) {
        self.packager.interrupt(self.wall_ms);
        self.listen();
    }

    pub fn end(&mut self) {
        self.packager.end(self.wall_ms);
        self.listen();
    }

    fn listen(&mut self) {
        while let Some(news) = self.packager.poll_news() {
            match news {
                News::Rendition(kind) => self.look(kind),
                News::Notice(notice) => self.notices.push(notice),
            }
        }
    }

    fn look(&mut self, kind: Kind) {
        let Some(rendition) = self.packager.rendition(kind) else { return };
        let name = name(kind);
        self.checker.playlist(name, &text(&rendition, false), self.wall_ms);
        self.checker.playlist(name, &text(&rendition, true), self.wall_ms);
        let plain = String::from_utf8(rendition.plain().to_vec()).expect("it is written as text");
        self.plain.playlist(name, &plain, self.wall_ms);
    }

    pub fn rendition(&self, kind: Kind) -> Rendition {
        self.packager.rendition(kind).expect("its first segment is finished")
    }

    /// The playlist as it is now, written out and read.
    pub fn media(&self, kind: Kind) -> Media {
        Media::parse(&text(&self.rendition(kind), false)).expect("it is a playlist")
    }

    /// The segments after the placeholders: how long, in milliseconds, and marked how.
    pub fn segments(&self, kind: Kind) -> Vec<String> {
        let media = self.media(kind);
        let real = media.segments.iter().enumerate().filter(|(place, _)| media.msn + *place as u64 >= 7);
        real.map(|(_, segment)| {
            let marks = [(segment.discontinuity, "discontinuity"), (segment.gap, "gap")];
            let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            format!("{} {}", segment.duration / 100, marks.join(" ")).trim_end().to_owned()
        })
        .collect()
    }

    /// The rules hold for all that was seen.
    #[track_caller]
    pub fn keeps_the_rules(&self) {
        assert!(self.checker.seen > 0, "no playlist was seen");
        assert_eq!(self.checker.findings(), Vec::<String>::new());
        assert_eq!(self.plain.findings(), Vec::<String>::new());
    }
}

pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "video.m3u8",
        Kind::Audio => "sound.m3u8",
    }
}

pub fn text(rendition: &Rendition, skip: bool) -> String {
    let Reload::Ready(bytes) = rendition.reload(Ask { skip, ..Ask::default() }) else {
        panic!("a playlist without conditions is always ready")
    };
    String::from_utf8(bytes.to_vec()).expect("it is written as text")
}

/// The frames of a source in the order of their times.
pub fn frames(source: Source, for_ms: i64) -> Vec<(MediaTime, Kind, bool)> {
    let mut all = Vec::new();
    if let Some((frames, seconds)) = source.rate {
        let gop = (source.gop_ms * frames + 500 * seconds) / (1_000 * seconds);
        let count = (for_ms * frames + 999 * seconds) / (1_000 * seconds);
        all.extend((0..count).map(|n| {
            (MediaTime(MediaTime::PER_SECOND * n * seconds / frames), Kind::Video, n % gop.max(1) == 0)
        }));
    }
    if source.sound {
        let count = for_ms * 48 / 1_024;
        all.extend((0..count).map(|n| (MediaTime::from_ticks(n * 1_024, 48_000), Kind::Audio, true)));
    }
    all.retain(|(at, _, _)| *at < ms(for_ms));
    all.sort_by_key(|(at, kind, _)| (*at, *kind == Kind::Audio));
    all
}
