//! From one sampling rate to another, by a windowed sinc whose phase is free, so that the rate may change a little at
//! any time without a click.

use std::f64::consts::PI;

/// Places between two samples at which the filter is computed; between those it is interpolated, which errs by less
/// than 16 bits resolve.
const PHASES: usize = 256;

/// Samples on each side that an output sample is made of, when the rate goes up. 64 in all leave 18 kHz of 44.1 kHz
/// untouched and keep images below -80 dB.
const HALF: usize = 32;

/// Where the filter has halved, as a part of the lower rate's half.
const CUTOFF: f64 = 0.95;

/// The window's form (Kaiser): its side lobes are at -80 dB.
const BETA: f64 = 8.0;

/// Resamples planes of sound.
#[derive(Debug)]
pub(crate) struct Resampler {
    /// Input samples for each of output, when nothing is corrected.
    ratio: f64,
    half: usize,
    /// The filter: for each phase, `2 * half` coefficients. One phase more, so that the last can be interpolated too.
    filter: Vec<f32>,
    /// The filter at the place at hand, between two phases.
    taps: Vec<f32>,
    /// Input that is still needed, a plane a channel.
    history: Vec<Vec<f32>>,
    /// Where in `history` the next output sample lies.
    position: f64,
    /// Output samples so far.
    made: u64,
}

impl Resampler {
    pub(crate) fn new(channels: usize, from_hz: u32, to_hz: u32) -> Resampler {
        let ratio = f64::from(from_hz) / f64::from(to_hz);
        // Going down, the filter is as much longer as it is lower.
        let stretch = ratio.max(1.0);
        let half = ((HALF as f64 * stretch).ceil() as usize).next_multiple_of(LANES / 2);
        let filter = filter(half, CUTOFF / stretch);
        let taps = vec![0.0; 2 * half];
        let history = vec![vec![0.0; half]; channels];
        Resampler { ratio, half, filter, taps, history, position: half as f64, made: 0 }
    }

    /// Where the next input sample comes to lie, in output samples from the beginning.
    pub(crate) fn landing(&self) -> f64 {
        let ahead = self.history.first().map_or(0, Vec::len) as f64 - self.position;
        self.made as f64 + ahead / self.ratio
    }

    /// Takes planes of equal length, and writes what comes of them, channel by channel in turns. `stretch` above 1 makes
    /// more of it than the rates say.
    pub(crate) fn push(&mut self, planes: &[Vec<f32>], stretch: f64, out: &mut Vec<f32>) {
        for (history, plane) in self.history.iter_mut().zip(planes) {
            history.extend(plane);
        }
        let step = self.ratio / stretch;
        let length = self.history.first().map_or(0, Vec::len);
        while self.position + self.half as f64 + 1.0 < length as f64 {
            let whole = self.position.floor();
            let first = whole as usize + 1 - self.half;
            let place = (self.position - whole) * PHASES as f64;
            let phase = place as usize;
            let between = (place - place.floor()) as f32;
            let taps = 2 * self.half;
            let (near, far) = self.filter[phase * taps..(phase + 2) * taps].split_at(taps);
            for (tap, (near, far)) in self.taps.iter_mut().zip(near.iter().zip(far)) {
                *tap = near + (far - near) * between;
            }
            for history in &self.history {
                out.push(convolve(&history[first..first + taps], &self.taps));
            }
            self.position += step;
            self.made += 1;
        }
        let done = (self.position.floor() as usize + 1).saturating_sub(self.half);
        for history in &mut self.history {
            history.drain(..done);
        }
        self.position -= done as f64;
    }
}

/// Sums that are made side by side, which a processor does at once.
const LANES: usize = 8;

/// The sound at one place: the samples around it, each by its part of the filter.
fn convolve(samples: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (samples, taps) in samples.chunks_exact(LANES).zip(taps.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += samples[lane] * taps[lane];
        }
    }
    sums.iter().sum()
}

fn filter(half: usize, cutoff: f64) -> Vec<f32> {
    let mut out = Vec::with_capacity((PHASES + 1) * 2 * half);
    for phase in 0..=PHASES {
        let mut taps: Vec<f64> = (0..2 * half)
            .map(|tap| {
                // How far this sample lies from the place between the two in the middle.
                let away = tap as f64 + 1.0 - half as f64 - phase as f64 / PHASES as f64;
                let sinc = if away == 0.0 { 1.0 } else { (PI * cutoff * away).sin() / (PI * cutoff * away) };
                cutoff * sinc * kaiser(away / half as f64)
            })
            .collect();
        // What is constant stays as loud as it was, at every phase.
        let sum: f64 = taps.iter().sum();
        taps.iter_mut().for_each(|tap| *tap /= sum);
        out.extend(taps.iter().map(|&tap| tap as f32));
    }
    out
}

/// The window from -1 to 1.
fn kaiser(at: f64) -> f64 {
    let inside = (1.0 - at * at).max(0.0);
    bessel(BETA * inside.sqrt()) / bessel(BETA)
}

/// The modified Bessel function of the first kind, order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate: f64, count: usize) -> Vec<f32> {
        (0..count).map(|n| (0.5 * (2.0 * PI * hz * n as f64 / rate).sin()) as f32).collect()
    }

    /// How far what comes out is from the same sine at the other rate, in dB below it.
    fn error_db(hz: f64, from_hz: u32) -> f64 {
        let mut resampler = Resampler::new(1, from_hz, 48_000);
        let input = sine(hz, f64::from(from_hz), from_hz as usize / 2);
        let mut out = Vec::new();
        // In packets, as it comes.
        input.chunks(1_024).for_each(|chunk| resampler.push(&[chunk.to_vec()], 1.0, &mut out));
        let expected = sine(hz, 48_000.0, out.len());
        let middle = 200..out.len() - 200;
        let error: f64 = middle.clone().map(|n| f64::from(out[n] - expected[n]).powi(2)).sum();
        let power: f64 = middle.map(|n| f64::from(expected[n]).powi(2)).sum();
        10.0 * (error / power).log10()
    }

    #[test]
    fn a_sine_stays_that_sine() {
        for (hz, from_hz, most) in [
            (997.0, 44_100, -75.0),
            (15_000.0, 44_100, -60.0),
            (997.0, 48_000, -75.0),
            (997.0, 96_000, -75.0),
            (997.0, 22_050, -75.0),
        ] {
            let error = error_db(hz, from_hz);
            assert!(error < most, "{hz} Hz at {from_hz}: {error:.1} dB");
        }
    }

    /// What the lower rate cannot hold does not come back as another sound.
    #[test]
    fn what_is_too_high_is_silent() {
        let mut resampler = Resampler::new(1, 96_000, 48_000);
        let mut out = Vec::new();
        resampler.push(&[sine(30_000.0, 96_000.0, 48_000)], 1.0, &mut out);
        let loudest = out[200..out.len() - 200].iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
        assert!(loudest < 0.000_1, "{loudest}");
    }

    #[test]
    fn the_landing_says_how_much_comes_out() {
        let mut resampler = Resampler::new(2, 44_100, 48_000);
        let mut out = Vec::new();
        for _ in 0..100 {
            resampler.push(&[vec![0.0; 441], vec![0.0; 441]], 1.0, &mut out);
        }
        assert!((resampler.landing() - 48_000.0).abs() < 0.001, "{}", resampler.landing());
        assert!(out.len() / 2 > 48_000 - 40);
    }
}
