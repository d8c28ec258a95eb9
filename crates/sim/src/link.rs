//! What is between a person and the server: it loses, delays and doubles.

use std::collections::BTreeMap;

use crate::luck::Luck;

/// Things under way, each due at a time.
#[derive(Debug)]
pub(crate) struct Link<T> {
    under_way: BTreeMap<(u64, u64), T>,
    sent: u64,
}

impl<T: Clone> Link<T> {
    pub(crate) fn new() -> Link<T> {
        Link { under_way: BTreeMap::new(), sent: 0 }
    }

    pub(crate) fn send(&mut self, thing: T, now: u64, luck: &mut Luck) {
        if luck.percent(10) {
            return;
        }
        let copies = if luck.percent(10) { 2 } else { 1 };
        for _ in 0..copies {
            let delay = if luck.percent(10) { luck.below(3_000) } else { luck.below(80) };
            self.sent += 1;
            self.under_way.insert((now + delay, self.sent), thing.clone());
        }
    }

    /// What has arrived by `now`, in the order of arrival.
    pub(crate) fn arrived(&mut self, now: u64) -> Vec<T> {
        let later = self.under_way.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.under_way, later).into_values().collect()
    }
}
