//! Numbers seen, near the highest one: for what must not be taken twice, and for what must not be sealed twice.

/// How far behind the highest number one may come and still be told apart, in words of 64.
const WORDS: usize = 16;

/// A number this far behind the highest, or further, counts as seen.
pub(crate) const REACH: u64 = WORDS as u64 * 64;

/// Numbers seen. What is too old to tell counts as seen, so a number is let through at most once, ever.
#[derive(Debug, Default, Clone)]
pub(crate) struct Window {
    /// The number after the highest seen; 0 while there is none.
    end: u64,
    /// Bit `n % REACH`: the number n has been seen, for the last `REACH` numbers before `end`.
    bits: [u64; WORDS],
}

impl Window {
    /// Whether a number would be new.
    pub(crate) fn is_new(&self, number: u64) -> bool {
        number >= self.end || (self.end - number <= REACH && !self.bit(number))
    }

    /// Notes a number; says whether it was new.
    pub(crate) fn note(&mut self, number: u64) -> bool {
        if !self.is_new(number) {
            return false;
        }
        if number >= self.end {
            // Numbers that are passed over now were not seen, whatever stood in their places.
            if number - self.end >= REACH {
                self.bits = [0; WORDS];
            } else {
                for passed in self.end..number {
                    self.set(passed, false);
                }
            }
            self.end = number.saturating_add(1);
        }
        self.set(number, true);
        true
    }

    fn bit(&self, number: u64) -> bool {
        self.bits[place(number)] >> (number % 64) & 1 == 1
    }

    fn set(&mut self, number: u64, seen: bool) {
        let word = &mut self.bits[place(number)];
        let bit = 1 << (number % 64);
        *word = if seen { *word | bit } else { *word & !bit };
    }
}

fn place(number: u64) -> usize {
    (number / 64 % WORDS as u64) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_let_through_once(steps in proptest::collection::vec((0u64..3_000, any::<bool>()), 1..200)) {
            let (mut window, mut let_through, mut highest) = (Window::default(), BTreeSet::new(), 0u64);
            for (step, forward) in steps {
                let number = if forward { highest + step } else { highest.saturating_sub(step) };
                let new = window.note(number);
                prop_assert!(!new || let_through.insert(number), "{number} twice");
                if number >= highest || highest - number < REACH - 1 {
                    prop_assert!(let_through.contains(&number), "{number} was refused though never seen");
                }
                highest = highest.max(number);
            }
        }
    }
}
