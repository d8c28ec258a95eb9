//! One room's AAC on its way to viewers by WebRTC, who only know Opus: on a thread of its own, because decoding and
//! encoding must hold up neither the encoder's connection nor a media loop.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use media::{AudioConfig, Codec, Description, Frame, Packetizer, Payload};
use model::RoomId;
use sfu::Injected;
use transcode::AacToOpus;

use crate::MediaHandle;

/// Packets waiting to be carried over: five seconds. When the machine is that far behind, sound is left out.
const WAITING_MAX: usize = 256;

/// The longest packet of Opus that goes into one of RTP.
const PAYLOAD_BYTES_MAX: usize = 1_275;

/// A line to the thread, which ends with it.
pub(crate) struct Sound {
    frames: SyncSender<Frame>,
}

impl Sound {
    /// Begins to carry a room's sound over; `None` where the system has no thread for it.
    pub(crate) fn start(media: MediaHandle, room: RoomId, config: AudioConfig) -> Option<Sound> {
        let (frames, waiting) = sync_channel(WAITING_MAX);
        let carry = Carry { media, room, config };
        let started = std::thread::Builder::new().name("sound".to_owned()).spawn(move || carry.run(&waiting));
        if let Err(error) = &started {
            tracing::error!(room.id = %room, %error, "Viewers by WebRTC do not hear the show: no thread for its sound");
        }
        started.ok().map(|_| Sound { frames })
    }

    /// The next packet.
    pub(crate) fn push(&self, frame: Frame) {
        // A thread that has ended has said why.
        let _ = self.frames.try_send(frame);
    }
}

struct Carry {
    media: MediaHandle,
    room: RoomId,
    config: AudioConfig,
}

impl Carry {
    fn run(&self, waiting: &Receiver<Frame>) {
        let mut transcoder = None;
        let mut packetizer = Packetizer::new(Codec::Opus, PAYLOAD_BYTES_MAX);
        while let Ok(frame) = waiting.recv() {
            if self.media.stats(self.room).watching == 0 {
                // Nobody hears it. For who comes, it begins anew.
                transcoder = None;
                continue;
            }
            if let Err(error) = self.carry(&mut transcoder, &mut packetizer, &frame) {
                let room = self.room;
                tracing::warn!(room.id = %room, %error, "Viewers by WebRTC do not hear the show");
                return;
            }
        }
    }

    fn carry(
        &self,
        transcoder: &mut Option<AacToOpus>,
        packetizer: &mut Packetizer,
        frame: &Frame,
    ) -> Result<(), transcode::TranscodeError> {
        let transcoder = match transcoder {
            Some(transcoder) => transcoder,
            None => transcoder.insert(AacToOpus::new(&self.config)?),
        };
        transcoder.push(frame)?;
        while let Some(opus) = transcoder.poll() {
            let description = Description::parse(Codec::Opus, "");
            let injected =
                |Payload { bytes, marker }| Injected { description, at: opus.show, marker, payload: bytes };
            let packets = packetizer.packetize_sound(&opus).into_iter().map(injected).collect();
            self.media.inject(self.room, packets);
        }
        Ok(())
    }
}
