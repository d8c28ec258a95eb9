//! The playlist one begins with: which renditions there are, and what they need.

use std::fmt::Write;
use std::sync::Arc;

use media::{CodecConfig, Kind, MediaTime};

use crate::codecs::codecs;
use crate::file::File;
use crate::stock::Measured;

/// The multivariant playlist of the moment. It never changes, so everybody who asks shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multivariant {
    /// For players that know parts.
    pub low_latency: Arc<[u8]>,
    /// For those that do not.
    pub plain: Arc<[u8]>,
}

/// What is said of one rendition.
pub struct Variant<'a> {
    pub config: &'a CodecConfig,
    pub measured: Measured,
    /// How long a frame lasts.
    pub frame: MediaTime,
}

impl Multivariant {
    /// Writes it. The addresses within are below `folder`.
    pub fn write(folder: &str, variants: &[Variant<'_>], independent: bool) -> Multivariant {
        let write = |plain| text(folder, variants, independent, plain).into_bytes().into();
        Multivariant { low_latency: write(false), plain: write(true) }
    }
}

fn text(folder: &str, variants: &[Variant<'_>], independent: bool, plain: bool) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:6\n");
    if independent {
        text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
    }
    let uri = |kind| format!("{folder}/{}", File::Playlist { kind, plain }.name());
    let video = variants.iter().find_map(|variant| match variant.config {
        CodecConfig::Video(video) => Some((video, variant)),
        CodecConfig::Audio(_) => None,
    });
    let audio = variants.iter().find_map(|variant| match variant.config {
        CodecConfig::Audio(audio) => Some(audio),
        CodecConfig::Video(_) => None,
    });
    let grouped = audio.filter(|_| video.is_some());
    if let Some(audio) = grouped {
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,\
             CHANNELS=\"{}\",URI=\"{}\"",
            audio.channels,
            uri(Kind::Audio)
        );
    }
    let peak: u64 = variants.iter().map(|variant| variant.measured.peak_bps).sum();
    let average: u64 = variants.iter().map(|variant| variant.measured.average_bps()).sum();
    let names: Vec<String> = variants.iter().filter_map(|variant| codecs(variant.config)).collect();
    // A first segment shorter than a second says nothing of the peak yet.
    let peak = peak.max(average).max(1);
    let _ = write!(
        text,
        "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={},CODECS=\"{}\"",
        average.max(1),
        names.join(",")
    );
    if let Some((config, variant)) = video {
        let rate = MediaTime::PER_SECOND as f64 / variant.frame.0.max(1) as f64;
        let _ = write!(text, ",RESOLUTION={}x{},FRAME-RATE={rate:.3}", config.width, config.height);
    }
    if grouped.is_some() {
        text.push_str(",AUDIO=\"sound\"");
    }
    let leader = if video.is_some() { Kind::Video } else { Kind::Audio };
    let _ = writeln!(text, "\n{}", uri(leader));
    text
}
