//! What the program writes: its log and its errors to standard error, what was asked for to standard output.

use anyhow::{Context, Result};
use std::io::{IsTerminal, Write};
use tracing_subscriber::EnvFilter;

/// Starts the log by the settings' filter.
pub fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::builder().parse(filter).with_context(|| {
        format!("`log.filter` cannot be read: `{filter}`; write for example `info` or `info,edge=debug`")
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(true)
        .init();
    Ok(())
}

/// Says what was asked for. A reader that has gone away is no reason to stop.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says what went wrong.
pub fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "livehouse: {text}");
}
