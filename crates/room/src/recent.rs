//! What is kept only while it is recent.

use std::collections::BTreeMap;

/// A map that holds at most `max` keys and, past that, forgets the one that was put longest ago. Putting a key
/// again makes it the newest.
///
/// Invariant: `order` names each key of `kept` once, under the turn it was last put at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recent<K, V> {
    max: usize,
    turn: u64,
    kept: BTreeMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    pub(crate) fn new(max: usize) -> Recent<K, V> {
        Recent { max, turn: 0, kept: BTreeMap::new(), order: BTreeMap::new() }
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.kept.get(&key).map(|(_, value)| value)
    }

    /// Changes a value where it is, without making it newer.
    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.kept.get_mut(&key).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, key: K) -> bool {
        self.kept.contains_key(&key)
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        self.turn += 1;
        if let Some((before, _)) = self.kept.insert(key, (self.turn, value)) {
            self.order.remove(&before);
        }
        self.order.insert(self.turn, key);
        if self.kept.len() > self.max
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.kept.remove(&oldest);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Recent::new(self.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_put_longest_ago_is_forgotten() {
        let mut recent = Recent::new(2);
        recent.put('a', 1);
        recent.put('b', 2);
        recent.put('a', 3);
        recent.put('c', 4);
        assert_eq!([recent.get('a'), recent.get('b'), recent.get('c')], [Some(&3), None, Some(&4)]);
        assert_eq!(recent.order.len(), recent.kept.len());
    }
}
