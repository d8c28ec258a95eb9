//! From configurations and frames to tags: the old ones where they can say it, enhanced ones otherwise.

use media::{AudioCodec, AudioConfig, Codec, CodecConfig, Frame, Kind, MediaTime, VideoConfig};

use super::{FourCc, Tag, TagKind};

/// One stream's tags on their way out. Time begins at zero with the first frame.
#[derive(Debug, Default)]
pub struct Muxer {
    video: Option<Codec>,
    audio: Option<AudioCodec>,
    begin: Option<MediaTime>,
    now_ms: u32,
}

impl Muxer {
    /// At the beginning of a stream.
    pub fn new() -> Muxer {
        Muxer::default()
    }

    /// The tag that configures a decoder; `None` where none is needed, or the codec cannot be sent.
    pub fn config(&mut self, config: &CodecConfig) -> Option<Tag> {
        let (kind, body) = match config {
            CodecConfig::Video(config) => (TagKind::Video, self.video_config(config)?),
            CodecConfig::Audio(config) => (TagKind::Audio, self.audio_config(config)?),
        };
        Some(Tag { kind, timestamp_ms: self.now_ms, body })
    }

    /// A frame's tag; `None` for a frame without a configuration before it.
    pub fn frame(&mut self, frame: &Frame) -> Option<Tag> {
        let (kind, mut body) = match frame.kind {
            Kind::Video => (TagKind::Video, video_head(self.video?, frame)?),
            Kind::Audio => (TagKind::Audio, audio_head(self.audio?)),
        };
        body.extend(&*frame.data);
        let begin = *self.begin.get_or_insert(frame.decode);
        // What lies before the first frame begins with it; after seven weeks the number wraps, as RTMP has it.
        let ms = (frame.decode - begin).as_millis().max(0);
        self.now_ms = u32::try_from(ms & 0xffff_ffff).unwrap_or(0);
        Some(Tag { kind, timestamp_ms: self.now_ms, body })
    }

    fn video_config(&mut self, config: &VideoConfig) -> Option<Vec<u8>> {
        let mut body = match config.codec {
            Codec::H264 => vec![0x17, 0, 0, 0, 0],
            codec @ (Codec::H265 | Codec::Av1 | Codec::Vp9) => enhanced_video(codec, true, 0)?,
            Codec::Vp8 | Codec::Opus => return None,
        };
        body.extend(&*config.record);
        self.video = Some(config.codec);
        Some(body)
    }

    fn audio_config(&mut self, config: &AudioConfig) -> Option<Vec<u8>> {
        self.audio = Some(config.codec);
        match config.codec {
            AudioCodec::Aac => Some([&[0xaf, 0], &*config.record].concat()),
            AudioCodec::Opus => Some([b"\x90Opus".as_slice(), &opus_head(&config.record)?].concat()),
            AudioCodec::Mp3 => None,
        }
    }
}

fn video_head(codec: Codec, frame: &Frame) -> Option<Vec<u8>> {
    let later = (frame.show - frame.decode).as_millis().clamp(-(1 << 23), (1 << 23) - 1);
    let [_, .., a, b, c] = later.to_be_bytes();
    let head = match codec {
        Codec::H264 => vec![if frame.keyframe { 0x17 } else { 0x27 }, 1, a, b, c],
        // Without a difference there is a shorter form, which says the same.
        Codec::H265 if later != 0 => {
            let mut head = enhanced_video(codec, frame.keyframe, 1)?;
            head.extend([a, b, c]);
            head
        }
        Codec::H265 => enhanced_video(codec, frame.keyframe, 3)?,
        Codec::Av1 | Codec::Vp9 => enhanced_video(codec, frame.keyframe, 1)?,
        Codec::Vp8 | Codec::Opus => return None,
    };
    Some(head)
}

fn enhanced_video(codec: Codec, keyframe: bool, packet: u8) -> Option<Vec<u8>> {
    let letters = FourCc::VIDEO.into_iter().find(|letters| letters.video() == Some(codec))?;
    let mut head = vec![0x80 | if keyframe { 0x10 } else { 0x20 } | packet];
    head.extend(letters.0);
    Some(head)
}

fn audio_head(codec: AudioCodec) -> Vec<u8> {
    match codec {
        AudioCodec::Aac => vec![0xaf, 1],
        AudioCodec::Opus => b"\x91Opus".to_vec(),
        AudioCodec::Mp3 => vec![0x2f],
    }
}

/// Opus' identification header (RFC 7845) of MP4's record, whose numbers stand the other way round.
fn opus_head(record: &[u8]) -> Option<Vec<u8>> {
    let ([_, channels, s1, s0, r3, r2, r1, r0, g1, g0, family], mapping) = record.split_first_chunk()?;
    let mut head = b"OpusHead\x01".to_vec();
    head.extend([channels, s0, s1, r0, r1, r2, r3, g0, g1, family]);
    head.extend(mapping);
    Some(head)
}
