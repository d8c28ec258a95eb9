//! A reader that stops reading: what is given up, in which order, and what never is.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

use bytes::Bytes;
use fanout::{Outbox, Part, Slow, Tick};
use model::{Epoch, Seq, StreamPosition};
use proptest::prelude::*;
use std::io::IoSlice;

/// A tick whose frames are letters: `a` must arrive, `b` is ordered, `c` is mergeable.
fn tick(seq: u64, must: usize, ordered: usize, mergeable: usize) -> Tick {
    let frames = ["a".repeat(must), "b".repeat(ordered), "c".repeat(mergeable)].concat();
    Tick {
        position: StreamPosition { epoch: Epoch(1), seq: Seq(seq) },
        frames: frames.into(),
        messages: Vec::new(),
        must_bytes: must,
        ordered_bytes: ordered,
        ordered_span: (ordered > 0).then_some((Seq(seq), Seq(seq))),
    }
}

fn gap(from: Seq, to: Seq) -> Bytes {
    format!("<{}-{}>", from.0, to.0).into()
}

/// Reads everything that is owed.
fn read_all(outbox: &mut Outbox) -> String {
    let mut read = Vec::new();
    while !outbox.is_empty() {
        let mut pieces = [IoSlice::new(&[]); 4];
        let count = outbox.fill(&mut pieces);
        let bytes: Vec<u8> = pieces[..count].iter().flat_map(|piece| piece.to_vec()).collect();
        read.extend_from_slice(&bytes);
        outbox.advance(bytes.len());
    }
    assert_eq!(outbox.bytes(), 0);
    String::from_utf8(read).unwrap()
}

#[test]
fn a_moment_of_lag_loses_nothing() {
    let mut outbox = Outbox::new(10_000);
    outbox.push_tick(&tick(1, 2, 2, 2), 3, gap).unwrap();
    outbox.push_tick(&tick(2, 1, 1, 1), 0, gap).unwrap();
    outbox.push_own(Bytes::from_static(b"[mine]"), 0, gap).unwrap();
    assert_eq!(read_all(&mut outbox), "bccabc[mine]");
}

#[test]
fn the_order_of_sacrifice() {
    let mut outbox = Outbox::new(3_000);
    // Three bytes of the first ordered part went out before the reader stopped: it is finished, whatever happens.
    outbox.push_tick(&tick(1, 0, 10, 700), 3, gap).unwrap();
    outbox.push_tick(&tick(2, 5, 300, 700), 0, gap).unwrap();
    // The mergeable goes first, and is enough.
    outbox.push_tick(&tick(3, 5, 300, 700), 0, gap).unwrap();
    assert!(outbox.bytes() < 1_200, "{}", outbox.bytes());
    // Then the ordered, for one notice that names all of it.
    outbox.push_tick(&tick(4, 5, 2_000, 0), 0, gap).unwrap();
    outbox.push_tick(&tick(5, 5, 10, 0), 0, gap).unwrap();
    // Then the reader: it has not even read the notice.
    let mut again = Outbox::new(3_000);
    again.push_tick(&tick(1, 0, 10, 0), 3, gap).unwrap();
    again.push_tick(&tick(2, 5, 2_990, 0), 0, gap).unwrap();
    assert_eq!(again.push_tick(&tick(3, 5, 2_990, 0), 0, gap), Err(Slow));
    assert_eq!(read_all(&mut outbox), format!("bbbbbbb{a}<2-4>{a}{a}{a}bbbbbbbbbb", a = "aaaaa"));
}

#[test]
fn what_must_arrive_alone_can_be_too_much() {
    let mut outbox = Outbox::new(1_000);
    outbox.push_tick(&tick(1, 800, 0, 0), 0, gap).unwrap();
    assert_eq!(outbox.push_tick(&tick(2, 800, 0, 0), 0, gap), Err(Slow));
}

#[test]
fn who_is_closed_is_left_at_a_frames_end() {
    let mut outbox = Outbox::new(1_000);
    outbox.push_tick(&tick(1, 4, 4, 4), 1, gap).unwrap();
    outbox.abandon();
    outbox.push_own(Bytes::from_static(b"[bye]"), 0, gap).unwrap();
    assert_eq!(read_all(&mut outbox), "aaa[bye]");
}

#[test]
fn parts() {
    let tick = tick(1, 1, 2, 3);
    let parts: Vec<&[u8]> = Part::ALL.iter().map(|part| &tick.frames[tick.part(*part)]).collect();
    assert_eq!(parts, [&b"a"[..], b"bb", b"ccc"]);
}

proptest! {
    /// However a reader lags: what must arrive does, in whole frames and in order, as long as it is not closed; what is
    /// ordered arrives in order or is named by a notice; the outbox never holds more than it may.
    #[test]
    fn any_reader(
        ticks in proptest::collection::vec((0_usize..80, 0_usize..300, 0_usize..300, 0_usize..900), 1..60),
        bytes_max in 1_000_usize..5_000,
    ) {
        let mut outbox = Outbox::new(bytes_max);
        let mut read = Vec::new();
        let mut wanted_must = 0;
        let mut wanted_ordered = 0;
        let mut named = std::cell::RefCell::new(Vec::new());
        let mut closed = false;
        for (number, (must, ordered, mergeable, reads)) in ticks.iter().enumerate() {
            let seq = number as u64 + 1;
            wanted_must += must;
            wanted_ordered += ordered;
            let tick = tick(seq, *must, *ordered, *mergeable);
            let pushed = outbox.push_tick(&tick, 0, |from, to| {
                named.borrow_mut().push((from.0, to.0));
                gap(from, to)
            });
            if pushed.is_err() {
                closed = true;
                break;
            }
            prop_assert!(outbox.bytes() <= bytes_max);
            let mut left = *reads;
            while left > 0 && !outbox.is_empty() {
                let mut pieces = [IoSlice::new(&[]); 3];
                let count = outbox.fill(&mut pieces);
                let bytes: Vec<u8> = pieces[..count].iter().flat_map(|piece| piece.to_vec()).take(left).collect();
                left -= bytes.len();
                read.extend_from_slice(&bytes);
                outbox.advance(bytes.len());
            }
        }
        if !closed {
            read.extend_from_slice(read_all(&mut outbox).as_bytes());
            let count = |letter: u8| read.iter().filter(|byte| **byte == letter).count();
            prop_assert_eq!(count(b'a'), wanted_must);
            let lost: usize = ticks.iter().enumerate()
                .filter(|(number, _)| named.get_mut().iter().any(|(from, to)| (*from..=*to).contains(&(*number as u64 + 1))))
                .map(|(_, tick)| tick.1).sum();
            prop_assert!(count(b'b') >= wanted_ordered - lost, "what is missing is named");
            prop_assert!(count(b'b') <= wanted_ordered);
        }
    }
}
