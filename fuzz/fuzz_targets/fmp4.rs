//! Fragmented MP4 and transport streams from strangers, and the records of codecs in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::{AccessUnit, AudioConfig, Codec, CodecConfig, ParameterSets, PictureOrder, VideoConfig, annex_b_units};
use mux::fmp4::{Fragment, Init, Movie, Sample, Track, VIDEO_TIMESCALE};
use mux::ts;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(movie) = Movie::read(bytes)
        && let Ok(pieces) = movie.samples(bytes)
    {
        for track in &movie.tracks {
            again(&track.config);
            let frames = pieces.iter().filter(|piece| piece.track == track.id).map(|piece| track.frame(piece));
            let samples: Vec<Sample> =
                frames.map(|frame| Sample::of(&frame, frame.decode, VIDEO_TIMESCALE)).collect();
            let fragment = Fragment { sequence: 1, track: Track::Video, base_decode: 0, samples: &samples };
            assert!(fragment.write().len() >= samples.iter().map(|sample| sample.data.len()).sum());
        }
    }
    let mut demuxer = ts::Demuxer::new();
    demuxer.push(bytes);
    while demuxer.poll().is_some() {}
    for codec in Codec::ALL {
        if let Some(config) = VideoConfig::from_record(codec, bytes.into()) {
            again(&CodecConfig::Video(config.clone()));
            if let Some(mut order) = PictureOrder::new(&config) {
                let _ = order.reorders(bytes);
            }
        }
        let _ = VideoConfig::from_keyframe(codec, bytes);
        let _ = AccessUnit::gather(codec, annex_b_units(bytes), &mut ParameterSets::default());
    }
    for config in [AudioConfig::from_aac(bytes), AudioConfig::from_opus(bytes)].into_iter().flatten() {
        again(&CodecConfig::Audio(config));
    }
});

/// What was read can be written, and read again as the same.
fn again(config: &CodecConfig) {
    let init = match config {
        CodecConfig::Video(config) => {
            assert!(!config.codecs().is_empty());
            Init::write(Some(config), None)
        }
        CodecConfig::Audio(config) => Init::write(None, Some(config)),
    };
    let movie = Movie::read(&init).expect("what we write can be read");
    assert_eq!(movie.tracks[0].config.kind(), config.kind());
}
