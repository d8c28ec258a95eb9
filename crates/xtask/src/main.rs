//! Chores: `cargo xtask tidy`, `cargo xtask codegen`, `cargo xtask ci`.
//!
//! What `tidy` and `codegen --check` find, this crate's tests find too, so `cargo test` alone guards the house.

// A chore talks to whoever typed it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod ci;
mod codegen;
mod layers;
mod tidy;
mod tree;
mod typescript;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Chores of the Livehouse repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check the form of the house: who uses whom, first lines, names of files.
    Tidy,
    /// Write what is generated: the page's protocol types, the example configuration, the manual's pages.
    Codegen {
        /// Write nothing; fail where something is not current.
        #[arg(long)]
        check: bool,
    },
    /// Run every check there is, as `make test` does.
    Ci,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Tidy => tidy::run(),
        Chore::Codegen { check } => codegen::run(check),
        Chore::Ci => ci::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
