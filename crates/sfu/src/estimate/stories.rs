//! The estimate on links of every kind, in a time of its own.

use super::link::{Link, Show, World};

const GREEDY: Show = Show { bps_max: 20_000_000, frames: false };

fn link(bps: u64) -> Link {
    Link { bps, queue_ms: 300, delay_ms: 30, loss: 0, burst: 1 }
}

fn mean(of: &[u64]) -> u64 {
    of.iter().sum::<u64>() / of.len() as u64
}

fn share(of: u64, whole: u64) -> f64 {
    of as f64 / whole as f64
}

#[test]
fn a_fixed_link_is_found_within_five_seconds_and_not_left() {
    for bps in [300_000, 1_000_000, 2_500_000, 6_000_000, 15_000_000] {
        for start in [300_000, 2_000_000] {
            let mut world = World::new(start);
            let seen = world.run(&link(bps), &GREEDY, 40);
            let (fifth, rest) = (share(seen[5], bps), &seen[10..]);
            assert!(fifth >= 0.8, "{bps} from {start}: {seen:?}");
            let settled = share(mean(rest), bps);
            assert!((0.8..=1.05).contains(&settled), "{bps} from {start} settles at {settled}: {seen:?}");
            let swing = share(*rest.iter().max().expect("some") - rest.iter().min().expect("some"), bps);
            assert!(swing < 0.35, "{bps} from {start} swings by {swing}: {seen:?}");
        }
    }
}

#[test]
fn a_staircase_is_followed() {
    let mut world = World::new(2_000_000);
    for (bps, within) in [(4_000_000, 5), (1_000_000, 3), (2_500_000, 8), (600_000, 3), (5_000_000, 10)] {
        let seen = world.run(&link(bps), &GREEDY, 15);
        let then = share(mean(&seen[within..]), bps);
        assert!((0.75..=1.08).contains(&then), "{bps}: {then}: {seen:?}");
    }
}

#[test]
fn random_losses_do_not_make_the_estimate_collapse() {
    for (loss, burst) in [(10, 1), (50, 1), (100, 1), (100, 3), (250, 1)] {
        let lossy = Link { loss, burst, ..link(3_000_000) };
        let mut world = World::new(2_000_000);
        let seen = world.run(&lossy, &GREEDY, 40);
        let settled = share(mean(&seen[10..]), lossy.bps);
        assert!((0.7..=1.15).contains(&settled), "{loss}/1000 by {burst}: {settled}: {seen:?}");
    }
}

#[test]
fn a_show_that_needs_less_than_the_link_has_is_never_held_back() {
    let show = Show { bps_max: 2_500_000, frames: true };
    for (loss, delay_ms) in [(0, 10), (50, 80), (100, 80), (250, 80)] {
        let wide = Link { loss, delay_ms, ..link(6_000_000) };
        let mut world = World::new(1_500_000);
        let seen = world.run(&wide, &show, 40);
        let least = seen[5..].iter().min().expect("some");
        assert!(*least >= show.bps_max, "{loss}/1000: {seen:?}");
    }
}

#[test]
fn a_link_without_a_queue_shows_by_its_losses() {
    let mut world = World::new(1_000_000);
    let strict = Link { queue_ms: 8, ..link(2_000_000) };
    let seen = world.run(&strict, &GREEDY, 60);
    let settled = share(mean(&seen[20..]), strict.bps);
    assert!((0.75..=1.1).contains(&settled), "{settled}: {seen:?}");
}

#[test]
fn the_queue_stays_short_on_a_full_link() {
    let mut world = World::new(2_000_000);
    let full = link(2_000_000);
    world.run(&full, &GREEDY, 10);
    let mut queued = Vec::new();
    for _ in 0..30 {
        world.run(&full, &GREEDY, 1);
        queued.push(world.estimator.queued().as_millis());
    }
    queued.sort_unstable();
    assert!(queued[15] < 60 && queued[29] < 250, "{queued:?}");
}

#[test]
fn losses_are_told_with_how_they_come() {
    let show = Show { bps_max: 2_000_000, frames: true };
    let mut world = World::new(2_000_000);
    world.run(&Link { loss: 100, burst: 3, ..link(8_000_000) }, &show, 15);
    let losses = world.estimator.losses();
    assert!((0.06..0.14).contains(&losses.long), "{losses:?}");
    assert!((2.3..4.0).contains(&losses.burst), "{losses:?}");
    let round_trip = world.estimator.round_trip().expect("told").as_millis();
    assert!((60..180).contains(&round_trip), "{round_trip}");
}

#[test]
fn a_way_that_becomes_longer_is_no_queue() {
    let mut world = World::new(2_000_000);
    let show = Show { bps_max: 2_500_000, frames: true };
    world.run(&link(6_000_000), &show, 10);
    let seen = world.run(&Link { delay_ms: 180, ..link(6_000_000) }, &show, 30);
    assert!(mean(&seen[15..]) >= 2_500_000, "{seen:?}");
}
