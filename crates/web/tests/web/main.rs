//! The server as the world meets it: a real socket, a real database in a folder of its own, real rooms.

mod bodies;
mod client;
mod doors;
mod evening;
mod events;
mod identity;
mod matrix;
mod openapi;
mod origins;
mod page;
mod serving;
mod socket;
mod sound_and_picture;
