//! A picture's configuration, made of what encoders send, and said in the words of RFC 6381.

use std::fmt::Write;
use std::sync::Arc;

use crate::av1::Sequence;
use crate::vp9::header::Header;
use crate::{Codec, ParameterSets, VideoConfig, h264, h265, vp8};

impl VideoConfig {
    /// Reads a record as MP4 and enhanced RTMP carry it: the content of `avcC`, `hvcC`, `av1C` or `vpcC` (with or
    /// without version and flags before it). `None` if it is broken or of another codec, or if it lacks the parameter
    /// sets of H.264 or H.265.
    ///
    /// The record of the configuration says that frames have lengths of four bytes, whatever the one that came in said:
    /// see [`length_bytes`](VideoConfig::length_bytes). Width and height are 0 where a record does not say them (VP9,
    /// and AV1 at times): a keyframe does, see [`from_keyframe`](VideoConfig::from_keyframe).
    pub fn from_record(codec: Codec, record: Arc<[u8]>) -> Option<VideoConfig> {
        match codec {
            Codec::H264 | Codec::H265 => {
                VideoConfig::from_parameters(codec, &ParameterSets::of_record(codec, &record)?)
            }
            Codec::Av1 => {
                let units = record.get(4..)?;
                if record[0] != 0x81 {
                    return None;
                }
                let (width, height) =
                    Sequence::find(units).map_or((0, 0), |(found, _)| (found.width, found.height));
                Some(VideoConfig { codec, record, width, height })
            }
            Codec::Vp9 => {
                // A bit depth of 0 there is nothing, so a version before the record is told from a record.
                let plain = record.strip_prefix(&[1, 0, 0, 0]).unwrap_or(&record);
                let sound = plain.len() >= 8 && matches!(plain[2] >> 4, 8 | 10 | 12);
                sound.then(|| VideoConfig { codec, record: plain.into(), width: 0, height: 0 })
            }
            Codec::Vp8 => Some(VideoConfig { codec, record: Arc::default(), width: 0, height: 0 }),
            Codec::Opus => None,
        }
    }

    /// Makes the configuration of H.264 or H.265 from parameter sets; `None` while one is missing or broken.
    pub fn from_parameters(codec: Codec, sets: &ParameterSets) -> Option<VideoConfig> {
        let first = sets.sequence.first()?;
        let (width, height) = match codec {
            Codec::H264 => h264::Sps::parse(first).map(|sps| (sps.width, sps.height))?,
            Codec::H265 => h265::Sps::parse(first).map(|sps| (sps.width, sps.height))?,
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => return None,
        };
        Some(VideoConfig { codec, record: sets.record(codec)?.into(), width, height })
    }

    /// Makes the configuration from a keyframe that says it itself: of VP8, VP9, and AV1 with its sequence header.
    pub fn from_keyframe(codec: Codec, frame: &[u8]) -> Option<VideoConfig> {
        match codec {
            Codec::Vp8 => {
                let (width, height) = vp8::size(frame)?;
                Some(VideoConfig { codec, record: Arc::default(), width, height })
            }
            Codec::Vp9 => {
                let header = Header::parse(frame)?;
                let (width, height) = (header.width, header.height);
                Some(VideoConfig { codec, record: header.record().into(), width, height })
            }
            Codec::Av1 => {
                let (sequence, unit) = Sequence::find(frame)?;
                let (width, height) = (sequence.width, sequence.height);
                Some(VideoConfig { codec, record: sequence.record(&unit).into(), width, height })
            }
            Codec::H264 | Codec::H265 | Codec::Opus => None,
        }
    }

    /// How many bytes the lengths before a frame's units have, by the record that came with the frames; frames of ours
    /// have four.
    pub fn length_bytes(codec: Codec, record: &[u8]) -> Option<usize> {
        match codec {
            Codec::H264 => h264::record::length_bytes(record),
            Codec::H265 => h265::record::length_bytes(record),
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => None,
        }
    }

    /// The parameter sets of H.264 and H.265; `None` for codecs that have none.
    pub fn parameters(&self) -> Option<ParameterSets> {
        ParameterSets::of_record(self.codec, &self.record)
    }

    /// The codec in the words of RFC 6381, as playlists and MSE want it: `avc1.64001f`.
    pub fn codecs(&self) -> String {
        let byte = |at: usize| self.record.get(at).copied().unwrap_or(0);
        match self.codec {
            Codec::H264 => format!("avc1.{:02x}{:02x}{:02x}", byte(1), byte(2), byte(3)),
            Codec::H265 => hevc(&self.record),
            Codec::Av1 => {
                let tier = if byte(2) & 0x80 == 0 { 'M' } else { 'H' };
                let depth = match byte(2) & 0x60 {
                    0x60 => 12,
                    0x40 => 10,
                    _ => 8,
                };
                format!("av01.{}.{:02}{tier}.{depth:02}", byte(1) >> 5, byte(1) & 0x1f)
            }
            Codec::Vp9 => format!("vp09.{:02}.{:02}.{:02}", byte(0), byte(1), byte(2) >> 4),
            Codec::Vp8 => "vp8".to_owned(),
            Codec::Opus => "opus".to_owned(),
        }
    }
}

/// H.265's string (ISO/IEC 14496-15, annex E): profile, compatibility in reverse, tier and level, constraints without
/// the zeros at their end.
fn hevc(record: &[u8]) -> String {
    let Some(&[_, first, c0, c1, c2, c3, ref constraints @ .., level]) = record.first_chunk::<13>() else {
        return "hvc1".to_owned();
    };
    let space = ["", "A", "B", "C"][usize::from(first >> 6)];
    let tier = if first & 0x20 == 0 { 'L' } else { 'H' };
    let compatible = u32::from_be_bytes([c0, c1, c2, c3]).reverse_bits();
    let mut said = format!("hvc1.{space}{}.{compatible:X}.{tier}{level}", first & 0x1f);
    let last = constraints.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    for byte in &constraints[..last] {
        // Writing to a string cannot fail.
        let _ = write!(said, ".{byte:X}");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(codec: Codec, record: &[u8]) -> String {
        VideoConfig { codec, record: record.into(), width: 0, height: 0 }.codecs()
    }

    #[test]
    fn codecs_in_the_words_of_rfc_6381() {
        assert_eq!(said(Codec::H264, &[1, 0x64, 0x00, 0x1f, 0xff]), "avc1.64001f");
        let hevc = [1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93];
        assert_eq!(said(Codec::H265, &hevc), "hvc1.1.6.L93.B0");
        let main_10 = [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0x10, 0, 0, 0, 150];
        assert_eq!(said(Codec::H265, &main_10), "hvc1.2.4.H150.90.0.10");
        assert_eq!(said(Codec::Av1, &[0x81, 0x05, 0x0c, 0]), "av01.0.05M.08");
        assert_eq!(said(Codec::Av1, &[0x81, 0x29, 0xcc, 0]), "av01.1.09H.10");
        assert_eq!(said(Codec::Vp9, &[0, 31, 0x82, 1, 1, 1, 0, 0]), "vp09.00.31.08");
        assert_eq!(said(Codec::H265, &[]), "hvc1");
    }

    #[test]
    fn a_version_before_the_record_of_vp9_is_taken_off() {
        let plain: &[u8] = &[0, 31, 0x82, 1, 1, 1, 0, 0];
        let full = [&[1, 0, 0, 0], plain].concat();
        for record in [plain, &full] {
            let config = VideoConfig::from_record(Codec::Vp9, record.into()).expect("whole");
            assert_eq!(&*config.record, plain);
        }
        assert_eq!(VideoConfig::from_record(Codec::Vp9, [0, 31, 0x02, 1, 1, 1, 0, 0].into()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(record in proptest::collection::vec(any::<u8>(), 0..80)) {
            for codec in Codec::ALL {
                if let Some(config) = VideoConfig::from_record(codec, record.as_slice().into()) {
                    let _ = config.codecs();
                }
                let _ = VideoConfig::from_keyframe(codec, &record);
                let _ = VideoConfig::length_bytes(codec, &record);
            }
        }
    }
}
