//! What carrying sound from one codec to the other costs: seconds of one core for each second of sound.

#![allow(clippy::print_stdout)]

use std::time::Duration;

use media::{AudioConfig, Frame, Kind, MediaTime};
use syom::{AacError, EncodeOptions, Encoder};
use transcode::{AacToOpus, OpusToAac, TranscodeError};

/// How much sound is carried over.
const SECONDS: u32 = 60;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:<28} {:>12} {:>16}", "", "of a core", "streams a core");
    for (rate_hz, channels) in [(44_100, 2), (48_000, 2), (44_100, 1)] {
        let (config, frames) = source(rate_hz, channels)?;
        let began = spent()?;
        let opus = to_opus(&config, &frames)?;
        say(&format!("AAC {rate_hz}/{channels} to Opus"), spent()? - began);
        if channels == 2 {
            let began = spent()?;
            to_aac(&opus)?;
            say(&format!("Opus 48000/2 to AAC ({rate_hz})"), spent()? - began);
        }
    }
    Ok(())
}

fn say(what: &str, took: Duration) {
    let share = took.as_secs_f64() / f64::from(SECONDS);
    println!("{what:<28} {:>10.2} % {:>16.0}", share * 100.0, 1.0 / share);
}

/// The time that this thread has had of a core, which other programs beside it do not lengthen.
fn spent() -> Result<Duration, Box<dyn std::error::Error>> {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(figures.split(' ').next().unwrap_or_default().parse()?))
}

/// Three tones and noise, as loud as speech: an encoder has to work for it.
fn source(rate_hz: u32, channels: usize) -> Result<(AudioConfig, Vec<Frame>), AacError> {
    let mut noise = 1u32;
    let plane: Vec<f32> = (0..rate_hz * SECONDS)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = f64::from(n) / f64::from(rate_hz) * std::f64::consts::TAU;
            let tones = (at * 220.0).sin() + (at * 1_310.0).sin() + (at * 5_030.0).sin();
            (tones * 0.1) as f32 + noise as f32 / u32::MAX as f32 * 0.1
        })
        .collect();
    let mut encoder = Encoder::new(rate_hz, channels, &EncodeOptions::raw())?;
    let mut packets: Vec<Vec<u8>> = Vec::new();
    encoder.feed(&vec![plane.as_slice(); channels], |packet| {
        packets.push(packet.payload.to_vec());
        Ok(())
    })?;
    let config = AudioConfig::from_aac(encoder.asc()).ok_or(AacError::NotAac)?;
    let frames = packets.into_iter().zip(0..).map(|(data, place)| {
        let time = MediaTime::from_ticks(place * 1_024, rate_hz);
        Frame { kind: Kind::Audio, decode: time, show: time, keyframe: true, data: data.into() }
    });
    Ok((config, frames.collect()))
}

fn to_opus(config: &AudioConfig, frames: &[Frame]) -> Result<Vec<Frame>, TranscodeError> {
    let mut transcoder = AacToOpus::new(config)?;
    let mut out = Vec::new();
    for frame in frames {
        transcoder.push(frame)?;
        out.extend(std::iter::from_fn(|| transcoder.poll()));
    }
    Ok(out)
}

fn to_aac(frames: &[Frame]) -> Result<(), TranscodeError> {
    let mut transcoder = OpusToAac::new(&AudioConfig::opus(2, 0))?;
    for frame in frames {
        transcoder.push(frame)?;
        while transcoder.poll().is_some() {}
    }
    Ok(())
}
