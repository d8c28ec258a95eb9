//! Which layer one viewer is to be sent: what its page can show, and what its link carries.
//!
//! Down at once, up with care: after an upward change that the link did not hold, the next one waits longer each
//! time, so that a link between two layers does not swing between them.

use std::time::{Duration, Instant};

use crate::layer::Layer;

/// The least time between two upward changes that the link decides.
const UP_INTERVAL: Duration = Duration::from_secs(5);

/// An upward change that is taken back within this was one too many.
const TRIAL: Duration = Duration::from_secs(10);

/// The longest wait before another trial.
const UP_WAIT_MAX: Duration = Duration::from_secs(80);

/// A link must carry so much more, in percent, than a layer takes before a viewer is moved up to it.
const HEADROOM_PERCENT: u64 = 120;

/// A layer is left when the link carries less than so much of it, in percent: an estimate is never exact.
const KEEP_PERCENT: u64 = 95;

/// The smallest layer is given up, for sound alone, only when the link carries less than so much of it, in percent: a
/// picture that stutters at times is better than none.
const STILL_PERCENT: u64 = 75;

/// A layer may be smaller than the picture on the page by so much, in percent, before the next one is taken.
const ENLARGED_PERCENT: u32 = 110;

/// What a viewer's page would like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// The height at which the picture is shown, in pixels of the screen; `None` where it does not matter.
    pub height_max: Option<u16>,
    /// Nobody can see the picture: sound is enough.
    pub hidden: bool,
}

/// Why a viewer is not sent the largest layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It is sent the largest there is.
    Nothing,
    /// Its page wishes no more.
    Wish,
    /// Its link carries no more.
    Link,
}

/// What is decided for one viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The layer's number; `None` is sound alone.
    pub layer: Option<u8>,
    /// Why not a larger one.
    pub limit: Limit,
}

/// Decides for one viewer.
#[derive(Debug)]
pub(crate) struct LayerSelector {
    wish: Wish,
    /// The wish has changed since it was last looked at: it may be followed upward at once.
    wish_is_new: bool,
    available_bps: Option<u64>,
    chosen: Option<Choice>,
    /// When it was last moved up, unless it has fallen since.
    rose: Option<Instant>,
    /// How long it waits after a fall, and until when.
    wait: Duration,
    not_before: Option<Instant>,
}

impl LayerSelector {
    pub(crate) fn new() -> LayerSelector {
        LayerSelector {
            wish: Wish::default(),
            wish_is_new: false,
            available_bps: None,
            chosen: None,
            rose: None,
            wait: UP_INTERVAL,
            not_before: None,
        }
    }

    pub(crate) fn wish(&mut self, wish: Wish) {
        self.wish_is_new |= self.wish != wish;
        self.wish = wish;
    }

    /// What the viewer's link carries for the picture; `None` while nobody knows.
    pub(crate) fn set_available(&mut self, bps: Option<u64>) {
        self.available_bps = bps;
    }

    /// What was decided last.
    pub(crate) fn chosen(&self) -> Option<Choice> {
        self.chosen
    }

    /// Decides anew among the layers that are `there`, the smallest first. `None` while there is nothing to choose
    /// from and nothing was chosen.
    pub(crate) fn select(&mut self, there: &[Layer], now: Instant) -> Option<Choice> {
        if self.wish.hidden {
            self.chosen = Some(Choice { layer: None, limit: Limit::Wish });
            return self.chosen;
        }
        if there.is_empty() {
            return self.chosen;
        }
        let most = self.most_wished(there);
        let before = self.chosen;
        let by_wish = std::mem::take(&mut self.wish_is_new);
        let held = before.and_then(|choice| choice.layer);
        let at = held.and_then(|held| there.iter().position(|layer| layer.number == held));
        let next = match at {
            Some(at) => self.go_on(at, most, there, by_wish, now),
            None => self.begin(before, most, there, by_wish, now),
        };
        let limit = match next {
            Some(next) if next + 1 == there.len() => Limit::Nothing,
            Some(next) if next == most => Limit::Wish,
            Some(_) | None => Limit::Link,
        };
        self.chosen = Some(Choice { layer: next.map(|next| there[next].number), limit });
        self.chosen
    }

    /// The smallest layer that fills the picture on the page.
    fn most_wished(&self, there: &[Layer]) -> usize {
        let Some(height) = self.wish.height_max else { return there.len() - 1 };
        let fills = |layer: &Layer| {
            layer.height > 0 && u32::from(layer.height) * ENLARGED_PERCENT / 100 >= u32::from(height)
        };
        there.iter().position(fills).unwrap_or(there.len() - 1)
    }

    /// The largest layer, no larger than `most`, of which the link carries `percent`.
    fn carried(&self, most: usize, there: &[Layer], percent: u64) -> Option<usize> {
        (0..=most).rev().find(|at| self.carries(*at, there, percent))
    }

    fn carries(&self, at: usize, there: &[Layer], percent: u64) -> bool {
        let Some(available) = self.available_bps else { return true };
        rate(at, there).saturating_mul(percent) / 100 <= available
    }

    /// From a layer that is still there.
    fn go_on(
        &mut self,
        at: usize,
        most: usize,
        there: &[Layer],
        by_wish: bool,
        now: Instant,
    ) -> Option<usize> {
        if at > most {
            return self.carried(most, there, KEEP_PERCENT).or_else(|| self.smallest(there));
        }
        if !self.carries(at, there, KEEP_PERCENT) {
            let below = at.checked_sub(1).and_then(|below| self.carried(below, there, KEEP_PERCENT));
            let next = below.or_else(|| self.smallest(there));
            if next != Some(at) {
                self.fall_back(now);
            }
            return next;
        }
        let up = self.carried(most, there, HEADROOM_PERCENT).unwrap_or(0);
        if up > at && self.may_rise(by_wish, now) {
            return Some(up);
        }
        Some(at)
    }

    /// From sound alone, from a layer that has gone, or from nothing.
    fn begin(
        &mut self,
        before: Option<Choice>,
        most: usize,
        there: &[Layer],
        by_wish: bool,
        now: Instant,
    ) -> Option<usize> {
        let silenced = before.is_some_and(|choice| choice.layer.is_none() && choice.limit == Limit::Link);
        if silenced {
            let up = self.carried(most, there, HEADROOM_PERCENT)?;
            return self.may_rise(by_wish, now).then_some(up);
        }
        self.carried(most, there, HEADROOM_PERCENT).or_else(|| self.smallest(there))
    }

    /// The smallest layer, unless the link carries far less: then none.
    fn smallest(&self, there: &[Layer]) -> Option<usize> {
        self.carries(0, there, STILL_PERCENT).then_some(0)
    }

    fn may_rise(&mut self, by_wish: bool, now: Instant) -> bool {
        let early = self.rose.is_some_and(|rose| now < rose + UP_INTERVAL) && !by_wish;
        if early || self.not_before.is_some_and(|at| now < at) {
            return false;
        }
        self.rose = Some(now);
        true
    }

    /// The link did not carry what was chosen.
    fn fall_back(&mut self, now: Instant) {
        match self.rose.take() {
            // It was moved up too soon.
            Some(rose) if now < rose + TRIAL => self.wait = (self.wait * 2).min(UP_WAIT_MAX),
            // It held for a while; the link has become another.
            Some(_) => self.wait = UP_INTERVAL,
            // One step after another.
            None => {}
        }
        self.not_before = Some(now + self.wait);
    }
}

/// What a layer takes. One that has not been measured yet is taken for as much as its size says, beside the largest
/// that has.
fn rate(at: usize, there: &[Layer]) -> u64 {
    if there[at].bps > 0 {
        return there[at].bps;
    }
    let area = |layer: &Layer| u64::from(layer.width) * u64::from(layer.height);
    let known = there.iter().rev().find(|layer| layer.bps > 0 && area(layer) > 0);
    known.map_or(0, |known| known.bps.saturating_mul(area(&there[at])) / area(known))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;
    use crate::layer::Flow;
    use proptest::prelude::*;

    const STEP: Duration = Duration::from_millis(250);

    fn layers() -> Vec<Layer> {
        let layer = |number, height: u16, bps| Layer {
            number,
            width: height * 16 / 9,
            height,
            bps,
            flow: Flow::Flowing,
        };
        vec![layer(1, 180, 200_000), layer(2, 360, 700_000), layer(0, 720, 2_500_000)]
    }

    /// What was chosen while the link carried so much, a reading every quarter of a second.
    fn follow(selector: &mut LayerSelector, carried: impl IntoIterator<Item = u64>) -> Vec<Option<u8>> {
        let start = Instant::now();
        let layers = layers();
        let told = carried.into_iter().enumerate().map(|(n, bps)| {
            selector.set_available(Some(bps));
            let choice = selector.select(&layers, start + STEP * u32::try_from(n).expect("short"));
            choice.expect("there are layers").layer
        });
        told.collect()
    }

    fn height(layer: Option<u8>) -> u16 {
        layers().into_iter().find(|known| Some(known.number) == layer).map_or(0, |known| known.height)
    }

    #[test]
    fn a_link_that_shrinks_and_recovers() {
        let seconds = [3_000_000, 2_300_000, 2_300_000, 500_000, 140_000, 140_000];
        let then = [3_000_000; 12];
        let carried = seconds.into_iter().chain(then).flat_map(|bps| [bps; 4]);
        let mut told = follow(&mut LayerSelector::new(), carried);
        let first = told.len();
        told.dedup();
        let heights: Vec<u16> = told.into_iter().map(height).collect();
        assert_eq!(heights, [720, 360, 180, 0, 720], "of {first} readings");
    }

    #[test]
    fn a_link_between_two_layers_does_not_swing() {
        // For ten minutes it carries the largest for six seconds, and then does not for four.
        let carried = (0..2_400).map(|n| if n % 40 < 24 { 3_100_000 } else { 900_000 });
        let told = follow(&mut LayerSelector::new(), carried);
        let ups = told.windows(2).filter(|pair| height(pair[1]) > height(pair[0])).count();
        assert!((3..=12).contains(&ups), "{ups} times up in ten minutes");
    }

    #[test]
    fn the_page_decides_at_once() {
        let start = Instant::now();
        let layers = layers();
        let mut selector = LayerSelector::new();
        let mut told = Vec::new();
        let wishes = [Some(1_080), Some(190), Some(100), None, Some(390)];
        for height_max in wishes {
            selector.wish(Wish { height_max, hidden: false });
            told.push(selector.select(&layers, start).map(|choice| (height(choice.layer), choice.limit)));
        }
        selector.wish(Wish { height_max: None, hidden: true });
        told.push(selector.select(&layers, start).map(|choice| (height(choice.layer), choice.limit)));
        let told: Vec<_> = told.into_iter().flatten().collect();
        let expected = [
            (720, Limit::Nothing),
            (180, Limit::Wish),
            (180, Limit::Wish),
            (720, Limit::Nothing),
            (360, Limit::Wish),
            (0, Limit::Wish),
        ];
        assert_eq!(told, expected);
    }

    proptest! {
        #[test]
        fn down_at_once_and_up_with_care(
            spells in proptest::collection::vec((50_000u64..4_000_000, 1usize..60), 1..24),
        ) {
            let carried: Vec<u64> =
                spells.iter().flat_map(|(bps, steps)| std::iter::repeat_n(*bps, *steps)).collect();
            let told = follow(&mut LayerSelector::new(), carried.iter().copied());
            let all = layers();
            let mut rose = None;
            for (n, layer) in told.iter().enumerate() {
                let takes = all.iter().find(|known| Some(known.number) == *layer).map_or(0, |known| known.bps);
                // The smallest is held a little longer than the others.
                let kept = if height(*layer) == 180 { STILL_PERCENT } else { KEEP_PERCENT };
                prop_assert!(takes * kept / 100 <= carried[n], "{takes} of {} at {n}", carried[n]);
                if n > 0 && height(*layer) > height(told[n - 1]) {
                    prop_assert!(rose.is_none_or(|before| n - before >= 20), "up at {rose:?} and at {n}");
                    rose = Some(n);
                }
            }
        }

        #[test]
        fn a_link_that_stays_is_settled_on(bps in 50_000u64..4_000_000) {
            let told = follow(&mut LayerSelector::new(), std::iter::repeat_n(bps, 800));
            prop_assert!(told.windows(2).all(|pair| pair[0] == pair[1]));
            let best = layers().into_iter().rfind(|layer| layer.bps * HEADROOM_PERCENT / 100 <= bps);
            prop_assert!(height(told[0]) >= best.map_or(0, |layer| layer.height));
        }
    }
}
