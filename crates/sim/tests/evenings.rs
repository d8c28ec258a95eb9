//! Some dozens of evenings, each from its seed. One that fails is played again by
//! `cargo run -p sim --example evening -- SEED`.

use sim::World;

#[test]
fn nothing_acknowledged_is_lost_and_nobody_sees_a_hole() {
    for seed in 0..48 {
        let mut world = World::new(seed);
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..1_500 {
                world.step();
            }
        }));
        assert!(played.is_ok(), "the evening of seed {seed}");
    }
}

#[test]
fn a_seed_is_an_evening() {
    let play = |seed| {
        let mut world = World::new(seed);
        for _ in 0..600 {
            world.step();
        }
        (world.tell(), world.sum())
    };
    assert_eq!(play(7), play(7));
    assert_ne!(play(7).0, play(8).0);
}

/// The checks are worth nothing at evenings where nothing goes wrong.
#[test]
fn enough_goes_wrong() {
    let mut world = World::new(3);
    for _ in 0..20_000 {
        world.step();
    }
    let sum = world.sum();
    let numbers: Vec<u32> = sum.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert_eq!(numbers.len(), 6, "{sum}");
    assert!(numbers.iter().all(|count| *count >= 10), "{sum}");
}
