//! AAC to Opus, for who watches by WebRTC.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use media::{AudioCodec, AudioConfig, Frame, Kind, MediaTime};
use opus::{Application, Bitrate, Channels, Encoder};
use syom::{DecodeOptions, Decoder};

use crate::clock::{Clock, Step};
use crate::downmix::downmix;
use crate::resampler::Resampler;
use crate::{RATE_HZ, TranscodeError};

/// Samples of a packet, of each channel: 20 ms, what browsers send too.
const PACKET_SAMPLES: usize = 960;

/// Bits a second for each channel. Music at 128 kbit/s in stereo is not told from the source by most.
const CHANNEL_BPS: i32 = 64_000;

/// How hard the encoder searches, of 10. Above this it costs twice as much for what tests do not hear at this bitrate.
const COMPLEXITY: i32 = 7;

/// The longest packet that Opus makes.
const PACKET_BYTES_MAX: usize = 1_275;

/// Packets in a row that make no sense before it is said: two seconds.
const BROKEN_MAX: u32 = 100;

/// Turns one stream of AAC into Opus.
///
/// Its packets follow each other without a hole or an overlap. A packet that cannot be decoded is as much silence. Where
/// the source's time drifts away from the sound's own, the sound is stretched a little until it fits; where it jumps by
/// more than half a second, time begins anew.
pub struct AacToOpus {
    config: AudioConfig,
    decoder: Decoder,
    broken: u32,
    /// One or two planes of the packet at hand.
    planes: Vec<Vec<f32>>,
    rate_hz: u32,
    resampler: Resampler,
    clock: Clock,
    encoder: Encoder,
    /// Sound that has not been encoded, channel by channel in turns.
    pending: Vec<f32>,
    /// Samples still to be left out at the start, by which the encoder is late.
    skip: usize,
    /// Samples encoded since the clock began.
    encoded: u64,
    /// What has not been polled; it grows with what is pushed and is emptied by its owner after each push.
    ready: VecDeque<Frame>,
}

impl std::fmt::Debug for AacToOpus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AacToOpus")
            .field("config", &self.config)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl AacToOpus {
    /// For a stream of this configuration.
    pub fn new(config: &AudioConfig) -> Result<AacToOpus, TranscodeError> {
        if config.codec != AudioCodec::Aac {
            return Err(TranscodeError::Unsupported("it is not AAC".to_owned()));
        }
        let decoder = open(config)?;
        let channels = usize::from(config.channels).clamp(1, 2);
        Ok(AacToOpus {
            config: config.clone(),
            decoder,
            broken: 0,
            planes: vec![Vec::new(); channels],
            rate_hz: config.rate_hz,
            resampler: Resampler::new(channels, config.rate_hz, RATE_HZ),
            clock: Clock::default(),
            encoder: encoder(channels)?,
            pending: Vec::new(),
            skip: 0,
            encoded: 0,
            ready: VecDeque::new(),
        })
    }

    /// What comes out: Opus with one or two channels.
    pub fn config(&self) -> AudioConfig {
        AudioConfig::opus(self.planes.len() as u8, 0)
    }

    /// Takes the next packet in.
    pub fn push(&mut self, frame: &Frame) -> Result<(), TranscodeError> {
        self.decode(frame)?;
        let seconds = self.planes[0].len() as f64 / f64::from(self.rate_hz);
        let stretch = match self.clock.step(frame.show, self.resampler.landing(), seconds) {
            Step::Stretch(stretch) => stretch,
            Step::Begin => {
                self.begin()?;
                1.0
            }
        };
        self.resampler.push(&self.planes, stretch, &mut self.pending);
        self.encode()
    }

    /// The next packet of Opus; `None` when there is nothing more yet.
    pub fn poll(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    /// Fills the planes with a packet's sound, or as much silence.
    fn decode(&mut self, frame: &Frame) -> Result<(), TranscodeError> {
        let mut rate_hz = self.rate_hz;
        let planes = &mut self.planes;
        planes.iter_mut().for_each(Vec::clear);
        let decoder = &mut self.decoder;
        // A decoder reads what strangers sent. Should it ever fall over one packet, that is one broken packet: the
        // decoder is opened anew below, and the planes are filled, so nothing half done is used.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            decoder.decode_au(&frame.data, |sound| {
                rate_hz = sound.sample_rate;
                downmix(sound.planar, &sound.meta.channels, planes);
                Ok(())
            })
        }));
        let decoded = decoded.is_ok_and(|decoded| decoded.is_ok());
        // A packet may be legal and hold nothing.
        if decoded && !self.planes[0].is_empty() {
            self.broken = 0;
        } else {
            self.broken += 1;
            if self.broken > BROKEN_MAX {
                return Err(TranscodeError::Broken(self.broken));
            }
            self.decoder = open(&self.config)?;
            let samples = self.config.packet_samples(&frame.data).unwrap_or(1_024) as usize;
            for plane in &mut self.planes {
                plane.clear();
                plane.resize(samples, 0.0);
            }
        }
        if rate_hz != self.rate_hz && rate_hz > 0 {
            // HE-AAC that says so only in its packets.
            self.rate_hz = rate_hz;
            self.resampler = Resampler::new(self.planes.len(), rate_hz, RATE_HZ);
            self.clock = Clock::default();
        }
        Ok(())
    }

    /// Time begins anew: what was before has no place any more.
    fn begin(&mut self) -> Result<(), TranscodeError> {
        self.resampler = Resampler::new(self.planes.len(), self.rate_hz, RATE_HZ);
        self.pending.clear();
        self.encoded = 0;
        let late = self.encoder.get_lookahead().map_err(failed)?;
        self.skip = usize::try_from(late).unwrap_or(0);
        Ok(())
    }

    /// Encodes what is enough for packets.
    fn encode(&mut self) -> Result<(), TranscodeError> {
        let channels = self.planes.len();
        let skipped = self.skip.min(self.pending.len() / channels);
        self.pending.drain(..skipped * channels);
        self.skip -= skipped;
        let mut packet = [0; PACKET_BYTES_MAX];
        let mut at = 0;
        while let Some(sound) = self.pending.get(at..at + PACKET_SAMPLES * channels) {
            let bytes = self.encoder.encode_float(sound, &mut packet).map_err(failed)?;
            at += sound.len();
            let time: MediaTime = self.clock.time(self.encoded);
            self.encoded += PACKET_SAMPLES as u64;
            let data = packet[..bytes].into();
            self.ready.push_back(Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data });
        }
        self.pending.drain(..at);
        Ok(())
    }
}

fn open(config: &AudioConfig) -> Result<Decoder, TranscodeError> {
    Decoder::from_asc(&config.record, DecodeOptions::unbounded())
        .map_err(|error| TranscodeError::Unsupported(error.to_string()))
}

fn encoder(channels: usize) -> Result<Encoder, TranscodeError> {
    let form = if channels == 1 { Channels::Mono } else { Channels::Stereo };
    let mut encoder = Encoder::new(RATE_HZ, form, Application::Audio).map_err(failed)?;
    encoder.set_bitrate(Bitrate::Bits(CHANNEL_BPS * channels as i32)).map_err(failed)?;
    encoder.set_complexity(COMPLEXITY).map_err(failed)?;
    Ok(encoder)
}

fn failed(error: opus::Error) -> TranscodeError {
    TranscodeError::Encoder(error.to_string())
}
