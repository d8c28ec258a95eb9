//! Coming back: everything since, or "too old"; never a hole.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

use fanout::{History, HistoryMax, Recovery};
use model::{Epoch, Seq, StreamPosition};
use proptest::prelude::*;

const EPOCH: Epoch = Epoch(7);

fn at(seq: u64) -> StreamPosition {
    StreamPosition { epoch: EPOCH, seq: Seq(seq) }
}

#[test]
fn who_comes_back() {
    let mut history = History::new(EPOCH, HistoryMax { count: 3, bytes: 1_000 }, Seq(10));
    for seq in [11, 12, 14, 15] {
        history.push(Seq(seq), seq, 10);
    }
    // 13 was somebody who came in, which the counts tell; 16 and 17 too.
    history.reach(Seq(17));
    let since = |seq| history.since(at(seq), Seq(17));
    assert_eq!(since(10), Recovery::TooOld, "11 was pushed out");
    assert_eq!(since(11), Recovery::Recovered(vec![12, 14, 15]));
    assert_eq!(since(13), Recovery::Recovered(vec![14, 15]));
    assert_eq!(since(17), Recovery::Recovered(vec![]));
    assert_eq!(since(18), Recovery::TooOld, "the room has not come that far");
    let other = StreamPosition { epoch: Epoch(8), seq: Seq(14) };
    assert_eq!(history.since(other, Seq(17)), Recovery::TooOld, "another log");
    assert_eq!(history.recent(2, |seq| *seq != 15), [12, 14]);
    assert_eq!(history.position(), at(17));
}

#[test]
fn what_was_deleted_does_not_come_back() {
    let mut history = History::new(EPOCH, HistoryMax::default(), Seq(0));
    for seq in 1..=3 {
        history.push(Seq(seq), seq, 10);
    }
    history.forget(Seq(2));
    history.forget(Seq(99));
    assert_eq!(history.since(at(0), Seq(3)), Recovery::Recovered(vec![1, 3]));
    assert_eq!(history.get(Seq(2)), None);
}

proptest! {
    /// Whoever is recovered has every event; whoever is not stood before the oldest that is kept.
    #[test]
    fn never_a_hole(
        sizes in proptest::collection::vec((1_u64..4, 1_usize..400), 1..200),
        count in 1_usize..50,
        bytes in 400_usize..4_000,
        from in 0_u64..600,
    ) {
        let mut history = History::new(EPOCH, HistoryMax { count, bytes }, Seq(0));
        let mut shown = vec![];
        let mut seq = 0;
        for (step, size) in &sizes {
            seq += step;
            history.push(Seq(seq), seq, *size);
            shown.push((seq, *size));
        }
        let missed: Vec<u64> = shown.iter().map(|shown| shown.0).filter(|seq| *seq > from).collect();
        match history.since(at(from), Seq(seq)) {
            Recovery::Recovered(events) => prop_assert_eq!(events, missed),
            Recovery::TooOld => {
                let weight: usize = shown.iter().filter(|shown| shown.0 > from).map(|shown| shown.1).sum();
                prop_assert!(from > seq || missed.len() > count || weight > bytes);
            }
        }
    }
}
