//! What is known of one layer of a picture, wherever it is known.

use std::time::{Duration, Instant};

/// The most layers of one picture. Browsers send three, OBS four.
pub const LAYERS_MAX: usize = 4;

/// How long one reading of the gauge lasts.
const SLOT: Duration = Duration::from_millis(250);

/// Readings that make up the rate: two seconds, in which a keyframe does not look like a faster stream.
const SLOTS: usize = 8;

/// A layer of which nothing has come for so long, though others go on, has fallen silent.
const SILENT_AFTER: Duration = Duration::from_millis(700);

/// Frames that others must have sent meanwhile: a screen that hardly changes sends few, of every layer.
const FRAMES_MISSED: u32 = 3;

/// A layer of a publisher's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Its number among the publisher's layers, in no order.
    pub number: u8,
    /// Width in pixels; 0 where it could not be read.
    pub width: u16,
    /// Height in pixels; 0 where it could not be read.
    pub height: u16,
    /// What it takes, in bits per second, now or when it was last sent.
    pub bps: u64,
    /// Whether it comes.
    pub flow: Flow,
}

/// Whether a layer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Nothing comes, and nobody knows when.
    #[default]
    Silent,
    /// It comes.
    Flowing,
    /// The publisher was told that nobody watches it, and sends it as soon as it is told otherwise.
    Paused,
}

impl Layer {
    pub(crate) fn new(number: u8) -> Layer {
        Layer { number, width: 0, height: 0, bps: 0, flow: Flow::Silent }
    }

    /// Whether a viewer may be given it: it comes, or will when asked for.
    pub fn is_there(&self) -> bool {
        match self.flow {
            Flow::Flowing | Flow::Paused => true,
            Flow::Silent => false,
        }
    }

    /// What orders layers: size first, then rate. Publishers name and number them as they like.
    pub fn rank(&self) -> (u16, u64, u8) {
        (self.height, self.bps, self.number)
    }
}

/// The layers that a viewer may be given, the smallest first.
pub(crate) fn ranked(layers: &[Layer]) -> Vec<Layer> {
    let mut out: Vec<Layer> = layers.iter().copied().filter(Layer::is_there).collect();
    out.sort_by_key(Layer::rank);
    out
}

/// What is measured of a layer as it arrives.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    slots: [u64; SLOTS],
    /// Slots that have been filled since the layer came.
    filled: usize,
    at: usize,
    until: Option<Instant>,
    heard: Option<Instant>,
    missed: u32,
}

impl Gauge {
    /// A packet of the layer has come.
    pub(crate) fn note(&mut self, bytes: usize, now: Instant) {
        self.roll(now);
        self.slots[self.at] += bytes as u64;
        self.heard = Some(now);
        self.missed = 0;
    }

    /// Another layer has sent a frame.
    pub(crate) fn miss(&mut self) {
        self.missed = self.missed.saturating_add(1);
    }

    /// Whether the layer has fallen silent while others go on.
    pub(crate) fn is_silent(&self, now: Instant) -> bool {
        self.missed >= FRAMES_MISSED && self.heard.is_none_or(|heard| now >= heard + SILENT_AFTER)
    }

    /// Bits per second over the last readings; `None` before there is one.
    pub(crate) fn bps(&mut self, now: Instant) -> Option<u64> {
        self.roll(now);
        if self.filled == 0 {
            return None;
        }
        let whole = self.slots.iter().enumerate().filter(|(at, _)| *at != self.at).map(|(_, bytes)| bytes);
        let millis = SLOT.as_millis() as u64 * self.filled as u64;
        Some(whole.sum::<u64>() * 8_000 / millis)
    }

    fn roll(&mut self, now: Instant) {
        let mut until = *self.until.get_or_insert(now + SLOT);
        if now >= until + SLOT * SLOTS as u32 {
            // It has been away: what was before says nothing of now.
            *self =
                Gauge { heard: self.heard, missed: self.missed, until: Some(now + SLOT), ..Gauge::default() };
            return;
        }
        while now >= until {
            until += SLOT;
            self.at = (self.at + 1) % SLOTS;
            self.slots[self.at] = 0;
            self.filled = (self.filled + 1).min(SLOTS - 1);
        }
        self.until = Some(until);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_rate_is_told_after_a_moment_and_follows() {
        let start = Instant::now();
        let mut gauge = Gauge::default();
        let mut told = Vec::new();
        for n in 0..400u32 {
            let now = start + n * 10 * MS;
            gauge.note(if n < 200 { 1_250 } else { 2_500 }, now);
            if n % 50 == 49 {
                told.push(gauge.bps(now).map(|bps| bps / 10_000));
            }
        }
        // A megabit a second, then two.
        assert_eq!(
            told,
            [Some(100), Some(100), Some(100), Some(100), Some(114), Some(142), Some(171), Some(200)]
        );
    }

    #[test]
    fn silence_is_judged_by_what_the_others_do() {
        let start = Instant::now();
        let mut gauge = Gauge::default();
        gauge.note(100, start);
        assert!(!gauge.is_silent(start + 5_000 * MS), "a still screen sends nothing, of any layer");
        for _ in 0..FRAMES_MISSED {
            gauge.miss();
        }
        assert!(!gauge.is_silent(start + 600 * MS));
        assert!(gauge.is_silent(start + 700 * MS));
        gauge.note(100, start + 800 * MS);
        assert!(!gauge.is_silent(start + 5_000 * MS));
    }
}
