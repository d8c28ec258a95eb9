//! The HTTP API under `/api/v1`: one file for each noun.

pub mod account;
pub mod audit;
pub mod door;
pub mod history;
pub mod me;
pub mod media;
pub mod openapi;
pub mod order;
pub mod people;
pub mod room;
pub mod sanctions;
pub mod session;
pub mod setup;
pub mod stream_key;
pub mod uplink;
