//! Plays one evening and prints it: `cargo run -p sim --example evening -- SEED [STEPS]`.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use sim::World;

fn main() {
    let mut numbers = std::env::args().skip(1).map_while(|argument| argument.parse::<u64>().ok());
    let seed = numbers.next().unwrap_or(0);
    let steps = numbers.next().unwrap_or(1_500);
    let mut world = World::new(seed);
    for _ in 0..steps {
        world.step();
        for line in world.tell() {
            println!("{line}");
        }
    }
    println!("seed {seed}, {steps} steps: {}", world.sum());
}
