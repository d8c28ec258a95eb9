//! Lines over real sockets: what a client is told, what it may say, and what it costs to read slowly.

#![allow(clippy::expect_used)]

mod abuse;
mod closing;
mod evening;
mod slow;
mod streams;
mod talk;
