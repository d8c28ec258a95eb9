//! Stories of programmes: what a publisher sends goes in, what players are told comes out.

#[path = "../rules/mod.rs"]
mod rules;

mod breaks;
mod checker;
mod cutting;
mod pitfalls;
mod random;
mod reload;
mod times;
mod window;
mod world;
