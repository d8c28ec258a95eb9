//! From frames to the packets that WebRTC viewers get.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use media::{AudioCodec, Codec, CodecConfig, Description, Frame, Kind, Packetizer, Payload, VideoConfig};
use model::RoomId;
use sfu::Injected;

use crate::sound::Sound;
use crate::{FrameSink, MediaHandle};

/// The longest payload, so that with all that is put around it a packet fits every way there is.
const PAYLOAD_BYTES_MAX: usize = 1_120;

/// Takes frames to the media loops. AAC becomes Opus on the way; MP3 is left out.
pub struct Bridge {
    media: MediaHandle,
    /// A lock and not an actor: each room's frames come from one connection, and all it does is divide them.
    rooms: Mutex<BTreeMap<RoomId, Tracks>>,
}

#[derive(Default)]
struct Tracks {
    video: Option<(VideoConfig, Description, Packetizer)>,
    audio: Option<Audio>,
}

/// How a room's sound goes over.
enum Audio {
    Opus(Packetizer),
    Aac(Sound),
}

impl Bridge {
    /// A bridge to these loops.
    pub fn new(media: MediaHandle) -> Bridge {
        Bridge { media, rooms: Mutex::default() }
    }
}

impl FrameSink for Bridge {
    fn config(&self, room: RoomId, config: CodecConfig) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_default().config(&self.media, room, config);
    }

    fn frame(&self, room: RoomId, frame: Frame) {
        let packets = {
            let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            rooms.entry(room).or_default().packets(&frame)
        };
        self.media.inject(room, packets);
    }

    fn end(&self, room: RoomId) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).remove(&room);
    }
}

impl Tracks {
    fn config(&mut self, media: &MediaHandle, room: RoomId, config: CodecConfig) {
        match config {
            CodecConfig::Video(config) => {
                let description = Description::of(&config);
                let packetizer = Packetizer::new(config.codec, PAYLOAD_BYTES_MAX);
                self.video = Some((config, description, packetizer));
            }
            CodecConfig::Audio(config) => {
                self.audio = match config.codec {
                    AudioCodec::Opus => Some(Audio::Opus(Packetizer::new(Codec::Opus, PAYLOAD_BYTES_MAX))),
                    AudioCodec::Aac => Sound::start(media.clone(), room, config).map(Audio::Aac),
                    AudioCodec::Mp3 => None,
                };
            }
        }
    }

    /// The frame's packets; none of what goes another way, or cannot be carried.
    fn packets(&mut self, frame: &Frame) -> Vec<Injected> {
        let (description, payloads) = match (frame.kind, &mut self.video, &mut self.audio) {
            (Kind::Video, Some((config, description, packetizer)), _) => {
                (*description, packetizer.packetize(config, frame))
            }
            (Kind::Audio, _, Some(Audio::Opus(packetizer))) => {
                (Description::parse(Codec::Opus, ""), packetizer.packetize_sound(frame))
            }
            (Kind::Audio, _, Some(Audio::Aac(sound))) => {
                sound.push(frame.clone());
                return Vec::new();
            }
            (Kind::Video, None, _) | (Kind::Audio, _, None) => return Vec::new(),
        };
        let injected =
            |Payload { bytes, marker }| Injected { description, at: frame.show, marker, payload: bytes };
        payloads.into_iter().map(injected).collect()
    }
}
