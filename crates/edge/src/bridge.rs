//! From frames to the packets that WebRTC viewers get.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use media::{AudioCodec, Codec, CodecConfig, Description, Frame, Kind, Packetizer, Payload, VideoConfig};
use model::RoomId;
use sfu::Injected;

use crate::{FrameSink, MediaHandle};

/// The longest payload, so that with all that is put around it a packet fits every way there is.
const PAYLOAD_BYTES_MAX: usize = 1_120;

/// Takes frames to the media loops. What WebRTC cannot carry (AAC, MP3) is left out here.
pub struct Bridge {
    media: MediaHandle,
    /// A lock and not an actor: each room's frames come from one connection, and all it does is divide them.
    rooms: Mutex<BTreeMap<RoomId, Tracks>>,
}

#[derive(Default)]
struct Tracks {
    video: Option<(VideoConfig, Description, Packetizer)>,
    opus: Option<Packetizer>,
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
        rooms.entry(room).or_default().config(config);
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
    fn config(&mut self, config: CodecConfig) {
        match config {
            CodecConfig::Video(config) => {
                let description = Description::of(&config);
                let packetizer = Packetizer::new(config.codec, PAYLOAD_BYTES_MAX);
                self.video = Some((config, description, packetizer));
            }
            CodecConfig::Audio(config) => {
                let is_opus = config.codec == AudioCodec::Opus;
                self.opus = is_opus.then(|| Packetizer::new(Codec::Opus, PAYLOAD_BYTES_MAX));
            }
        }
    }

    /// The frame's packets; none of what cannot be carried.
    fn packets(&mut self, frame: &Frame) -> Vec<Injected> {
        let (description, payloads) = match (frame.kind, &mut self.video, &mut self.opus) {
            (Kind::Video, Some((config, description, packetizer)), _) => {
                (*description, packetizer.packetize(config, frame))
            }
            (Kind::Audio, _, Some(packetizer)) => {
                (Description::parse(Codec::Opus, ""), packetizer.packetize_sound(frame))
            }
            (Kind::Video, None, _) | (Kind::Audio, _, None) => return Vec::new(),
        };
        let injected =
            |Payload { bytes, marker }| Injected { description, at: frame.show, marker, payload: bytes };
        payloads.into_iter().map(injected).collect()
    }
}
