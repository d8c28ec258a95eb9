//! Sound from codec to codec: sines that stay sines, clocks that jitter and drift, and a real recording beside ffmpeg.
//!
//! The recording is found in the folder that LIVEHOUSE_MEDIA names, or beside the repository; a test that lacks it or
//! ffmpeg says so and passes.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::f64::consts::PI;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use media::{AudioConfig, CodecConfig, Frame, Kind, MediaTime};
use mux::fmp4::{Fragment, Init, Movie, Sample, Track};
use opus::{Channels, Decoder};
use proptest::prelude::*;
use syom::{EncodeOptions, Encoder};
use transcode::{AacToOpus, OpusToAac, RATE_HZ, TranscodeError};

/// Sound is carried over on threads of its own.
const _: fn() = || {
    fn is_sent<T: Send>() {}
    is_sent::<AacToOpus>();
    is_sent::<OpusToAac>();
};

/// A sine of half the full scale.
fn sine(hz: f64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let count = (f64::from(rate_hz) * seconds) as usize;
    (0..count).map(|n| (0.5 * (2.0 * PI * hz * n as f64 / f64::from(rate_hz)).sin()) as f32).collect()
}

/// Encodes planes as AAC; packets are one second after zero and then as long as they are.
fn aac(planes: &[&[f32]], rate_hz: u32, options: &EncodeOptions) -> (AudioConfig, Vec<Frame>) {
    let mut encoder = Encoder::new(rate_hz, planes.len(), options).unwrap();
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let mut keep = |packet: syom::EncodedFrame<'_>| {
        packets.push(packet.payload.to_vec());
        Ok(())
    };
    encoder.feed(planes, &mut keep).unwrap();
    encoder.finish(&mut keep).unwrap();
    let config = AudioConfig::from_aac(encoder.asc()).unwrap();
    let each = i64::from(config.packet_samples(&packets[0]).unwrap());
    let frames = packets.into_iter().zip(0..).map(|(data, place)| {
        let time = MediaTime::from_millis(1_000) + MediaTime::from_ticks(place * each, config.rate_hz);
        Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data: data.into() }
    });
    (config.clone(), frames.collect())
}

fn to_opus(config: &AudioConfig, frames: &[Frame]) -> Vec<Frame> {
    let mut transcoder = AacToOpus::new(config).unwrap();
    let mut out = Vec::new();
    for frame in frames {
        transcoder.push(frame).unwrap();
        out.extend(std::iter::from_fn(|| transcoder.poll()));
    }
    out
}

fn to_aac(frames: &[Frame]) -> (AudioConfig, Vec<Frame>) {
    let mut transcoder = OpusToAac::new(&AudioConfig::opus(2, 0)).unwrap();
    let mut out = Vec::new();
    for frame in frames {
        transcoder.push(frame).unwrap();
        out.extend(std::iter::from_fn(|| transcoder.poll()));
    }
    (transcoder.config(), out)
}

/// Left and right of a stream of Opus.
fn heard(frames: &[Frame]) -> [Vec<f32>; 2] {
    let mut decoder = Decoder::new(RATE_HZ, Channels::Stereo).unwrap();
    let mut sides = [Vec::new(), Vec::new()];
    for frame in frames {
        let mut sound = vec![0.0; 2 * 5_760];
        let samples = decoder.decode_float(&frame.data, &mut sound, false).unwrap();
        for pair in sound[..2 * samples].chunks(2) {
            sides[0].push(pair[0]);
            sides[1].push(pair[1]);
        }
    }
    sides
}

/// How loud one frequency is, 1 being a sine of full scale.
fn loudness(sound: &[f32], hz: f64) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (n, sample) in sound.iter().enumerate() {
        let angle = 2.0 * PI * hz * n as f64 / f64::from(RATE_HZ);
        real += f64::from(*sample) * angle.cos();
        imaginary += f64::from(*sample) * angle.sin();
    }
    2.0 * real.hypot(imaginary) / sound.len() as f64
}

/// The farthest step between two samples: a click is a far one.
fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max)
}

/// That in every fifth of a second this sine is heard, and nothing near it, without a click.
#[track_caller]
fn is_the_sine(sound: &[f32], hz: f64, amplitude: f64) {
    for part in sound.chunks_exact(9_600) {
        let found = loudness(part, hz);
        assert!((20.0 * (found / amplitude).log10()).abs() < 0.5, "{hz} Hz at {found:.3}, not {amplitude}");
        assert!(loudness(part, hz * 1.02) < amplitude / 5.0 && loudness(part, hz * 0.98) < amplitude / 5.0);
    }
    let steepest = f64::from(steepest(sound));
    let expected = amplitude * 2.0 * PI * hz / f64::from(RATE_HZ);
    assert!(steepest < expected * 1.3 + 0.01, "a click: {steepest:.3} beside {expected:.3}");
}

/// Packets follow each other exactly.
#[track_caller]
fn without_holes(frames: &[Frame], samples: i64) {
    let step = MediaTime::from_ticks(samples, RATE_HZ);
    let hole = frames.windows(2).position(|two| two[1].show - two[0].show != step);
    assert_eq!(hole, None);
}

#[test]
fn a_sine_stays_that_sine_at_every_rate() {
    for (rate_hz, channels) in [(44_100, 2), (48_000, 2), (44_100, 1), (32_000, 2), (22_050, 1), (96_000, 2)]
    {
        let plane = sine(997.0, rate_hz, 2.0);
        let (config, frames) = aac(&vec![plane.as_slice(); channels], rate_hz, &EncodeOptions::raw());
        let out = to_opus(&config, &frames);
        assert_eq!(out[0].show, MediaTime::from_millis(1_000));
        without_holes(&out, 960);
        for side in heard(&out) {
            is_the_sine(&side[9_600..86_400], 997.0, 0.5);
        }
    }
}

#[test]
fn left_and_right_stay_where_they_are() {
    let (left, right) = (sine(440.0, 44_100, 1.5), sine(1_320.0, 44_100, 1.5));
    let (config, frames) = aac(&[&left, &right], 44_100, &EncodeOptions::raw());
    let [left, right] = heard(&to_opus(&config, &frames));
    is_the_sine(&left[9_600..60_000], 440.0, 0.5);
    is_the_sine(&right[9_600..60_000], 1_320.0, 0.5);
}

/// HE-AAC, as phones send it: what comes out is the whole rate's sound, not the core's.
#[test]
fn he_aac_has_its_upper_half() {
    let plane = sine(997.0, 48_000, 2.0);
    let options = EncodeOptions::raw().with_he(true).with_bitrate_bps(64_000);
    let (config, frames) = aac(&[&plane, &plane], 48_000, &options);
    assert_eq!((config.rate_hz, config.codecs().as_str()), (48_000, "mp4a.40.5"));
    let out = to_opus(&config, &frames);
    without_holes(&out, 960);
    is_the_sine(&heard(&out)[0][14_400..86_400], 997.0, 0.5);
}

/// The centre of 5.1 is heard on both sides, half as loud as it was; the low tones are left out.
#[test]
fn five_channels_become_two() {
    let (silent, centre, low) = (vec![0.0; 72_000], sine(997.0, 48_000, 1.5), sine(60.0, 48_000, 1.5));
    let planes: [&[f32]; 6] = [&silent, &silent, &centre, &low, &silent, &silent];
    let (config, frames) = aac(&planes, 48_000, &EncodeOptions::raw().with_bitrate_bps(384_000));
    assert_eq!(config.channels, 6);
    for side in heard(&to_opus(&config, &frames)) {
        is_the_sine(&side[9_600..60_000], 997.0, 0.25);
        assert!(loudness(&side[9_600..60_000], 60.0) < 0.01);
    }
}

/// A network that delays packets by up to 40 ms, and a source that rounds.
#[test]
fn jitter_is_not_heard() {
    let plane = sine(997.0, 44_100, 4.0);
    let (config, mut frames) = aac(&[&plane], 44_100, &EncodeOptions::raw());
    for (place, frame) in frames.iter_mut().enumerate() {
        let late = [0, 13, 40, 2, 27, 39, 1][place % 7];
        frame.show = MediaTime::from_millis(frame.show.as_millis() + late);
    }
    let out = to_opus(&config, &frames);
    without_holes(&out, 960);
    is_the_sine(&heard(&out)[0][9_600..180_000], 997.0, 0.5);
}

/// A source whose clock runs a little fast or slow is followed, without a click and without a hole.
#[test]
fn a_drifting_clock_is_followed() {
    for (fast, name) in [(1.0015, "fast"), (0.9985, "slow")] {
        let plane = sine(440.0, 8_000, 80.0);
        let (config, mut frames) = aac(&[&plane], 8_000, &EncodeOptions::raw().with_bitrate_bps(24_000));
        for frame in &mut frames {
            let since = (frame.show - MediaTime::from_millis(1_000)).as_seconds() * fast;
            frame.show = MediaTime::from_millis(1_000 + (since * 1_000.0) as i64);
        }
        let out = to_opus(&config, &frames);
        without_holes(&out, 960);
        let seconds = |time: MediaTime| (time - MediaTime::from_millis(1_000)).as_seconds();
        let (made, sent) = (seconds(out[out.len() - 1].show) + 0.02, frames.len() as f64 * 1_024.0 / 8_000.0);
        // By how much it was stretched, beside by how much the clock is off: 120 ms in all.
        let followed = (made / sent - 1.0) / (fast - 1.0);
        assert!((0.55..1.3).contains(&followed), "{name}: {followed:.2} of the drift");
        assert!(steepest(&heard(&out)[0][9_600..]) < 0.06, "{name}: a click");
    }
}

/// Where the source jumps, time begins anew there; what comes after follows exactly again.
#[test]
fn a_jump_of_the_source_is_a_jump() {
    let plane = sine(440.0, 48_000, 2.0);
    let (config, mut frames) = aac(&[&plane], 48_000, &EncodeOptions::raw());
    frames[40..].iter_mut().for_each(|frame| frame.show = frame.show + MediaTime::from_millis(700));
    let out = to_opus(&config, &frames);
    let jumps: Vec<usize> =
        (1..out.len()).filter(|&n| out[n].show - out[n - 1].show != MediaTime::from_millis(20)).collect();
    assert_eq!(jumps.len(), 1);
    assert_eq!(out[jumps[0]].show, frames[40].show);
    without_holes(&out[jumps[0]..], 960);
}

/// Packets that make no sense are silence of their length, until there are too many of them.
#[test]
fn what_makes_no_sense_is_silence_and_at_last_an_error() {
    let plane = sine(440.0, 48_000, 3.0);
    let (config, mut frames) = aac(&[&plane], 48_000, &EncodeOptions::raw());
    let whole = to_opus(&config, &frames).len();
    for frame in &mut frames[50..60] {
        frame.data = [0xff; 30].into();
    }
    let out = to_opus(&config, &frames);
    assert_eq!(out.len(), whole);
    without_holes(&out, 960);
    let sound = &heard(&out)[0];
    assert!(loudness(&sound[54_000..58_000], 440.0) < 0.02, "silent");
    is_the_sine(&sound[80_000..130_000], 440.0, 0.5);
    let mut transcoder = AacToOpus::new(&config).unwrap();
    let mut broken = frames[55].clone();
    let refused = (0..200).find_map(|place| {
        broken.show = MediaTime::from_ticks(place * 1_024, 48_000);
        transcoder.push(&broken).err()
    });
    assert_eq!(refused, Some(TranscodeError::Broken(101)));
}

#[test]
fn what_cannot_be_decoded_is_refused_with_a_word() {
    let opus = AudioConfig::opus(2, 0);
    assert!(AacToOpus::new(&opus).unwrap_err().to_string().contains("send AAC-LC"));
    // Scalable AAC, which nobody decodes.
    let scalable = AudioConfig::from_aac(&[0x32, 0x10]).unwrap();
    assert!(matches!(AacToOpus::new(&scalable), Err(TranscodeError::Unsupported(_))));
}

#[test]
fn opus_becomes_aac() {
    let plane = sine(997.0, 48_000, 2.0);
    let (config, frames) = aac(&[&plane, &plane], 48_000, &EncodeOptions::raw());
    let opus = to_opus(&config, &frames);
    let (config, back) = to_aac(&opus);
    assert_eq!((config.rate_hz, config.channels, config.codecs().as_str()), (48_000, 2, "mp4a.40.2"));
    assert_eq!(back[0].show, opus[0].show);
    without_holes(&back, 1_024);
    // Heard by way of Opus once more, the decoder of AAC having been checked above.
    is_the_sine(&heard(&to_opus(&config, &back))[0][14_400..72_000], 997.0, 0.5);
}

/// Three packets lost on the way are concealed, and what follows is in time.
#[test]
fn lost_packets_of_opus_leave_no_hole() {
    let plane = sine(997.0, 48_000, 2.0);
    let (config, frames) = aac(&[&plane, &plane], 48_000, &EncodeOptions::raw());
    let mut opus = to_opus(&config, &frames);
    let (_, whole) = to_aac(&opus);
    opus.drain(40..43);
    let (_, mended) = to_aac(&opus);
    without_holes(&mended, 1_024);
    assert_eq!(mended.len(), whole.len());
}

fn recording(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media");
    let folder = std::env::var_os("LIVEHOUSE_MEDIA").map_or(beside, PathBuf::from);
    let path = folder.join(name);
    let there = path.exists() && Command::new("ffmpeg").arg("-version").output().is_ok();
    if !there {
        println!("not run: {name} or ffmpeg is missing; set LIVEHOUSE_MEDIA to the folder of the recordings");
    }
    there.then_some(path)
}

/// Runs ffmpeg; what it wrote to `-`.
fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let ran =
        Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(arguments).output().unwrap();
    assert!(ran.status.success(), "ffmpeg {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran.stdout
}

/// The loudness of each 50 ms, as ffmpeg decodes a file at 48 kHz in mono.
fn envelope(file: &str) -> Vec<f64> {
    let bytes = ffmpeg(&["-i", file, "-vn", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"]);
    let sound: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let power =
        |part: &[f32]| part.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / part.len() as f64;
    sound.chunks_exact(2_400).map(|part| power(part).sqrt()).collect()
}

/// Writes a stream of sound as a file.
fn file(config: &AudioConfig, frames: &[Frame], path: &Path) {
    let rate = config.rate_hz;
    let start = frames[0].show;
    let samples: Vec<Sample> = frames
        .iter()
        .map(|frame| {
            let lasts = MediaTime::from_ticks(config.packet_samples(&frame.data).unwrap().into(), rate);
            Sample::of(frame, frame.show + lasts, rate)
        })
        .collect();
    let base_decode = (frames[0].show - start).to_ticks(rate).cast_unsigned();
    let fragment = Fragment { sequence: 1, track: Track::Audio, base_decode, samples: &samples };
    std::fs::write(path, [Init::write(None, Some(config)), fragment.write()].concat()).unwrap();
}

/// A camera's sound, carried to Opus and back, beside the same recording as ffmpeg decodes it.
#[test]
fn a_recording_sounds_as_it_did() {
    let Some(source) = recording("elf.mp4") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let fragmented = path("source.mp4");
    let flags = "empty_moov+default_base_moof+frag_keyframe";
    ffmpeg(&[
        "-i",
        source.to_str().unwrap(),
        "-vn",
        "-c",
        "copy",
        "-use_editlist",
        "0",
        "-movflags",
        flags,
        &fragmented,
    ]);
    let bytes = std::fs::read(&fragmented).unwrap();
    let movie = Movie::read(&bytes).unwrap();
    let CodecConfig::Audio(config) = &movie.tracks[0].config else { panic!("sound") };
    let frames: Vec<Frame> =
        movie.samples(&bytes).unwrap().iter().map(|piece| movie.tracks[0].frame(piece)).collect();
    let opus = to_opus(config, &frames);
    without_holes(&opus, 960);
    let there = AacToOpus::new(config).unwrap().config();
    file(&there, &opus, Path::new(&path("opus.mp4")));
    let (back, aac) = to_aac(&opus);
    file(&back, &aac, Path::new(&path("aac.mp4")));
    let expected = envelope(&fragmented);
    for name in ["opus.mp4", "aac.mp4"] {
        let found = envelope(&path(name));
        assert!(
            expected.len().abs_diff(found.len()) <= 2,
            "{name}: {} beside {}",
            found.len(),
            expected.len()
        );
        let pairs: Vec<(f64, f64)> = expected.iter().copied().zip(found.iter().copied()).skip(2).collect();
        let error = pairs.iter().map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let power = pairs.iter().map(|(a, _)| a.powi(2)).sum::<f64>();
        let ratio = (error / power).sqrt();
        println!("{name}: {} of 50 ms, {:.1} % off", found.len(), ratio * 100.0);
        assert!(ratio < 0.1, "{name}: the envelope is {:.1} % off", ratio * 100.0);
    }
}

/// HE-AAC and its second version, whose second channel is described and not coded, beside ffmpeg's decoder.
#[test]
fn he_aac_sounds_as_ffmpeg_decodes_it() {
    if recording("elf.mp4").is_none() {
        return;
    }
    // A tone that comes and goes, over one that climbs from 300 Hz to 12 kHz, so that both halves are used.
    let plane: Vec<f32> = (0..48_000 * 3)
        .map(|n| {
            let at = f64::from(n) / 48_000.0;
            let climbing = (2.0 * PI * (300.0 * at + 1_950.0 * at * at)).sin();
            (0.2 * climbing + 0.2 * (2.0 * PI * 880.0 * at).sin() * (PI * at).sin()) as f32
        })
        .collect();
    let he = EncodeOptions::raw().with_he(true).with_bitrate_bps(64_000);
    let v2 = EncodeOptions::raw().with_he_v2(true).with_bitrate_bps(48_000);
    for (options, codec) in [(he, "mp4a.40.5"), (v2, "mp4a.40.29")] {
        let (config, frames) = aac(&[&plane, &plane], 48_000, &options);
        assert_eq!((config.codecs().as_str(), config.channels), (codec, 2));
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        file(&config, &frames, Path::new(&path("he.mp4")));
        let there = AacToOpus::new(&config).unwrap().config();
        file(&there, &to_opus(&config, &frames), Path::new(&path("opus.mp4")));
        let (expected, found) = (envelope(&path("he.mp4")), envelope(&path("opus.mp4")));
        let pairs: Vec<(f64, f64)> = expected.into_iter().zip(found).skip(4).collect();
        let error = pairs.iter().map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let ratio = (error / pairs.iter().map(|(a, _)| a.powi(2)).sum::<f64>()).sqrt();
        println!("{codec}: {:.1} % off", ratio * 100.0);
        assert!(pairs.len() > 50 && ratio < 0.1, "{codec}: {:.1} % off", ratio * 100.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_packet_panics(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..8), record in prop::sample::select(vec![vec![0x12u8, 0x10], vec![0x2b, 0x92, 0x08, 0x00], vec![0x11, 0xb0], vec![0x12, 0x08]])) {
        let mut to_opus = AacToOpus::new(&AudioConfig::from_aac(&record).unwrap()).unwrap();
        let mut to_aac = OpusToAac::new(&AudioConfig::opus(2, 0)).unwrap();
        for (place, data) in packets.into_iter().enumerate() {
            let time = MediaTime::from_millis(20 * place as i64);
            let frame = Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data: data.into() };
            let _ = to_opus.push(&frame);
            let _ = to_aac.push(&frame);
        }
    }
    /// Bits turned over on the way, in any packets: there is still as much sound, without a hole.
    #[test]
    fn turned_bits_leave_no_hole(turns in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..8), 1..20)) {
        static SENT: OnceLock<(AudioConfig, Vec<Frame>, usize)> = OnceLock::new();
        let (config, frames, made) = SENT.get_or_init(|| {
            let plane = sine(440.0, 48_000, 0.5);
            let (config, frames) = aac(&[&plane], 48_000, &EncodeOptions::raw());
            let made = to_opus(&config, &frames).len();
            (config, frames, made)
        });
        let mut spoilt = frames.clone();
        for (frame, byte, bit) in turns {
            let frame = &mut spoilt[frame.index(frames.len())];
            let mut data = frame.data.to_vec();
            let place = byte.index(data.len());
            data[place] ^= 1 << bit;
            frame.data = data.into();
        }
        let out = to_opus(config, &spoilt);
        prop_assert_eq!(out.len(), *made);
        without_holes(&out, 960);
    }
}
