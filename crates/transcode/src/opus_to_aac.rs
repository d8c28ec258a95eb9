//! Opus to AAC, for players that know nothing else.

use std::collections::VecDeque;

use media::{AudioCodec, AudioConfig, Frame, Kind, MediaTime};
use opus::{Channels, Decoder};
use syom::{EncodeContainer, EncodeOptions, Encoder};

use crate::{RATE_HZ, TranscodeError};

/// Samples of a packet of AAC, of each channel.
const PACKET_SAMPLES: u64 = 1_024;

/// Bits a second.
const BPS: u32 = 128_000;

/// The longest packet of Opus, in samples of each channel: 120 ms.
const OPUS_SAMPLES_MAX: usize = 5_760;

/// Holes up to this are filled with what the decoder makes of the sound before; past it time begins anew.
const JUMP_SAMPLES: i64 = RATE_HZ as i64 / 2;

/// The shortest hole that is filled, and the unit in which holes are: the shortest packet there is, 2.5 ms.
const HOLE_SAMPLES: i64 = 120;

/// Turns one stream of Opus into AAC-LC in stereo.
///
/// Its packets follow each other without a hole or an overlap. What is missing, by the times of the packets around it,
/// is filled by Opus' own concealment.
pub struct OpusToAac {
    decoder: Decoder,
    encoder: Encoder,
    config: AudioConfig,
    start: Option<MediaTime>,
    /// Samples decoded since the start.
    decoded: i64,
    /// Packets made since the start.
    made: u64,
    ready: VecDeque<Frame>,
}

impl std::fmt::Debug for OpusToAac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpusToAac")
            .field("start", &self.start)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl OpusToAac {
    /// For a stream of this configuration, of one or two channels.
    pub fn new(config: &AudioConfig) -> Result<OpusToAac, TranscodeError> {
        if config.codec != AudioCodec::Opus || config.channels > 2 {
            return Err(TranscodeError::Unsupported("it is not Opus of one or two channels".to_owned()));
        }
        let decoder = Decoder::new(RATE_HZ, Channels::Stereo)
            .map_err(|e| TranscodeError::Unsupported(e.to_string()))?;
        let encoder = encoder()?;
        let config = AudioConfig::from_aac(encoder.asc())
            .ok_or_else(|| TranscodeError::Encoder("its configuration cannot be read".to_owned()))?;
        Ok(OpusToAac { decoder, encoder, config, start: None, decoded: 0, made: 0, ready: VecDeque::new() })
    }

    /// What comes out.
    pub fn config(&self) -> AudioConfig {
        self.config.clone()
    }

    /// Takes the next packet in. One that makes no sense is concealed like one that is missing.
    pub fn push(&mut self, frame: &Frame) -> Result<(), TranscodeError> {
        let start = match self.start {
            Some(start) => start,
            None => self.begin(frame.show)?,
        };
        let hole = (frame.show - start).to_ticks(RATE_HZ) - self.decoded;
        if hole.abs() > JUMP_SAMPLES {
            self.begin(frame.show)?;
        } else if hole >= HOLE_SAMPLES {
            self.conceal(hole - hole % HOLE_SAMPLES)?;
        }
        let mut sound = [0.0; 2 * OPUS_SAMPLES_MAX];
        match self.decoder.decode_float(&frame.data, &mut sound, false) {
            Ok(samples) => self.encode(&sound[..2 * samples]),
            // The next packet finds the hole and fills it.
            Err(_) => Ok(()),
        }
    }

    /// The next packet of AAC; `None` when there is nothing more yet.
    pub fn poll(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    fn begin(&mut self, show: MediaTime) -> Result<MediaTime, TranscodeError> {
        self.encoder = encoder()?;
        self.start = Some(show);
        self.decoded = 0;
        self.made = 0;
        Ok(show)
    }

    fn conceal(&mut self, samples: i64) -> Result<(), TranscodeError> {
        let mut left = usize::try_from(samples).unwrap_or(0);
        let mut sound = [0.0; 2 * OPUS_SAMPLES_MAX];
        while left > 0 {
            let part = left.min(OPUS_SAMPLES_MAX);
            let filled = &mut sound[..2 * part];
            if self.decoder.decode_float(&[], filled, false).is_err() {
                filled.fill(0.0);
            }
            let filled = filled.to_vec();
            self.encode(&filled)?;
            left -= part;
        }
        Ok(())
    }

    /// Encodes sound whose channels come in turns.
    fn encode(&mut self, sound: &[f32]) -> Result<(), TranscodeError> {
        let plane = |place: usize| -> Vec<f32> { sound[place..].iter().step_by(2).map(whole).collect() };
        let (left, right) = (plane(0), plane(1.min(sound.len())));
        self.decoded += left.len() as i64;
        let (start, made, ready) = (self.start.unwrap_or_default(), &mut self.made, &mut self.ready);
        let fed = self.encoder.feed(&[&left, &right], |packet| {
            // A decoder is one packet late, so the first holds nothing that is heard.
            if let Some(place) = made.checked_sub(1) {
                let samples = i64::try_from(place * PACKET_SAMPLES).unwrap_or(i64::MAX);
                let time = start + MediaTime::from_ticks(samples, RATE_HZ);
                let data = packet.payload.into();
                ready.push_back(Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data });
            }
            *made += 1;
            Ok(())
        });
        fed.map(|_| ()).map_err(|error| TranscodeError::Encoder(error.to_string()))
    }
}

/// A sample as the encoder takes it.
fn whole(sample: &f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

fn encoder() -> Result<Encoder, TranscodeError> {
    let options = EncodeOptions::raw().with_container(EncodeContainer::Raw).with_bitrate_bps(BPS);
    Encoder::new(RATE_HZ, 2, &options).map_err(|error| TranscodeError::Encoder(error.to_string()))
}
