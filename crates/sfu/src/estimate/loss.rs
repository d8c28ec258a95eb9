//! Losses that come of sending too much, apart from those that are the link's nature.
//!
//! A link with a queue shows it by delay first. One without loses what is too much at once, and so does a radio link in
//! a bad place whatever is sent. What tells them apart is whether less is lost when less is sent.

use std::collections::VecDeque;

/// Packets are put together by when they were sent, in slots of this length; ten seconds of them are kept.
const SLOT_MICROS: u64 = 250_000;
const SLOTS_MAX: usize = 40;

/// Slots that are looked at for what is lost now: a second.
const NOW: usize = 4;

/// Without so many slots there is nothing to compare.
const SLOTS_MIN: usize = 9;

/// Packets without which a share says nothing.
const PACKETS_MIN: u32 = 20;

/// Shares this much above what is the link's nature are noticed.
const MARGIN: f32 = 0.02;

/// A link without a queue that loses more than this is taken for overfull until it shows that it is not.
const NATURAL_MAX: f32 = 0.35;

/// Slots and packets sent within a bound before it is judged.
const TRIAL_SLOTS: usize = 6;
const TRIAL_PACKETS: u32 = 40;

/// The bound is let go of when for so long nothing more was lost.
const BOUND_MICROS: u64 = 30_000_000;

/// The bound grows by so much a second while nothing more is lost.
const GROWTH: f64 = 0.06;

/// What is natural is learned, and forgotten, within about this time.
const LEARN_MICROS: f64 = 2_000_000.0;

#[derive(Debug, Default)]
pub(super) struct LossBound {
    natural: f32,
    bound: Option<Bound>,
    slots: VecDeque<Slot>,
    updated_at: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    number: u64,
    bytes: u64,
    packets: u32,
    lost: u32,
}

#[derive(Debug, Clone, Copy)]
struct Bound {
    bps: f64,
    /// The share that was lost when it was set.
    lost: f32,
    /// Since when no more has been lost than is natural.
    quiet_since: Option<u64>,
}

impl LossBound {
    /// The share that is lost whatever is sent.
    pub(super) fn natural(&self) -> f32 {
        self.natural
    }

    pub(super) fn bound_bps(&self) -> Option<u64> {
        self.bound.map(|bound| bound.bps as u64)
    }

    pub(super) fn is_bounding(&self) -> bool {
        self.bound.is_some()
    }

    /// A burst showed that the link carries more.
    pub(super) fn found(&mut self, bps: u64) {
        if let Some(bound) = &mut self.bound {
            bound.bps = bound.bps.max(bps as f64);
        }
    }

    /// What became of a packet sent at `sent`. One that turns up late is told of twice.
    pub(super) fn told(&mut self, sent: u64, bytes: u16, arrived: bool, was_lost: bool) {
        let number = sent / SLOT_MICROS;
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            if self.slots.len() == SLOTS_MAX {
                self.slots.pop_front();
            }
            self.slots.push_back(Slot { number, ..Slot::default() });
        }
        let Some(slot) = self.slots.iter_mut().rev().find(|slot| slot.number == number) else { return };
        if was_lost {
            slot.lost = slot.lost.saturating_sub(1);
        } else {
            slot.bytes += u64::from(bytes);
            slot.packets += 1;
            slot.lost += u32::from(!arrived);
        }
    }

    pub(super) fn update(&mut self, delivered: u64, queued: bool, at: u64) {
        let passed = at.saturating_sub(self.updated_at).min(1_000_000) as f64;
        self.updated_at = at;
        let whole = self.slots.len().saturating_sub(1);
        let recent = || self.slots.iter().take(whole);
        let (packets, now) = share(recent().skip(whole.saturating_sub(NOW)));
        if packets < PACKETS_MIN {
            return;
        }
        let excess = now > self.natural * 1.3 + MARGIN;
        let Some(bound) = self.bound else {
            let (rising, nature) = self.compare();
            if excess && (now > NATURAL_MAX || rising) {
                self.bound = Some(Bound { bps: delivered as f64, lost: now, quiet_since: None });
                self.slots.clear();
            } else if !(queued && nature > self.natural) {
                // What a full queue spills is not the link's nature.
                self.natural += (nature - self.natural) * (passed / LEARN_MICROS) as f32;
            }
            return;
        };
        self.bounded(bound, excess, delivered, passed, at);
    }

    fn bounded(&mut self, mut bound: Bound, excess: bool, delivered: u64, passed: f64, at: u64) {
        let most = bound.bps * 1.05 / 8.0 * SLOT_MICROS as f64 / 1e6;
        let whole = self.slots.len().saturating_sub(1);
        let within = || self.slots.iter().take(whole).filter(|slot| slot.bytes as f64 <= most);
        let (packets, lost) = share(within());
        if within().count() >= TRIAL_SLOTS && packets >= TRIAL_PACKETS {
            if lost >= bound.lost * 0.7 {
                // Less was sent, and as much was lost: it is the link's nature after all.
                self.natural = lost;
                self.bound = None;
                self.slots.clear();
                return;
            }
            self.natural = self.natural.min(lost);
        }
        bound.quiet_since = (!excess).then(|| bound.quiet_since.unwrap_or(at));
        if excess {
            bound.bps = bound.bps.min(delivered as f64);
        } else {
            let grown = bound.bps * (1.0 + GROWTH * passed / 1e6);
            bound.bps = grown.min(bound.bps.max(delivered as f64 * 1.5 + 10_000.0));
        }
        let over = bound.quiet_since.is_some_and(|since| at - since >= BOUND_MICROS);
        self.bound = (!over).then_some(bound);
    }

    /// Whether more is lost when more is sent, and what is lost when less is.
    fn compare(&self) -> (bool, f32) {
        let whole = self.slots.len().saturating_sub(1);
        let mut slots: Vec<Slot> =
            self.slots.iter().take(whole).copied().filter(|slot| slot.packets >= 4).collect();
        let (_, all) = share(slots.iter());
        if slots.len() < SLOTS_MIN {
            return (false, all);
        }
        slots.sort_by_key(|slot| slot.bytes);
        let third = slots.len() / 3;
        let (low, high) = (&slots[..third], &slots[slots.len() - third..]);
        let bytes = |slots: &[Slot]| slots.iter().map(|slot| slot.bytes).sum::<u64>();
        if bytes(high) * 100 < bytes(low) * 108 {
            return (false, all);
        }
        let ((few, little), (many, much)) = (share(low.iter()), share(high.iter()));
        // Three deviations: chance alone makes a difference of so much once in hundreds of times.
        let chance = 3.0 * (all * (1.0 - all) * (1.0 / few as f32 + 1.0 / many as f32)).sqrt();
        (much > little + chance && much > little + MARGIN, if much > little + chance { little } else { all })
    }
}

/// How many packets, and the share of them that were lost.
fn share<'a>(slots: impl Iterator<Item = &'a Slot>) -> (u32, f32) {
    let (packets, lost) = slots.fold((0, 0), |sum, slot| (sum.0 + slot.packets, sum.1 + slot.lost));
    (packets, lost as f32 / packets.max(1) as f32)
}
