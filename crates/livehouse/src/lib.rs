//! The live room a person owns: the parts put together.
//!
//! [`Livehouse::load`] opens the database, starts the media loops and the lines, and binds the address;
//! [`Livehouse::run`] serves until it is told to stop. This is the only crate that names a database, and it decides
//! nothing.

mod backend;
pub mod cli;
mod demo;
mod doctor;
mod doorkeeper;
mod facts;
mod greeting;
mod language;
mod logs;
mod server;
mod settings;
mod setup;

pub use greeting::Greeting;
pub use language::Language;
pub use server::Livehouse;
