//! From RTP payloads back to frames, a codec a file: puts packets in order, waits for those that are late, and says
//! where something is missing.

mod av1;
mod h264;
mod h265;
mod vp8;
mod vp9;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::{
    AudioConfig, Codec, CodecConfig, Description, Frame, Kind, MediaTime, ParameterSets, VideoConfig,
};

/// The most packets that wait for one before them; past this the missing one is given up. A keyframe of 4K is about a
/// thousand packets, and resends come within a round trip.
const WAITING_MAX: usize = 2_048;

/// How long a missing packet is waited for, by the time in the packets behind it: two resends over a slow line.
const WAIT_MS: u64 = 400;

/// The most packets, and bytes, of one frame; past either the frame is given up as lost.
const FRAME_PACKETS_MAX: usize = 16_384;
const FRAME_BYTES_MAX: usize = 16 << 20;

/// What comes out of a stream of payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// What the decoder has to know from here on.
    Config(CodecConfig),
    /// The next frame.
    Frame(Frame),
    /// Something is missing here. Pictures that follow may refer to it, up to the next keyframe.
    Gap,
}

/// Puts the frames of one track together.
#[derive(Debug)]
pub struct Depacketizer {
    codec: Codec,
    /// Packets that came before one that is missing.
    waiting: BTreeMap<u64, Packet>,
    /// The number of the packet that comes next.
    next: Option<u64>,
    /// The packets of the frame at hand.
    parts: Vec<Arc<[u8]>>,
    part_bytes: usize,
    /// The time of the frame at hand.
    time: u64,
    /// The frame at hand lacks its beginning, so what is left of it is dropped.
    spoilt: bool,
    /// The packets before the frame at hand are missing: it has to show that it begins.
    after_gap: bool,
    sets: ParameterSets,
    config: Option<CodecConfig>,
    decoded: Option<MediaTime>,
    /// What has not been polled. It grows with what is pushed and is emptied by its owner after each push.
    arrivals: VecDeque<Arrival>,
}

#[derive(Debug)]
struct Packet {
    time: u64,
    marker: bool,
    payload: Arc<[u8]>,
}

/// What the payloads of a frame come to.
struct Assembled {
    data: Vec<u8>,
    keyframe: bool,
    /// The configuration that the frame brought with it.
    config: Option<VideoConfig>,
}

impl Depacketizer {
    /// For a track that carries this.
    pub fn new(description: Description) -> Depacketizer {
        Depacketizer {
            codec: description.codec,
            waiting: BTreeMap::new(),
            next: None,
            parts: Vec::new(),
            part_bytes: 0,
            time: 0,
            spoilt: false,
            after_gap: true,
            sets: ParameterSets::default(),
            config: None,
            decoded: None,
            arrivals: VecDeque::new(),
        }
    }

    /// Takes a packet in, by its number and time without wrapping. Packets may come late, twice, or not at all.
    pub fn push(&mut self, seq: u64, time: u64, marker: bool, payload: Arc<[u8]>) {
        let next = *self.next.get_or_insert(seq);
        if seq < next {
            return;
        }
        self.waiting.insert(seq, Packet { time, marker, payload });
        self.drain();
        while self.too_late() {
            self.lose();
            self.drain();
        }
    }

    /// What has come out, in order; `None` when there is nothing more yet.
    pub fn poll(&mut self) -> Option<Arrival> {
        self.arrivals.pop_front()
    }

    /// Takes what waits and is next.
    fn drain(&mut self) {
        while let Some(next) = self.next
            && let Some(packet) = self.waiting.remove(&next)
        {
            self.next = Some(next + 1);
            self.take(packet);
        }
    }

    /// Whether the missing packet is no longer waited for.
    fn too_late(&self) -> bool {
        let (Some((_, oldest)), Some((_, newest))) =
            (self.waiting.first_key_value(), self.waiting.last_key_value())
        else {
            return false;
        };
        let since = newest.time.saturating_sub(oldest.time);
        self.waiting.len() > WAITING_MAX || since > WAIT_MS * u64::from(self.codec.clock_hz()) / 1_000
    }

    /// Goes on behind what is missing.
    fn lose(&mut self) {
        self.next = self.waiting.first_key_value().map(|(&seq, _)| seq);
        self.clear();
        self.spoilt = false;
        self.after_gap = true;
        self.gap();
    }

    fn take(&mut self, packet: Packet) {
        if self.codec.kind() == Kind::Audio {
            self.time = packet.time;
            self.sound(packet.payload);
            return;
        }
        if packet.time != self.time {
            self.finish();
            self.spoilt = false;
            self.time = packet.time;
        }
        let begins = !self.parts.is_empty() || !self.after_gap || self.begins(&packet.payload);
        if !self.spoilt && begins {
            self.part_bytes += packet.payload.len();
            self.parts.push(packet.payload);
        } else {
            self.spoilt = true;
        }
        if self.parts.len() > FRAME_PACKETS_MAX || self.part_bytes > FRAME_BYTES_MAX {
            self.clear();
            self.spoilt = true;
            self.gap();
        }
        if packet.marker {
            self.finish();
            self.spoilt = false;
            // What comes next begins a frame, also at the same time.
            self.after_gap = false;
        }
    }

    /// Whether a payload is the first of a frame.
    fn begins(&self, payload: &[u8]) -> bool {
        match self.codec {
            Codec::H264 => h264::begins(payload),
            Codec::H265 => h265::begins(payload),
            Codec::Vp8 => vp8::begins(payload),
            Codec::Vp9 => vp9::begins(payload),
            Codec::Av1 => av1::begins(payload),
            Codec::Opus => true,
        }
    }

    fn clear(&mut self) {
        self.parts.clear();
        self.part_bytes = 0;
    }

    fn gap(&mut self) {
        // Before the first frame nothing is missed, and one gap after another is one gap.
        if self.decoded.is_some() && self.arrivals.back() != Some(&Arrival::Gap) {
            self.arrivals.push_back(Arrival::Gap);
        }
    }

    /// Puts the frame at hand together and gives it out.
    fn finish(&mut self) {
        if self.parts.is_empty() {
            return;
        }
        self.after_gap = false;
        let parts = std::mem::take(&mut self.parts);
        self.part_bytes = 0;
        match self.assemble(&parts) {
            Some(assembled) => self.picture(assembled),
            None => self.gap(),
        }
    }

    fn assemble(&mut self, parts: &[Arc<[u8]>]) -> Option<Assembled> {
        match self.codec {
            Codec::H264 => h264::assemble(parts, &mut self.sets),
            Codec::H265 => h265::assemble(parts, &mut self.sets),
            Codec::Vp8 => vp8::assemble(parts),
            Codec::Vp9 => vp9::assemble(parts),
            Codec::Av1 => av1::assemble(parts),
            Codec::Opus => None,
        }
    }

    fn picture(&mut self, assembled: Assembled) {
        if let Some(config) = assembled.config {
            self.configure(CodecConfig::Video(config));
        }
        // Without its configuration no frame can be decoded; it comes with the next keyframe.
        if self.config.is_none() || assembled.data.is_empty() {
            return;
        }
        self.give(assembled.keyframe, assembled.data.into());
    }

    fn sound(&mut self, packet: Arc<[u8]>) {
        if packet.is_empty() {
            return;
        }
        // WebRTC says two channels of every Opus stream, whatever a packet holds.
        self.configure(CodecConfig::Audio(AudioConfig::opus(2, 0)));
        self.give(true, packet);
    }

    fn configure(&mut self, config: CodecConfig) {
        if self.config.as_ref() != Some(&config) {
            self.arrivals.push_back(Arrival::Config(config.clone()));
            self.config = Some(config);
        }
    }

    /// Gives a frame out. RTP says when it is shown; it is decoded then too, or where pictures come out of order, right
    /// after the one before.
    fn give(&mut self, keyframe: bool, data: Arc<[u8]>) {
        let hz = self.codec.clock_hz();
        let show = MediaTime::from_ticks(i64::try_from(self.time).unwrap_or(i64::MAX), hz);
        let earliest = self.decoded.map(|decoded| decoded + MediaTime::from_ticks(1, hz));
        let decode = earliest.map_or(show, |earliest| earliest.max(show));
        self.decoded = Some(decode);
        self.arrivals.push_back(Arrival::Frame(Frame {
            kind: self.codec.kind(),
            decode,
            show,
            keyframe,
            data,
        }));
    }
}

/// Puts the units of a frame together: of H.264 or H.265, with the parameter sets among them.
fn access_unit<'a>(
    codec: Codec,
    units: impl Iterator<Item = &'a [u8]>,
    sets: &mut ParameterSets,
) -> Assembled {
    let mut own = ParameterSets::default();
    let access = crate::AccessUnit::gather(codec, units, &mut own);
    let config = sets.renew(codec, own).then(|| VideoConfig::from_parameters(codec, sets)).flatten();
    // Messages without a picture go with no frame.
    let data = if access.picture { access.data } else { Vec::new() };
    Assembled { data, keyframe: access.keyframe, config }
}
