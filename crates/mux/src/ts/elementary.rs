//! What an elementary stream's bytes are: pictures by start codes, AAC behind ADTS headers, Opus behind its own.

use media::{
    Aac, AccessUnit, AudioConfig, Codec, CodecConfig, Frame, Kind, MediaTime, ParameterSets, VideoConfig,
    annex_b_units,
};

use super::Item;
use super::section::Listed;

/// The most packets of sound in one PES; encoders put in a few.
const PACKETS_MAX: usize = 256;

/// A stream by its codec, with what it remembers from one PES to the next.
#[derive(Debug, Clone)]
pub(super) enum Elementary {
    Picture {
        codec: Codec,
        sets: ParameterSets,
    },
    /// With the bytes of a packet that goes on in the next PES.
    Aac {
        rest: Vec<u8>,
    },
    Opus {
        channels: u8,
    },
}

impl Elementary {
    /// Of a listed stream; `None` for those that cannot be used here.
    pub(super) fn of(listed: &Listed) -> Option<Elementary> {
        let picture = |codec| Elementary::Picture { codec, sets: ParameterSets::default() };
        match listed.kind {
            0x1b => Some(picture(Codec::H264)),
            0x24 => Some(picture(Codec::H265)),
            0x0f => Some(Elementary::Aac { rest: Vec::new() }),
            0x06 if listed.opus => Some(Elementary::Opus { channels: listed.channels }),
            _ => None,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Elementary::Picture { .. } => Kind::Video,
            Elementary::Aac { .. } | Elementary::Opus { .. } => Kind::Audio,
        }
    }

    /// Forgets what it waits to complete.
    pub(super) fn lose(&mut self) {
        if let Elementary::Aac { rest } = self {
            rest.clear();
        }
    }

    /// Reads the content of a PES that is shown and decoded then.
    pub(super) fn read(&mut self, data: &[u8], show: MediaTime, decode: MediaTime) -> Vec<Item> {
        match self {
            Elementary::Picture { codec, sets } => picture(*codec, sets, data, show, decode),
            Elementary::Aac { rest } => aac(rest, data, show),
            Elementary::Opus { channels } => opus(*channels, data, show),
        }
    }
}

fn picture(
    codec: Codec,
    sets: &mut ParameterSets,
    data: &[u8],
    show: MediaTime,
    decode: MediaTime,
) -> Vec<Item> {
    let mut own = ParameterSets::default();
    let access = AccessUnit::gather(codec, annex_b_units(data), &mut own);
    let mut items = Vec::new();
    if sets.renew(codec, own)
        && let Some(config) = VideoConfig::from_parameters(codec, sets)
    {
        items.push(Item::Config(CodecConfig::Video(config)));
    }
    if access.picture {
        let (keyframe, data) = (access.keyframe, access.data.into());
        items.push(Item::Frame(Frame { kind: Kind::Video, decode, show, keyframe, data }));
    }
    items
}

fn sound(config: &AudioConfig, time: MediaTime, packet: &[u8]) -> [Item; 2] {
    let frame = Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data: packet.into() };
    [Item::Config(CodecConfig::Audio(config.clone())), Item::Frame(frame)]
}

/// Packets behind ADTS headers, each as long after the one before as that is.
fn aac(rest: &mut Vec<u8>, data: &[u8], show: MediaTime) -> Vec<Item> {
    // The time is that of the first packet that begins in the PES.
    let mut left = rest.len();
    rest.extend(data);
    let bytes = std::mem::take(rest);
    let (mut at, mut time) = (0, show);
    let mut items = Vec::new();
    for _ in 0..PACKETS_MAX {
        let Some(header) = bytes.get(at..).filter(|rest| rest.len() >= 7) else { break };
        let Some(record) = Aac::record_of_adts(header) else {
            // Not where a packet begins: look for the next.
            at += 1;
            left = 0;
            continue;
        };
        let length =
            usize::from(header[3] & 0x03) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
        let front = if header[1] & 0x01 == 0 { 9 } else { 7 };
        let (Some(packet), Some(config)) =
            (header.get(front..length.max(front)), AudioConfig::from_aac(&record))
        else {
            break;
        };
        let lasts = MediaTime::from_ticks(1_024, config.rate_hz);
        // One that began before is as much earlier.
        let own = if at < left { time - lasts } else { time };
        if !packet.is_empty() {
            items.extend(sound(&config, own, packet));
        }
        time = own + lasts;
        at += length.max(front);
    }
    *rest = bytes.get(at..).unwrap_or_default().to_vec();
    if rest.len() > 1 << 13 {
        // More than a packet can have: nothing of it is one.
        rest.clear();
    }
    items
}

/// Packets behind the control headers of Opus in transport streams: a sync of 11 bits, flags, and the length.
fn opus(channels: u8, data: &[u8], show: MediaTime) -> Vec<Item> {
    let config = AudioConfig::opus(channels, 0);
    let (mut rest, mut time) = (data, show);
    let mut items = Vec::new();
    for _ in 0..PACKETS_MAX {
        let Some((packet, after)) = opus_packet(rest) else { break };
        let Some(samples) = config.packet_samples(packet) else { break };
        items.extend(sound(&config, time, packet));
        time = time + MediaTime::from_ticks(samples.into(), config.rate_hz);
        rest = after;
    }
    items
}

fn opus_packet(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[first, second], mut rest) = bytes.split_first_chunk::<2>()?;
    if first != 0x7f || second & 0xe0 != 0xe0 {
        return None;
    }
    let mut length = 0;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length += usize::from(byte);
        if byte != 0xff {
            break;
        }
    }
    // Samples to leave out at the start and the end, and what may come later.
    let trims = usize::from(second >> 4 & 1) * 2 + usize::from(second >> 3 & 1) * 2;
    rest = rest.get(trims..)?;
    if second & 0x04 != 0 {
        let (&extension, after) = rest.split_first()?;
        rest = after.get(usize::from(extension)..)?;
    }
    rest.split_at_checked(length)
}
