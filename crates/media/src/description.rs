//! What a codec says of itself in SDP, and whether one peer's stream is another's.

use crate::{Codec, VideoConfig};

/// A codec with those of its `a=fmtp` parameters that decide whether a receiver can decode a sender's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Description {
    /// The codec.
    pub codec: Codec,
    /// Its profile: for H.264 `profile_idc` and constraint flags, for H.265, VP9 and AV1 the profile number.
    pub profile: u16,
    /// H.264's packetization mode; 1 for all others.
    pub packetization_mode: u8,
}

impl Description {
    /// Reads the parameters of an `a=fmtp` line, without its `a=fmtp:96 `. What is missing is what the codec's
    /// RFC says it is then.
    pub fn parse(codec: Codec, parameters: &str) -> Description {
        let value = |key: &str| {
            parameters.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
            })
        };
        let number = |key: &str| value(key).and_then(|text| text.parse::<u8>().ok());
        match codec {
            Codec::H264 => {
                let level = value("profile-level-id").and_then(|text| u32::from_str_radix(text, 16).ok());
                // RFC 6184, 8.1: baseline, when nothing is said.
                let profile = u16::try_from((level.unwrap_or(0x42_000a) >> 8) & 0xffff).unwrap_or(0x4200);
                Description { codec, profile, packetization_mode: number("packetization-mode").unwrap_or(0) }
            }
            Codec::H265 => plain(codec, number("profile-id").unwrap_or(1)),
            Codec::Vp9 => plain(codec, number("profile-id").unwrap_or(0)),
            Codec::Av1 => plain(codec, number("profile").unwrap_or(0)),
            Codec::Vp8 | Codec::Opus => plain(codec, 0),
        }
    }

    /// What a stream with this configuration is in SDP's words.
    pub fn of(config: &VideoConfig) -> Description {
        let byte = |at: usize| config.record.get(at).copied().unwrap_or(0);
        match config.codec {
            Codec::H264 => Description {
                codec: config.codec,
                profile: u16::from_be_bytes([byte(1), byte(2)]),
                packetization_mode: 1,
            },
            Codec::H265 => plain(config.codec, byte(1) & 0x1f),
            Codec::Av1 => plain(config.codec, byte(1) >> 5),
            Codec::Vp9 => plain(config.codec, byte(0)),
            Codec::Vp8 | Codec::Opus => plain(config.codec, 0),
        }
    }

    /// How well a receiver that offered `self` fits a stream described by `stream`: higher is better, `None` is
    /// not at all.
    ///
    /// H.264 of another profile still fits, least well: what browsers list is what they promise, not all that
    /// their decoders do, and a picture that probably shows is better than none.
    pub fn fits(&self, stream: &Description) -> Option<u8> {
        if self.codec != stream.codec {
            return None;
        }
        match self.codec {
            Codec::Vp8 | Codec::Opus => Some(4),
            Codec::Vp9 | Codec::Av1 | Codec::H265 => (self.profile == stream.profile).then_some(4),
            Codec::H264 => {
                let profile = if self.profile == stream.profile {
                    2
                } else {
                    u8::from(self.profile >> 8 == stream.profile >> 8)
                };
                Some(profile * 2 + u8::from(self.packetization_mode >= stream.packetization_mode))
            }
        }
    }
}

fn plain(codec: Codec, profile: u8) -> Description {
    Description { codec, profile: u16::from(profile), packetization_mode: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h264(parameters: &str) -> Description {
        Description::parse(Codec::H264, parameters)
    }

    #[test]
    fn parameters_are_read_as_browsers_write_them() {
        let browser = h264("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
        assert_eq!((browser.profile, browser.packetization_mode), (0x42e0, 1));
        let spaced = h264("Profile-Level-Id=640028; packetization-mode=1");
        assert_eq!((spaced.profile, spaced.packetization_mode), (0x6400, 1));
        assert_eq!(h264("").profile, 0x4200);
        assert_eq!(h264("profile-level-id=zz;;=").profile, 0x4200);
        assert_eq!(Description::parse(Codec::Vp9, "profile-id=2").profile, 2);
    }

    #[test]
    fn records_say_the_same_as_parameters() {
        let of = |codec, record: &[u8]| {
            Description::of(&VideoConfig { codec, record: record.into(), width: 0, height: 0 })
        };
        assert_eq!(
            of(Codec::H264, &[1, 0x64, 0, 0x28]),
            h264("packetization-mode=1;profile-level-id=640028")
        );
        assert_eq!(of(Codec::H265, &[1, 0x22]), Description::parse(Codec::H265, "profile-id=2"));
        assert_eq!(of(Codec::Vp9, &[2, 31]), Description::parse(Codec::Vp9, "profile-id=2"));
        assert_eq!(of(Codec::Av1, &[0x81, 0x28]), Description::parse(Codec::Av1, "profile=1"));
        assert_eq!(of(Codec::Vp8, &[]), Description::parse(Codec::Vp8, ""));
    }

    #[test]
    fn the_nearest_profile_fits_best_and_another_codec_never() {
        let stream = h264("packetization-mode=1;profile-level-id=640028");
        let high = h264("packetization-mode=1;profile-level-id=64001f");
        let high0 = h264("packetization-mode=0;profile-level-id=64001f");
        let constrained = h264("packetization-mode=1;profile-level-id=640c1f");
        let baseline = h264("packetization-mode=1;profile-level-id=42e01f");
        let order: Vec<_> =
            [&high, &high0, &constrained, &baseline].iter().map(|offered| offered.fits(&stream)).collect();
        assert_eq!(order, [Some(5), Some(4), Some(3), Some(1)]);
        assert_eq!(Description::parse(Codec::Vp8, "").fits(&stream), None);
        let vp9_2 = Description::parse(Codec::Vp9, "profile-id=2");
        assert_eq!(vp9_2.fits(&Description::parse(Codec::Vp9, "")), None);
    }
}
