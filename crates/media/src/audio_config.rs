//! Sound's configuration, made of what encoders send, and said in the words of RFC 6381.

use std::sync::Arc;

use crate::aac::{Aac, Extension};
use crate::opus::{OpusHead, packet_samples};
use crate::{AudioCodec, AudioConfig, mp3};

impl AudioConfig {
    /// Reads AAC's AudioSpecificConfig; `None` if it is empty, broken, or nothing that can be played. Rate and channels
    /// are those that come out, where the configuration says that more comes out than the core has (HE-AAC).
    pub fn from_aac(record: &[u8]) -> Option<AudioConfig> {
        let aac = Aac::parse(record)?;
        let (rate_hz, channels) = (aac.rate_hz, aac.channels);
        Some(AudioConfig { codec: AudioCodec::Aac, record: record.into(), rate_hz, channels })
    }

    /// Reads Opus' configuration: the content of `dOps`, or the `OpusHead` that Ogg and enhanced RTMP carry.
    pub fn from_opus(record: &[u8]) -> Option<AudioConfig> {
        let record = OpusHead::record_of_ogg(record).unwrap_or_else(|| record.to_vec());
        let channels = OpusHead::parse(&record)?.channels;
        Some(AudioConfig { codec: AudioCodec::Opus, record: record.into(), rate_hz: 48_000, channels })
    }

    /// Opus with one or two channels whose encoder has said nothing, as in WebRTC. `skip` samples at the front are not
    /// to be heard; 0 when one listens in the middle of a show.
    pub fn opus(channels: u8, skip: u16) -> AudioConfig {
        let channels = channels.clamp(1, 2);
        let record = OpusHead::write(channels, skip).into();
        AudioConfig { codec: AudioCodec::Opus, record, rate_hz: 48_000, channels }
    }

    /// Reads the header of an MP3 frame.
    pub fn from_mp3(frame: &[u8]) -> Option<AudioConfig> {
        let header = mp3::Header::parse(frame)?;
        let (rate_hz, channels) = (header.rate_hz, header.channels);
        Some(AudioConfig { codec: AudioCodec::Mp3, record: Arc::default(), rate_hz, channels })
    }

    /// The samples of a packet, of each channel, at `rate_hz`; `None` if it makes no sense.
    pub fn packet_samples(&self, packet: &[u8]) -> Option<u32> {
        match self.codec {
            AudioCodec::Aac => Aac::parse(&self.record).map(|aac| aac.packet_samples()),
            AudioCodec::Opus => packet_samples(packet),
            AudioCodec::Mp3 => mp3::Header::parse(packet).map(|header| header.samples),
        }
    }

    /// The codec in the words of RFC 6381: `mp4a.40.2`, `opus`.
    pub fn codecs(&self) -> String {
        match self.codec {
            AudioCodec::Aac => match Aac::parse(&self.record) {
                Some(Aac { extension: Extension::Bands, .. }) => "mp4a.40.5".to_owned(),
                Some(Aac { extension: Extension::BandsAndStereo, .. }) => "mp4a.40.29".to_owned(),
                Some(aac) => format!("mp4a.40.{}", aac.object_type),
                None => "mp4a.40.2".to_owned(),
            },
            AudioCodec::Opus => "opus".to_owned(),
            AudioCodec::Mp3 => "mp4a.40.34".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_what_is_said() {
        let said = |config: Option<AudioConfig>| config.map(|c| (c.rate_hz, c.channels, c.codecs()));
        let lc = said(AudioConfig::from_aac(&[0x12, 0x10]));
        assert_eq!(lc, Some((44_100, 2, "mp4a.40.2".to_owned())));
        let he = said(AudioConfig::from_aac(&[0x2b, 0x92, 0x08, 0x00]));
        assert_eq!(he, Some((44_100, 2, "mp4a.40.5".to_owned())));
        let v2 = said(AudioConfig::from_aac(&[0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80]));
        assert_eq!(v2, Some((48_000, 2, "mp4a.40.29".to_owned())));
        assert_eq!(AudioConfig::from_aac(&[]), None);
        let opus = AudioConfig::opus(2, 0);
        assert_eq!(AudioConfig::from_opus(&opus.record), Some(opus.clone()));
        assert_eq!(said(Some(opus)), Some((48_000, 2, "opus".to_owned())));
        let mp3 = said(AudioConfig::from_mp3(&[0xff, 0xfb, 0x90, 0x64]));
        assert_eq!(mp3, Some((44_100, 2, "mp4a.40.34".to_owned())));
    }

    #[test]
    fn packets_say_how_long_they_are() {
        let aac = AudioConfig::from_aac(&[0x2b, 0x92, 0x08, 0x00]).expect("whole");
        assert_eq!(aac.packet_samples(&[]), Some(2_048));
        assert_eq!(AudioConfig::opus(1, 0).packet_samples(&[0x78]), Some(960));
        let mp3 = AudioConfig::from_mp3(&[0xff, 0xfb, 0x90, 0x64]).expect("whole");
        assert_eq!(mp3.packet_samples(&[0xff, 0xf3, 0x40, 0xc4]), Some(576));
    }
}
