//! What players ask of HLS: names of files and delivery directives from strangers, at every moment of a show.
#![no_main]

use hls::{Ask, Fetch, File, Packager, Reload, Rendition, Settings};
use libfuzzer_sys::fuzz_target;
use media::{Codec, CodecConfig, Frame, Kind, MediaTime, VideoConfig};
use std::sync::OnceLock;

fuzz_target!(|input: (&str, &str)| {
    static MOMENTS: OnceLock<Vec<Rendition>> = OnceLock::new();
    let (name, query) = input;
    let file = File::parse(name);
    if let Some(file) = file {
        assert_eq!(file.name(), name, "a name has one spelling");
    }
    let Ok(ask) = Ask::parse(query) else { return };
    for rendition in MOMENTS.get_or_init(moments) {
        if let Some(file) = file
            && let Fetch::Ready(bytes) = rendition.fetch(file)
        {
            assert!(!bytes.is_empty());
        }
        let (msn, parts) = rendition.edge();
        match rendition.reload(ask) {
            Reload::Ready(text) => assert!(text.starts_with(b"#EXTM3U\n")),
            Reload::NotBefore { msn: wanted, part } => {
                assert!(!rendition.has_ended() && ask.msn.is_some());
                assert!(wanted == msn + 1 || (wanted == msn && part.is_none_or(|part| part >= parts)));
            }
            Reload::TooFar => assert!(ask.msn.is_some_and(|asked| asked + 1 >= msn)),
        }
    }
});

/// A show after each of its parts, with a break in it, and after its end.
fn moments() -> Vec<Rendition> {
    let window = MediaTime::from_millis(20_000);
    let mut packager = Packager::new("show".into(), Settings { window, ..Settings::default() });
    let record = [1, 0x64, 0, 0x1f, 0xff, 0xe0, 0].as_slice().into();
    packager.configure(CodecConfig::Video(VideoConfig { codec: Codec::H264, record, width: 640, height: 360 }));
    let mut moments = Vec::new();
    for n in 0..1_200 {
        if n == 500 {
            packager.interrupt(n * 100);
        }
        let decode = MediaTime::from_millis(n * 40);
        let data = vec![0; 16].into();
        packager.push(Frame { kind: Kind::Video, decode, show: decode, keyframe: n % 50 == 0, data }, n * 40);
        while packager.poll_news().is_some() {
            moments.extend(packager.rendition(Kind::Video));
        }
    }
    packager.end(48_000);
    moments.extend(packager.rendition(Kind::Video));
    moments
}
