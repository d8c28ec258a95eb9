//! Losses over the last seconds: P = N / (N + S), where N packets were lost and S arrived.

use std::collections::VecDeque;

/// Losses are counted in slots of this length.
const SLOT_MICROS: u64 = 200_000;

/// Slots of the short window (2 s) and of the long one (10 s).
const SHORT: u64 = 10;
const LONG: u64 = 50;

/// What was lost lately. Shares are of 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Losses {
    /// P over the last 2 s.
    pub short: f32,
    /// P over the last 10 s.
    pub long: f32,
    /// How many packets in a row are lost when any is, on the mean, over the last 10 s; 1 where losses come alone.
    pub burst: f32,
    /// Packets the short window rests on.
    pub packets: u32,
}

/// Counts what a viewer tells, in the order of the packets' numbers.
#[derive(Debug, Clone, Default)]
pub struct LossWindow {
    slots: VecDeque<Slot>,
    in_run: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    number: u64,
    lost: u32,
    arrived: u32,
    runs: u32,
}

impl LossWindow {
    /// A packet arrived; `at` is in microseconds.
    pub fn arrived(&mut self, at: u64) {
        self.in_run = false;
        self.slot(at).arrived += 1;
    }

    /// A packet is missing.
    pub fn lost(&mut self, at: u64) {
        let begins = !std::mem::replace(&mut self.in_run, true);
        let slot = self.slot(at);
        slot.lost += 1;
        slot.runs += u32::from(begins);
    }

    /// A packet that was missing has come after all.
    pub fn found(&mut self, at: u64) {
        self.slot(at).arrived += 1;
        if let Some(slot) = self.slots.iter_mut().rev().find(|slot| slot.lost > 0) {
            slot.lost -= 1;
            slot.runs = slot.runs.min(slot.lost);
        }
    }

    /// The shares, as of the last thing told.
    pub fn losses(&self) -> Losses {
        let Some(newest) = self.slots.back().map(|slot| slot.number) else { return Losses::default() };
        let sum = |slots: u64| {
            let recent = self.slots.iter().filter(move |slot| slot.number + slots > newest);
            recent.fold((0u32, 0u32, 0u32), |sum, slot| {
                (sum.0 + slot.lost, sum.1 + slot.arrived, sum.2 + slot.runs)
            })
        };
        let share = |(lost, arrived, _): (u32, u32, u32)| lost as f32 / (lost + arrived).max(1) as f32;
        let (short, long) = (sum(SHORT), sum(LONG));
        Losses {
            short: share(short),
            long: share(long),
            burst: if long.2 == 0 { 1.0 } else { long.0 as f32 / long.2 as f32 },
            packets: short.0 + short.1,
        }
    }

    fn slot(&mut self, at: u64) -> &mut Slot {
        let number = at / SLOT_MICROS;
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            self.slots.push_back(Slot { number, ..Slot::default() });
            while self.slots.front().is_some_and(|slot| slot.number + LONG <= number) {
                self.slots.pop_front();
            }
        }
        self.slots.back_mut().expect("pushed above where there was none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_runs() {
        let mut window = LossWindow::default();
        for at in 0..100u64 {
            let at_micros = at * 10_000;
            if at % 20 < 2 { window.lost(at_micros) } else { window.arrived(at_micros) }
        }
        let seen = window.losses();
        assert_eq!((seen.short, seen.long, seen.burst, seen.packets), (0.1, 0.1, 2.0, 100));
        window.found(1_000_000);
        assert_eq!(window.losses().short, 0.09);
        window.arrived(4_000_000);
        let seen = window.losses();
        assert_eq!((seen.short, seen.packets), (0.0, 1), "two seconds on, it is forgotten");
        assert!(seen.long > 0.08);
        window.arrived(60_000_000);
        assert_eq!(window.losses(), Losses { short: 0.0, long: 0.0, burst: 1.0, packets: 1 });
    }
}
