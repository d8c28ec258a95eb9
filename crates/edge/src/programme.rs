//! One room's programme: its publisher's frames, however they came, on their way into segments.

use std::sync::Arc;
use std::time::Instant;

use hls::{News, Notice, Packager, Settings, carried};
use media::{Arrival, CodecConfig, Depacketizer, Description, Frame, Kind, MediaTime};
use model::RoomId;
use sfu::Packet;

use crate::shelf::Shelf;

/// A publisher that can be asked for keyframes is asked so long after the last one: players begin at one.
const KEYFRAME_EVERY_MS: i64 = 2_000;

/// How long an asked keyframe is waited for before it is asked for again.
const ASK_AGAIN_MS: i64 = 500;

/// For so long after the first packet the quickest one shows how sound and picture lie to each other.
const ALIGN_MS: i64 = 2_000;

/// A publisher that is gone for longer does not return to the same show.
const RETURNS_WITHIN_MS: i64 = 75_000;

/// How long an ended show can still be watched to its end.
const KEPT_AFTER_END_MS: i64 = 5 * 60_000;

/// One room's programme.
pub(crate) struct Programme {
    room: RoomId,
    settings: Settings,
    packager: Packager,
    shelf: Arc<Shelf>,
    video: Option<CodecConfig>,
    audio: Option<CodecConfig>,
    /// By WebRTC: the packets' way back to frames.
    video_line: Option<Line>,
    audio_line: Option<Line>,
    /// A picture is missing, so that only a keyframe makes sense.
    waits: bool,
    keyframe_ms: i64,
    asked_ms: i64,
    interrupted_ms: Option<i64>,
    ended_ms: Option<i64>,
    said_not_carried: bool,
}

/// One kind's packets on their way back to frames.
struct Line {
    description: Description,
    /// Which layer of a picture: each has numbers of its own.
    layer: u8,
    depacketizer: Depacketizer,
    /// Added to the packets' times, so that they agree with the clock at their arrival.
    shift: MediaTime,
    began_ms: i64,
}

/// What the room's programme asks of the world.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// A keyframe of the publisher, of this layer.
    pub(crate) keyframe: Option<u8>,
    /// There is something to be put where viewers look.
    pub(crate) show: bool,
}

impl Programme {
    pub(crate) fn new(room: RoomId, settings: Settings, wall_ms: i64) -> Programme {
        let folder = format!("{wall_ms:x}");
        Programme {
            room,
            packager: Packager::new(folder.clone(), settings.clone()),
            settings,
            shelf: Arc::new(Shelf::new(folder)),
            video: None,
            audio: None,
            video_line: None,
            audio_line: None,
            waits: false,
            keyframe_ms: wall_ms,
            asked_ms: 0,
            interrupted_ms: None,
            ended_ms: None,
            said_not_carried: false,
        }
    }

    pub(crate) fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// Whether the show is over.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended_ms.is_some()
    }

    /// Whether an ended show has been kept for long enough.
    pub(crate) fn is_over(&self, wall_ms: i64) -> bool {
        self.ended_ms.is_some_and(|ended| wall_ms - ended > KEPT_AFTER_END_MS)
    }

    /// What a decoder has to know of the frames that follow.
    pub(crate) fn configure(&mut self, config: CodecConfig) {
        let place = match config.kind() {
            Kind::Video => &mut self.video,
            Kind::Audio => &mut self.audio,
        };
        *place = Some(config.clone());
        if carried(&config) {
            self.packager.configure(config);
        } else if !std::mem::replace(&mut self.said_not_carried, true) {
            tracing::info!(room.id = %self.room, "A show's codec is not one that HLS carries; it is watched by WebRTC only");
        }
    }

    /// A frame. `lost`: some before it were dropped because this end was slow.
    pub(crate) fn frame(&mut self, frame: Frame, lost: bool, wall_ms: i64) {
        if lost && frame.kind == Kind::Video {
            self.waits = true;
        }
        // Sound without its picture would be another show.
        if self.video.as_ref().is_some_and(|config| !carried(config)) {
            return;
        }
        if frame.kind == Kind::Video {
            if frame.keyframe {
                self.waits = false;
                self.keyframe_ms = wall_ms;
            } else if self.waits {
                return;
            }
        }
        self.interrupted_ms = None;
        self.packager.push(frame, wall_ms);
    }

    /// A packet of a WebRTC publisher, which came at `arrived_ms`.
    pub(crate) fn packet(&mut self, packet: &Packet, arrived_ms: i64, wall_ms: i64) {
        let kind = packet.kind();
        let place = match kind {
            Kind::Video => &mut self.video_line,
            Kind::Audio => &mut self.audio_line,
        };
        if place
            .as_ref()
            .is_none_or(|line| (line.description, line.layer) != (packet.description, packet.layer))
        {
            *place = Some(Line::new(packet, arrived_ms));
        }
        let Some(line) = place else { return };
        let arrivals = line.take(packet, arrived_ms);
        let shift = line.shift;
        for arrival in arrivals {
            match arrival {
                Arrival::Config(config) => self.configure(config),
                Arrival::Gap => self.waits |= kind == Kind::Video,
                Arrival::Frame(frame) => {
                    let (decode, show) = (frame.decode + shift, frame.show + shift);
                    self.frame(Frame { decode, show, ..frame }, false, wall_ms);
                }
            }
        }
    }

    /// The publisher is gone, perhaps for a moment.
    pub(crate) fn interrupt(&mut self, wall_ms: i64) {
        self.interrupted_ms = Some(wall_ms);
        self.packager.interrupt(wall_ms);
        self.video_line = None;
        self.audio_line = None;
    }

    /// The show is over.
    pub(crate) fn end(&mut self, wall_ms: i64) {
        self.packager.end(wall_ms);
        self.ended_ms.get_or_insert(wall_ms);
    }

    /// When time alone changes something.
    pub(crate) fn due(&self) -> Option<i64> {
        self.packager.poll_timeout()
    }

    /// Puts on the shelf what is new, and says what is wanted.
    pub(crate) fn settle(&mut self, wall_ms: i64) -> Wishes {
        if self.interrupted_ms.is_some_and(|since| wall_ms - since > RETURNS_WITHIN_MS) {
            self.end(wall_ms);
        }
        self.packager.handle_timeout(wall_ms);
        let mut wishes = Wishes::default();
        let mut joined = false;
        while let Some(news) = self.packager.poll_news() {
            match news {
                News::Rendition(kind) => {
                    if let Some(rendition) = self.packager.rendition(kind) {
                        self.shelf.put(rendition);
                        wishes.show = true;
                    }
                }
                News::Notice(notice) => joined |= self.say(notice),
            }
        }
        if wishes.show
            && let Some(multivariant) = self.packager.multivariant()
        {
            self.shelf.put_multivariant(multivariant);
        }
        if joined {
            self.begin_anew(wall_ms);
        }
        let layer = self.video_line.as_ref().map(|line| line.layer);
        wishes.keyframe = layer.filter(|_| self.wants_keyframe(wall_ms));
        wishes
    }

    /// A kind of media has joined that the players' playlists do not have: they get new ones.
    fn begin_anew(&mut self, wall_ms: i64) {
        self.packager.end(wall_ms);
        while let Some(news) = self.packager.poll_news() {
            if let News::Rendition(kind) = news
                && let Some(rendition) = self.packager.rendition(kind)
            {
                self.shelf.put(rendition);
            }
        }
        let folder = format!("{wall_ms:x}");
        self.packager = Packager::new(folder.clone(), self.settings.clone());
        self.shelf = Arc::new(Shelf::new(folder));
        for config in [&self.video, &self.audio].into_iter().flatten().filter(|config| carried(config)) {
            self.packager.configure(config.clone());
        }
    }

    fn wants_keyframe(&mut self, wall_ms: i64) -> bool {
        let old = wall_ms - self.keyframe_ms >= KEYFRAME_EVERY_MS;
        let wants = (old || self.waits) && wall_ms - self.asked_ms >= ASK_AGAIN_MS;
        if wants {
            self.asked_ms = wall_ms;
        }
        wants
    }

    /// Says what the operator should know; whether a kind has joined.
    fn say(&self, notice: Notice) -> bool {
        let room = self.room;
        match notice {
            Notice::KeyframesTooRare { since } => {
                let seconds = since.as_seconds();
                tracing::info!(room.id = %room, seconds, "An encoder's keyframes are far apart, so HLS players begin late; set its keyframe interval to 2 s");
            }
            Notice::TimesJumped(kind) => tracing::info!(room.id = %room, ?kind, "A publisher's times jumped"),
            Notice::Late(kind) => tracing::debug!(room.id = %room, ?kind, "Frames came too late for HLS"),
            Notice::Silent(kind) => {
                tracing::info!(room.id = %room, ?kind, "Nothing of this kind comes; HLS has a gap")
            }
            Notice::Joined(_) => return true,
        }
        false
    }
}

impl Line {
    fn new(packet: &Packet, arrived_ms: i64) -> Line {
        let (description, layer) = (packet.description, packet.layer);
        let depacketizer = Depacketizer::new(description);
        Line { description, layer, depacketizer, shift: MediaTime(i64::MAX), began_ms: arrived_ms }
    }

    fn take(&mut self, packet: &Packet, arrived_ms: i64) -> Vec<Arrival> {
        if arrived_ms - self.began_ms <= ALIGN_MS {
            let ticks = i64::try_from(packet.time).unwrap_or(i64::MAX);
            let theirs = MediaTime::from_ticks(ticks, packet.description.codec.clock_hz());
            self.shift = self.shift.min(MediaTime::from_millis(arrived_ms) - theirs);
        }
        self.depacketizer.push(packet.seq, packet.time, packet.marker, Arc::clone(&packet.payload));
        std::iter::from_fn(|| self.depacketizer.poll()).collect()
    }
}

/// The wall clock, beside the clock that packets are stamped with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    began_ms: i64,
}

impl Clock {
    /// Reads both.
    pub(crate) fn read() -> Clock {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let began_ms = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Clock { began: crate::udp::now(), began_ms }
    }

    /// The wall clock at a moment, in Unix milliseconds. It never goes back, however the machine's is set.
    pub(crate) fn wall_ms(&self, at: Instant) -> i64 {
        let ms = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        match at.checked_duration_since(self.began) {
            Some(after) => self.began_ms.saturating_add(ms(after)),
            None => self.began_ms.saturating_sub(ms(self.began.saturating_duration_since(at))),
        }
    }
}
