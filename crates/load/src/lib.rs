//! Loopback load with the clients' own code.

pub mod chat;
