//! How much arrives, by the viewer's own clock.

use std::collections::VecDeque;

/// What the link carries while it is full shows in so short a time.
pub(super) const SHORT_MICROS: i64 = 300_000;

/// What a show takes shows in so long a time.
pub(super) const LONG_MICROS: i64 = 1_000_000;

/// Arrivals within this time are added up together.
const SLOT_MICROS: i64 = 20_000;

#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// Bytes that came in each slot.
    slots: VecDeque<(i64, u64)>,
    newest: i64,
    first: Option<i64>,
}

impl Delivery {
    pub(super) fn add(&mut self, arrived: i64, bytes: u64) {
        self.first.get_or_insert(arrived);
        self.newest = self.newest.max(arrived);
        let slot = arrived.div_euclid(SLOT_MICROS);
        let newest = self.slots.back().is_none_or(|(of, _)| *of < slot);
        if newest {
            self.slots.push_back((slot, bytes));
        } else if let Some((_, sum)) = self.slots.iter_mut().rev().find(|(of, _)| *of == slot) {
            *sum += bytes;
        }
        let oldest = (self.newest - LONG_MICROS).div_euclid(SLOT_MICROS);
        while self.slots.front().is_some_and(|(of, _)| *of < oldest) {
            self.slots.pop_front();
        }
    }

    /// Bits a second over the last `micros` before the newest arrival.
    pub(super) fn bps(&self, micros: i64) -> u64 {
        let Some(first) = self.first else { return 0 };
        let newest = self.newest.div_euclid(SLOT_MICROS);
        let count = micros / SLOT_MICROS;
        let bytes: u64 = self
            .slots
            .iter()
            .filter(|(of, _)| *of > newest - count && *of <= newest)
            .map(|(_, sum)| sum)
            .sum();
        let long = (self.newest - first).clamp(SLOT_MICROS * 2, micros);
        bytes * 8 * 1_000_000 / long as u64
    }

    /// The same, and what would have come had the link not lost `natural` of it wherever it is.
    pub(super) fn corrected(&self, micros: i64, natural: f32) -> u64 {
        (self.bps(micros) as f64 / f64::from(1.0 - natural.clamp(0.0, 0.5))) as u64
    }
}
