//! Ticks: a story, and what holds for every story.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

use fanout::{Counts, Flush, Hub, HubLimits, Lane};
use model::{Seq, Timestamp};
use proptest::prelude::*;

const CAP: HubLimits = HubLimits { mergeable_per_second: 20 };

fn hub() -> Hub<(u64, &'static str), &'static str> {
    Hub::new(CAP, Seq(0), Counts::default())
}

/// One tick as a line of a transcript.
fn tell(at: u64, flush: &Flush<(u64, &'static str)>) -> String {
    let must: Vec<u64> = flush.must.iter().map(|item| item.0).collect();
    let ordered: Vec<u64> = flush.ordered.iter().map(|item| item.0).collect();
    let merged: Vec<String> = flush
        .mergeable
        .iter()
        .map(|merged| format!("{} {} ×{}", merged.item.0, merged.item.1, merged.times))
        .collect();
    let counts = flush.counts.map(|counts| (counts.present, counts.likes));
    format!(
        "{at}ms ({},{}] A{must:?} B{ordered:?} {:?} C[{}] out {} counts {counts:?} joined {}",
        flush.before.0,
        flush.through.0,
        flush.ordered_span.map(|(first, last)| (first.0, last.0)),
        merged.join(", "),
        flush.sampled_out,
        flush.joined.len(),
    )
}

#[test]
fn a_minute_of_a_room() {
    let mut hub = hub();
    let mut told = Vec::new();
    let mut seq = 0;
    let mut say = |hub: &mut Hub<_, _>, lane| {
        seq += 1;
        hub.publish(Seq(seq), lane, (seq, "hi"));
    };
    let mut due = |hub: &mut Hub<_, _>, at| {
        if let Some(flush) = hub.poll_flush(Timestamp(at)) {
            told.push(tell(at, &flush));
        }
    };
    // A lone message is not delayed; the next waits for the tick, and what comes meanwhile goes with it.
    say(&mut hub, Lane::Ordered);
    due(&mut hub, 1_000);
    say(&mut hub, Lane::Ordered);
    due(&mut hub, 1_010);
    assert_eq!(hub.poll_timeout(), Some(Timestamp(1_050)));
    say(&mut hub, Lane::Must);
    say(&mut hub, Lane::Ordered);
    due(&mut hub, 1_049);
    due(&mut hub, 1_050);
    // The same danmaku three times is one; another is another.
    for same in ["666", "666", "哈哈", "666"] {
        say(&mut hub, Lane::Mergeable(Some(same)));
    }
    due(&mut hub, 1_100);
    // A message that is deleted before its tick is never told; the deletion is.
    say(&mut hub, Lane::Ordered);
    hub.withdraw(Seq(9));
    say(&mut hub, Lane::Must);
    due(&mut hub, 1_150);
    // People come: the counts say how many, and some of them.
    for _ in 0..5 {
        say(&mut hub, Lane::Joined);
    }
    hub.count(Counts { present: 4, likes: 0 });
    hub.count(Counts { present: 5, likes: 0 });
    due(&mut hub, 1_300);
    // Nothing to tell: one who left and was back before the tick.
    say(&mut hub, Lane::Counted);
    hub.count(Counts { present: 5, likes: 0 });
    due(&mut hub, 9_000);
    assert_eq!(
        told,
        [
            "1000ms (0,1] A[] B[1] Some((1, 1)) C[] out 0 counts None joined 0",
            "1050ms (1,4] A[3] B[2, 4] Some((2, 4)) C[] out 0 counts None joined 0",
            "1100ms (4,8] A[] B[] None C[5 hi ×3, 7 hi ×1] out 0 counts None joined 0",
            "1150ms (8,10] A[10] B[] None C[] out 0 counts None joined 0",
            "1300ms (10,15] A[] B[] None C[] out 0 counts Some((5, 0)) joined 3",
        ]
    );
}

#[test]
fn a_storm_is_sampled_at_the_cap_and_said_so() {
    let mut hub: Hub<u64, u64> = Hub::new(CAP, Seq(0), Counts::default());
    let (mut shown, mut out) = (0, 0);
    // 3,000 different danmaku in three seconds, from a full allowance.
    for ms in 0..3_000_u64 {
        hub.publish(Seq(ms + 1), Lane::Mergeable(Some(ms)), ms);
        if let Some(flush) = hub.poll_flush(Timestamp(ms)) {
            shown += flush.mergeable.len();
            out += flush.sampled_out;
        }
    }
    if let Some(flush) = hub.poll_flush(Timestamp(3_050)) {
        shown += flush.mergeable.len();
        out += flush.sampled_out;
    }
    assert_eq!((shown, shown + out as usize), (20 + 61, 3_000), "a second's worth, then the cap");
}

#[test]
fn a_frame_does_not_grow_without_bound() {
    let mut hub: Hub<u64, u64> = Hub::new(CAP, Seq(0), Counts::default());
    hub.publish(Seq(1), Lane::Ordered, 1);
    hub.poll_flush(Timestamp(10)).unwrap();
    for seq in 2..=600 {
        hub.publish(Seq(seq), Lane::Ordered, seq);
    }
    assert_eq!(hub.poll_flush(Timestamp(11)).map(|flush| flush.ordered.len()), Some(599), "before the tick");
}

#[derive(Debug, Clone)]
enum Step {
    Publish(u8),
    Withdraw(u64),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u8..12).prop_map(Step::Publish),
        1 => (1_u64..200).prop_map(Step::Withdraw),
        2 => (0_u64..120).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Ticks follow one another without a gap; classes A and B are complete and in order unless withdrawn; of class C
    /// what is shown and what is said to be left out make the whole.
    #[test]
    fn every_story_adds_up(steps in proptest::collection::vec(step(), 1..300)) {
        let mut hub: Hub<u64, u8> = Hub::new(CAP, Seq(0), Counts::default());
        let (mut now, mut seq, mut through) = (0, 0, Seq(0));
        let (mut wanted_must, mut wanted_ordered, mut mergeable) = (vec![], vec![], 0_u32);
        let (mut must, mut ordered, mut shown, mut out) = (vec![], vec![], 0_u32, 0_u32);
        // The first of each kind that waits; what is like no other has a kind of its own.
        let mut first_of_kind: Vec<(u64, u64)> = vec![];
        let mut last_tick: Option<u64> = None;
        let steps = steps.into_iter().chain([Step::Wait(1_000)]);
        for step in steps {
            match step {
                Step::Publish(kind) => {
                    seq += 1;
                    let lane = match kind {
                        0 => { wanted_must.push(seq); Lane::Must }
                        1..=3 => { wanted_ordered.push(seq); Lane::Ordered }
                        4 => Lane::Counted,
                        5 => { mergeable += 1; first_of_kind.push((1_000 + seq, seq)); Lane::Mergeable(None) }
                        kind => {
                            mergeable += 1;
                            if !first_of_kind.iter().any(|(known, _)| *known == u64::from(kind)) {
                                first_of_kind.push((u64::from(kind), seq));
                            }
                            Lane::Mergeable(Some(kind))
                        }
                    };
                    hub.publish(Seq(seq), lane, seq);
                }
                Step::Withdraw(which) => {
                    if which > through.0 {
                        wanted_ordered.retain(|wanted| *wanted != which);
                    }
                    // Only the first of a kind waits under its own number; the others are part of it.
                    let is_first = first_of_kind.iter().any(|(_, first)| *first == which);
                    if which > through.0 && is_first {
                        mergeable -= 1;
                        first_of_kind.retain(|(_, first)| *first != which);
                    }
                    hub.withdraw(Seq(which));
                }
                Step::Wait(ms) => now += ms,
            }
            if let Some(flush) = hub.poll_flush(Timestamp(now)) {
                prop_assert_eq!(flush.before, through);
                prop_assert!(last_tick.is_none_or(|last| now >= last + 50));
                last_tick = Some(now);
                through = flush.through;
                first_of_kind.clear();
                must.extend(flush.must);
                ordered.extend(flush.ordered);
                shown += flush.mergeable.iter().map(|merged| merged.times).sum::<u32>();
                out += flush.sampled_out;
            }
        }
        prop_assert_eq!(must, wanted_must);
        prop_assert_eq!(ordered, wanted_ordered);
        prop_assert_eq!(shown + out, mergeable);
    }
}
