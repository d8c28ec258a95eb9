//! The program. What it does is in the library beside it.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    livehouse::cli::Arguments::parse().carry_out()
}
