//! What carrying sound from one codec to the other costs: the share of one core that a stream takes.

#![allow(clippy::print_stdout)]

use std::time::Duration;

use media::{AudioConfig, Frame, Kind, MediaTime};
use syom::{AacError, EncodeOptions, Encoder};
use transcode::{AacToOpus, OpusToAac, TranscodeError};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let seconds = if quick { 20 } else { 120 };
    let mut figures = Vec::new();
    println!("{:<24}{:>12}{:>18}", "", "of a core", "streams a core");
    for (rate_hz, channels) in [(44_100, 2), (48_000, 2), (44_100, 1)] {
        let (config, frames) = source(rate_hz, channels, seconds)?;
        let began = spent()?;
        let opus = to_opus(&config, &frames)?;
        say(&format!("aac_{rate_hz}_{channels}_to_opus"), spent()? - began, seconds, &mut figures);
        if (rate_hz, channels) == (48_000, 2) {
            let began = spent()?;
            to_aac(&opus)?;
            say("opus_to_aac", spent()? - began, seconds, &mut figures);
        }
    }
    println!("{{{}}}", figures.join(","));
    Ok(())
}

fn say(what: &str, took: Duration, seconds: u32, figures: &mut Vec<String>) {
    let percent = took.as_secs_f64() / f64::from(seconds) * 100.0;
    println!("{what:<24}{percent:>10.2} %{:>18.0}", 100.0 / percent);
    figures.push(format!("\"{what}_core_percent\":{percent:.2}"));
}

/// The time that this thread has had of a core, which other programs beside it do not lengthen.
fn spent() -> Result<Duration, Box<dyn std::error::Error>> {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(figures.split(' ').next().unwrap_or_default().parse()?))
}

/// Three tones and noise, as loud as speech: an encoder has to work for it.
fn source(rate_hz: u32, channels: usize, seconds: u32) -> Result<(AudioConfig, Vec<Frame>), AacError> {
    let mut noise = 1u32;
    let plane: Vec<f32> = (0..rate_hz * seconds)
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
