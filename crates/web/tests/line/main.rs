//! Lines over real sockets: what a client is told, what it may say, and what it costs to read slowly.

// The helpers stand outside the test functions, where clippy would let them; a test asks only for what it tells of.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod abuse;
mod closing;
mod evening;
mod fault;
mod slow;
mod streams;
mod talk;
