//! A whole evening in virtual time: people with several tabs and bad networks, a server whose disk fails and whose
//! process dies, all drawn from one seed, so that an evening that went wrong goes wrong again.
//!
//! ```text
//! World      draws what happens next, lets it happen, and checks
//! Person     a client: sends with a key until answered, reads, loses its line, comes back and resumes
//! Link       what loses, delays and doubles commands and answers
//! Server     one room as `house` runs it: written, then shown, then answered
//! Disk       a log that fails to append, or appends and fails to say so
//! Reference  what must be true whatever happened
//! ```

mod disk;
mod link;
mod luck;
mod person;
mod reference;
mod server;
mod world;

pub use world::World;
