//! From tags to configurations and frames.

use std::collections::BTreeSet;
use std::sync::Arc;

use media::{
    AccessUnit, AudioCodec, AudioConfig, Codec, CodecConfig, Frame, Kind, LENGTH_BYTES, MediaTime,
    ParameterSets, VideoConfig, annex_b_units, length_units,
};

use super::audio::{self, Audio};
use super::clock::Clock;
use super::timeline::Timeline;
use super::video::{self, Video};
use super::{Note, TagKind, obu};

/// Something that was in a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// What decoders have to know from here on; never the same twice in a row.
    Config(CodecConfig),
    /// A picture or a packet of sound, after its configuration. Its time is never before that of the one before it.
    Frame(Frame),
    /// Something is not as it should be.
    Note(Note),
}

/// One stream's tags on their way in.
#[derive(Debug, Default)]
pub struct Demuxer {
    timeline: Timeline,
    video: VideoTrack,
    audio: AudioTrack,
    noted: BTreeSet<(u8, Kind)>,
    out: Vec<Item>,
}

#[derive(Debug, Default)]
struct VideoTrack {
    /// The track that is taken of several.
    taken: Option<u8>,
    config: Option<VideoConfig>,
    /// Whether the configuration was given out. VP9's does not say how large a picture is; a keyframe does.
    told: bool,
    /// Of H.264 and H.265: how many bytes say how long a unit is, and the parameter sets in use.
    length_bytes: usize,
    sets: ParameterSets,
}

#[derive(Debug, Default)]
struct AudioTrack {
    taken: Option<u8>,
    config: Option<AudioConfig>,
    clock: Clock,
}

impl Demuxer {
    /// At the beginning of a stream.
    pub fn new() -> Demuxer {
        Demuxer::default()
    }

    /// Takes a tag's body, and gives what was in it, in order.
    pub fn take(&mut self, kind: TagKind, timestamp_ms: u32, body: &[u8]) -> impl Iterator<Item = Item> {
        match kind {
            // An empty message says nothing; some encoders keep a connection alive by it.
            TagKind::Video if !body.is_empty() => self.video(timestamp_ms, body),
            TagKind::Audio if !body.is_empty() => self.audio(timestamp_ms, body),
            // Metadata repeats, often wrongly, what the configurations say.
            TagKind::Video | TagKind::Audio | TagKind::Script => {}
        }
        self.out.drain(..)
    }

    fn video(&mut self, timestamp_ms: u32, body: &[u8]) {
        let Some(parts) = video::parse(body) else { return self.note(Note::BadTag(Kind::Video)) };
        for part in parts {
            if !takes(&mut self.video.taken, part.track) {
                self.note(Note::MoreTracks(Kind::Video));
                continue;
            }
            match part.says {
                Video::Config { codec, record } => self.video_config(codec, record),
                Video::Frame { codec, keyframe, composition_ms, data } => {
                    let at = self.place(Kind::Video, timestamp_ms, part.nanos);
                    let later = MediaTime::from_millis(i64::from(composition_ms));
                    self.picture(codec, keyframe, at, later, data);
                }
                Video::Unknown(codec) => self.note(Note::UnknownCodec(Kind::Video, codec)),
                Video::Aside => {}
            }
        }
    }

    fn video_config(&mut self, codec: Codec, record: &[u8]) {
        let Some(config) = VideoConfig::from_record(codec, record.into()) else {
            return self.note(Note::BadConfig(Kind::Video));
        };
        self.video.length_bytes = VideoConfig::length_bytes(codec, record).unwrap_or(LENGTH_BYTES);
        self.video.sets = config.parameters().unwrap_or_default();
        if config.width > 0 {
            return self.video_configured(config);
        }
        // One that says no more than the one before is no news.
        let known = self.video.config.as_ref();
        if known.is_none_or(|known| known.codec != config.codec || known.record != config.record) {
            self.video.config = Some(config);
            self.video.told = false;
        }
    }

    fn video_configured(&mut self, config: VideoConfig) {
        if !self.video.told || self.video.config.as_ref() != Some(&config) {
            self.video.told = true;
            self.video.config = Some(config.clone());
            self.out.push(Item::Config(CodecConfig::Video(config)));
        }
    }

    /// Reads from a keyframe of AV1 or VP9 how large the picture is.
    fn measure(&mut self, codec: Codec, keyframe: &[u8]) {
        let Some(known) = &self.video.config else { return };
        let Some(seen) = VideoConfig::from_keyframe(codec, keyframe) else { return };
        if (seen.width, seen.height) != (known.width, known.height) {
            let record = if self.video.told { seen.record } else { known.record.clone() };
            self.video_configured(VideoConfig { record, ..seen });
        }
    }

    fn picture(&mut self, codec: Codec, flagged: bool, at: MediaTime, later: MediaTime, data: &[u8]) {
        if self.video.config.as_ref().is_none_or(|config| config.codec != codec) {
            return self.note(Note::FrameBeforeConfig(Kind::Video));
        }
        let (keyframe, data) = match codec {
            Codec::H264 | Codec::H265 => {
                let Some(access) = self.access_unit(codec, data) else { return };
                (access.keyframe, access.data)
            }
            Codec::Av1 => match obu::normalise(data) {
                Some(data) => (flagged, data),
                None => return self.note(Note::BadTag(Kind::Video)),
            },
            Codec::Vp9 | Codec::Vp8 | Codec::Opus => (flagged, data.to_vec()),
        };
        if keyframe && matches!(codec, Codec::Av1 | Codec::Vp9) {
            self.measure(codec, &data);
        }
        if !self.video.told || data.is_empty() {
            return;
        }
        let show = at + later;
        self.out.push(Item::Frame(Frame {
            kind: Kind::Video,
            decode: at,
            show,
            keyframe,
            data: data.into(),
        }));
    }

    /// The units of a frame. Parameter sets in the middle of a stream may make a new configuration.
    fn access_unit(&mut self, codec: Codec, data: &[u8]) -> Option<AccessUnit> {
        let track = &mut self.video;
        let before = track.sets.clone();
        let access = if is_annex_b(data, track.length_bytes) {
            AccessUnit::gather(codec, annex_b_units(data), &mut track.sets)
        } else {
            AccessUnit::gather(codec, length_units(data, track.length_bytes), &mut track.sets)
        };
        if track.sets != before
            && let Some(config) = VideoConfig::from_parameters(codec, &track.sets)
        {
            self.video_configured(config);
        }
        // Messages alone are no frame.
        access.picture.then_some(access)
    }

    fn audio(&mut self, timestamp_ms: u32, body: &[u8]) {
        let Some(parts) = audio::parse(body) else { return self.note(Note::BadTag(Kind::Audio)) };
        for part in parts {
            if !takes(&mut self.audio.taken, part.track) {
                self.note(Note::MoreTracks(Kind::Audio));
                continue;
            }
            match part.says {
                Audio::Config { codec, record } => self.audio_config(codec, record),
                Audio::Frame { codec, data } if !data.is_empty() => {
                    let at = self.place(Kind::Audio, timestamp_ms, part.nanos);
                    self.sound(codec, at, data);
                }
                Audio::Unknown(codec) => self.note(Note::UnknownCodec(Kind::Audio, codec)),
                Audio::Frame { .. } | Audio::Aside => {}
            }
        }
    }

    fn audio_config(&mut self, codec: AudioCodec, record: &[u8]) {
        let config = match codec {
            AudioCodec::Aac => AudioConfig::from_aac(record),
            AudioCodec::Opus => AudioConfig::from_opus(record),
            // Each frame says it.
            AudioCodec::Mp3 => return,
        };
        match config {
            Some(config) => self.audio_configured(config),
            None => self.note(Note::BadConfig(Kind::Audio)),
        }
    }

    fn audio_configured(&mut self, config: AudioConfig) {
        if self.audio.config.as_ref() != Some(&config) {
            self.audio.config = Some(config.clone());
            self.out.push(Item::Config(CodecConfig::Audio(config)));
        }
    }

    fn sound(&mut self, codec: AudioCodec, at: MediaTime, data: &[u8]) {
        if codec == AudioCodec::Mp3 {
            match AudioConfig::from_mp3(data) {
                Some(config) => self.audio_configured(config),
                None => return self.note(Note::BadTag(Kind::Audio)),
            }
        }
        let Some(config) = self.audio.config.as_ref().filter(|config| config.codec == codec) else {
            return self.note(Note::FrameBeforeConfig(Kind::Audio));
        };
        let samples = config.packet_samples(data);
        let duration = samples.map(|samples| MediaTime::from_ticks(i64::from(samples), config.rate_hz));
        let at = self.audio.clock.place(at, duration);
        let data: Arc<[u8]> = data.into();
        self.out.push(Item::Frame(Frame { kind: Kind::Audio, decode: at, show: at, keyframe: true, data }));
    }

    fn place(&mut self, kind: Kind, timestamp_ms: u32, nanos: u32) -> MediaTime {
        let placed = self.timeline.place(kind, timestamp_ms);
        if placed.jumped {
            self.note(Note::ClockJumped(kind));
        }
        MediaTime::from_millis(placed.ms) + MediaTime::from_ticks(i64::from(nanos), 1_000_000_000)
    }

    fn note(&mut self, note: Note) {
        if self.noted.insert(note.sort()) {
            self.out.push(Item::Note(note));
        }
    }
}

/// Whether a track is the one that is taken: the lowest number that has come.
fn takes(taken: &mut Option<u8>, track: u8) -> bool {
    if taken.is_none_or(|taken| track < taken) {
        *taken = Some(track);
    }
    *taken == Some(track)
}

/// Whether a frame's units are divided by start codes, as some encoders send them against the standard.
fn is_annex_b(data: &[u8], length_bytes: usize) -> bool {
    if !data.starts_with(&[0, 0, 0, 1]) && !data.starts_with(&[0, 0, 1]) {
        return false;
    }
    let whole: usize = length_units(data, length_bytes).map(|unit| unit.len() + length_bytes).sum();
    whole != data.len()
}
