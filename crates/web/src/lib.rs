//! HTTP, WebSocket, SSE, WHIP, WHEP, HLS and the page.
//!
//! ```text
//! Lines::start      threads that carry the words of rooms
//! Listeners::new    the audience of all rooms: lines, event streams and the picture
//! App::new          the parts of the house, for the handlers
//! Server::bind      listens; `address()` says where
//! Server::run       serves until told to stop
//! ```
//!
//! `access` is the one table of routes and of what each needs; `guard` holds every request against it; `api` has a
//! file for each noun.

mod access;
mod api;
mod app;
mod body;
mod client;
mod connection;
mod cookie;
mod decode;
mod encode;
mod error;
mod events;
mod guard;
mod health;
mod hls;
mod layer;
mod limits;
pub mod line;
mod listeners;
mod metrics;
mod negotiation;
mod orders;
mod origin;
mod page;
mod paging;
mod publishers;
mod router;
mod sdpfrag;
mod server;
mod socket;
mod tls;
mod watchers;
mod whep;
mod whip;

pub use access::{Needs, routes};
pub use api::openapi::description;
pub use app::{App, Parts};
pub use encode::Wire;
pub use limits::lines_config;
pub use line::{Lines, LinesConfig};
pub use listeners::Listeners;
pub use server::Server;
