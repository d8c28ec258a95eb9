//! Selective forwarding: who gets what, and how losses are mended.
//!
//! The machine opens no socket and reads no clock: packets, orders and time come in by `handle_*`, packets and
//! facts go out by `poll_*`. One `Sfu` lives on each media loop.

mod config;

pub use config::Config;
