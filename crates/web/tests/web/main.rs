//! The server as the world meets it: a real socket, a real database in a folder of its own, real rooms.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

mod bodies;
mod client;
mod doors;
mod evening;
mod events;
mod hls;
mod identity;
mod matrix;
mod offers;
mod openapi;
mod origins;
mod page;
mod serving;
mod socket;
mod sound_and_picture;
