//! Fragmented MP4: real recordings through our reader and writer, decoded by ffmpeg, and what strangers may send.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod recording;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use media::{AudioConfig, CodecConfig, Frame, Kind, MediaTime, VideoConfig};
use mux::fmp4::{
    Fragment, Init, Movie, ProducerTime, ReadError, SEGMENT_TYPE, Sample, Track, VIDEO_TIMESCALE,
};
use mux::fmp4::{Piece, audio_timescale};
use proptest::prelude::*;

use recording::{ffmpeg, fragmented, recording};

/// Every decoded picture and sound with its time, as ffmpeg sees them.
fn decoded(file: &str) -> Vec<String> {
    let said = ffmpeg(&["-i", file, "-map", "0", "-copyts", "-f", "framemd5", "-"]);
    said.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// A recording as other tools fragment it, and as we do after reading that.
fn remuxed(folder: &Path, name: &str, transcode: &[&str]) -> Option<(String, String)> {
    let source = recording(name)?;
    let theirs = folder.join("theirs.mp4").to_str().unwrap().to_owned();
    fragmented(&source, transcode, &theirs);
    let bytes = std::fs::read(&theirs).unwrap();
    let movie = Movie::read(&bytes).unwrap();
    let pieces = movie.samples(&bytes).unwrap();
    let ours = folder.join("ours.mp4").to_str().unwrap().to_owned();
    std::fs::write(&ours, rewrite(&movie, &pieces)).unwrap();
    Some((theirs, ours))
}

/// Writes what was read, half a second a fragment, as a packager does.
fn rewrite(movie: &Movie, pieces: &[Piece<'_>]) -> Vec<u8> {
    let video = movie.tracks.iter().find_map(|track| match &track.config {
        CodecConfig::Video(config) => Some(config),
        CodecConfig::Audio(_) => None,
    });
    let audio = movie.tracks.iter().find_map(|track| match &track.config {
        CodecConfig::Audio(config) => Some(config),
        CodecConfig::Video(_) => None,
    });
    let mut file = Init::write(video, audio);
    let mut sequence = 0;
    for info in &movie.tracks {
        let (track, timescale) = match info.config.kind() {
            Kind::Video => (Track::Video, VIDEO_TIMESCALE),
            Kind::Audio => (Track::Audio, audio_timescale(audio.unwrap())),
        };
        assert_eq!(info.timescale, timescale);
        let own: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.track == info.id).collect();
        let until = |piece: &Piece<'_>| {
            MediaTime::from_ticks((piece.decode + u64::from(piece.duration)).cast_signed(), timescale)
        };
        let frames: Vec<(Frame, MediaTime)> =
            own.iter().map(|piece| (info.frame(piece), until(piece))).collect();
        for part in frames.chunks(15) {
            let samples: Vec<Sample> =
                part.iter().map(|(frame, until)| Sample::of(frame, *until, timescale)).collect();
            let base_decode = part[0].0.decode.to_ticks(timescale).cast_unsigned();
            sequence += 1;
            file.extend(SEGMENT_TYPE);
            file.extend(ProducerTime { track, decode: base_decode, unix_ms: 1_795_000_000_000 }.write());
            file.extend(Fragment { sequence, track, base_decode, samples: &samples }.write());
        }
    }
    file
}

/// Sorted, so that the order in which the two files interleave their tracks does not matter.
#[track_caller]
fn check(name: &str, transcode: &[&str], entry: &str) {
    let folder = tempfile::tempdir().unwrap();
    let Some((theirs, ours)) = remuxed(folder.path(), name, transcode) else { return };
    let (mut expected, mut found) = (decoded(&theirs), decoded(&ours));
    assert!(expected.len() > 50, "{} frames", expected.len());
    expected.sort();
    found.sort();
    assert_eq!(expected, found);
    let probed = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_tag_string", "-of", "default=nw=1:nk=1", &ours])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(probed.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
        entry
    );
}

#[test]
fn h264_and_aac_of_a_camera() {
    check("elf.mp4", &["-c", "copy"], "avc1 mp4a");
}

#[test]
fn b_frames_keep_their_times() {
    check("one-by-one.mp4", &["-c", "copy", "-t", "60"], "avc1");
}

#[test]
fn h265_with_b_frames_and_opus() {
    let x265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "bframes=3:log-level=none"];
    let rest = ["-t", "3", "-c:a", "libopus", "-tag:v", "hvc1", "-s", "320x200"];
    check("elf.mp4", &[&x265[..], &rest].concat(), "hvc1 Opus");
}

#[test]
fn vp9_and_av1() {
    let vp9 =
        ["-an", "-t", "2", "-s", "192x128", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
    check("elf.mp4", &vp9, "vp09");
    let av1 =
        ["-an", "-t", "2", "-s", "192x128", "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"];
    check("elf.mp4", &av1, "av01");
}

fn aac() -> AudioConfig {
    AudioConfig::from_aac(&[0x12, 0x10]).unwrap()
}

fn vp9() -> VideoConfig {
    let record: Arc<[u8]> = [0, 31, 0x82, 1, 1, 1, 0, 0].into();
    VideoConfig { width: 640, height: 360, ..VideoConfig::from_record(media::Codec::Vp9, record).unwrap() }
}

#[test]
fn an_init_segment_says_what_was_put_in() {
    let movie = Movie::read(&Init::write(Some(&vp9()), Some(&aac()))).unwrap();
    let said: Vec<_> =
        movie.tracks.iter().map(|track| (track.id, track.timescale, track.config.clone())).collect();
    assert_eq!(said, [(1, 90_000, CodecConfig::Video(vp9())), (2, 44_100, CodecConfig::Audio(aac()))]);
    let alone = Movie::read(&Init::write(None, Some(&AudioConfig::opus(2, 312)))).unwrap();
    assert_eq!((alone.tracks.len(), alone.tracks[0].id, alone.tracks[0].timescale), (1, 2, 48_000));
    assert_eq!(Movie::read(&Init::write(None, None)), Err(ReadError::NoTracks));
}

fn sample(keyframe: bool, composition: i32, bytes: usize) -> Sample {
    Sample { duration: 3_000, composition, keyframe, data: vec![7; bytes].into() }
}

/// A program that is killed leaves half a fragment behind.
#[test]
fn a_fragment_cut_short_is_left_out_and_those_before_it_stay() {
    let movie = Movie::read(&Init::write(Some(&vp9()), None)).unwrap();
    let samples = [sample(true, 0, 10), sample(false, -3_000, 5)];
    let first = Fragment { sequence: 1, track: Track::Video, base_decode: 0, samples: &samples }.write();
    let second = Fragment { sequence: 2, track: Track::Video, base_decode: 6_000, samples: &samples }.write();
    let whole = [first.clone(), second].concat();
    for end in first.len()..whole.len() {
        let read = movie.samples(&whole[..end]).unwrap();
        assert_eq!(
            read.iter().map(|piece| (piece.decode, piece.composition)).collect::<Vec<_>>(),
            [(0, 0), (3_000, -3_000)]
        );
    }
    assert_eq!(movie.samples(&whole).unwrap().len(), 4);
}

prop_compose! {
    fn any_sample()(duration in 0u32..9_000, composition in -9_000i32..9_000, keyframe: bool, bytes in 1usize..40) -> Sample {
        Sample { duration, composition, keyframe, data: vec![bytes as u8; bytes].into() }
    }
}

proptest! {
    #[test]
    fn fragments_there_and_back(samples in proptest::collection::vec(any_sample(), 1..20), base_decode in 0u64..1 << 40) {
        let movie = Movie::read(&Init::write(Some(&vp9()), Some(&aac()))).unwrap();
        let written = Fragment { sequence: 1, track: Track::Video, base_decode, samples: &samples }.write();
        let read = movie.samples(&written).unwrap();
        let mut decode = base_decode;
        prop_assert_eq!(read.len(), samples.len());
        for (piece, sample) in read.iter().zip(&samples) {
            prop_assert_eq!((piece.decode, piece.duration, piece.composition), (decode, sample.duration, sample.composition));
            prop_assert_eq!((piece.keyframe, piece.data), (sample.keyframe, &*sample.data));
            decode += u64::from(sample.duration);
        }
    }

    /// Any byte of a real file turned into any other is read or refused.
    #[test]
    fn broken_files_are_refused(turns in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut: prop::sample::Index) {
        let samples = [sample(true, 0, 10), sample(false, 9, 5)];
        let mut file = Init::write(Some(&vp9()), Some(&aac()));
        file.extend(Fragment { sequence: 1, track: Track::Video, base_decode: 9, samples: &samples }.write());
        for (place, byte) in turns {
            let place = place.index(file.len());
            file[place] = byte;
        }
        file.truncate(cut.index(file.len()) + 1);
        if let Ok(movie) = Movie::read(&file) {
            let _ = movie.samples(&file);
        }
    }
}
