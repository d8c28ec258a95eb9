//! The names of codecs as playlists write them (RFC 6381), read from the decoders' own records.

use media::{AudioCodec, AudioConfig, Codec, CodecConfig, VideoConfig};

/// Whether players of HLS take this codec. VP8 has no place in it.
pub fn carried(config: &CodecConfig) -> bool {
    codecs(config).is_some()
}

/// The codec's name with its profile and level; `None` for what HLS does not carry, or a record that makes no sense.
pub fn codecs(config: &CodecConfig) -> Option<String> {
    match config {
        CodecConfig::Video(video) => of_video(video),
        CodecConfig::Audio(audio) => of_audio(audio),
    }
}

fn of_video(video: &VideoConfig) -> Option<String> {
    let record = &*video.record;
    match video.codec {
        Codec::H264 => {
            let [1, profile, compatible, level, ..] = *record else { return None };
            Some(format!("avc1.{profile:02x}{compatible:02x}{level:02x}"))
        }
        Codec::H265 => of_h265(record.first_chunk()?),
        Codec::Av1 => {
            let [_, profile_level, flags, ..] = *record else { return None };
            let tier = if flags & 0x80 == 0 { 'M' } else { 'H' };
            let depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
                (false, _) => 8,
                (true, false) => 10,
                (true, true) => 12,
            };
            Some(format!("av01.{}.{:02}{tier}.{depth:02}", profile_level >> 5, profile_level & 0x1f))
        }
        Codec::Vp9 => {
            // A full box's content begins with its version and flags.
            let record = if record.len() >= 12 { record.get(4..)? } else { record };
            let [profile, level, depth, ..] = *record else { return None };
            Some(format!("vp09.{profile:02}.{level:02}.{:02}", depth >> 4))
        }
        Codec::Vp8 | Codec::Opus => None,
    }
}

fn of_h265(record: &[u8; 13]) -> Option<String> {
    let space = match record[1] >> 6 {
        0 => "",
        1 => "A",
        2 => "B",
        _ => "C",
    };
    let tier = if record[1] & 0x20 == 0 { 'L' } else { 'H' };
    let compatible = u32::from_be_bytes(*record.get(2..6)?.first_chunk()?).reverse_bits();
    let mut name = format!("hvc1.{space}{}.{compatible:X}.{tier}{}", record[1] & 0x1f, record[12]);
    let constraints = &record[6..12];
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in &constraints[..used] {
        name.push_str(&format!(".{byte:X}"));
    }
    Some(name)
}

fn of_audio(audio: &AudioConfig) -> Option<String> {
    match audio.codec {
        AudioCodec::Aac => {
            let [first, second, ..] = *audio.record else { return None };
            let object = match first >> 3 {
                31 => 32 + (u16::from(first & 7) << 3 | u16::from(second >> 5)),
                object => u16::from(object),
            };
            Some(format!("mp4a.40.{object}"))
        }
        AudioCodec::Opus => Some("opus".to_owned()),
        AudioCodec::Mp3 => Some("mp4a.40.34".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(codec: Codec, record: &[u8]) -> Option<String> {
        codecs(&CodecConfig::Video(VideoConfig { codec, record: record.into(), width: 1, height: 1 }))
    }

    fn audio(codec: AudioCodec, record: &[u8]) -> Option<String> {
        codecs(&CodecConfig::Audio(AudioConfig {
            codec,
            record: record.into(),
            rate_hz: 48_000,
            channels: 2,
        }))
    }

    #[test]
    fn names_are_those_players_know() {
        assert_eq!(video(Codec::H264, &[1, 0x64, 0, 0x1f, 0xff]).unwrap(), "avc1.64001f");
        let main = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];
        assert_eq!(video(Codec::H265, &main).unwrap(), "hvc1.1.6.L93.90");
        assert_eq!(video(Codec::Av1, &[0x81, 0x05, 0x0c, 0]).unwrap(), "av01.0.05M.08");
        assert_eq!(video(Codec::Vp9, &[1, 0, 0, 0, 0, 31, 0x82, 1, 1, 1, 0, 0]).unwrap(), "vp09.00.31.08");
        assert_eq!(video(Codec::Vp9, &[2, 10, 0xa2, 1, 1, 1, 0, 0]).unwrap(), "vp09.02.10.10");
        assert_eq!(audio(AudioCodec::Aac, &[0x11, 0x90]).unwrap(), "mp4a.40.2");
        assert_eq!(audio(AudioCodec::Aac, &[0xf9, 0x46]).unwrap(), "mp4a.40.42");
        assert_eq!(audio(AudioCodec::Opus, &[]).unwrap(), "opus");
        assert_eq!(audio(AudioCodec::Mp3, &[]).unwrap(), "mp4a.40.34");
    }

    #[test]
    fn what_is_not_carried_has_no_name() {
        assert_eq!(video(Codec::Vp8, &[]), None);
        for codec in [Codec::H264, Codec::H265, Codec::Av1, Codec::Vp9] {
            assert_eq!(video(codec, &[]), None);
        }
        assert_eq!(audio(AudioCodec::Aac, &[0x11]), None);
    }
}
