//! Checks the playlists of a running server against the protocol's rules. Reads them from standard input as they were
//! fetched, each after a line `=== <rendition> <milliseconds>`, and says what was wrong.
#![allow(clippy::print_stdout)]

#[path = "../tests/rules/mod.rs"]
mod rules;

use std::io::{BufRead, Result};
use std::process::ExitCode;

/// A network's share of a delay, and a busy machine's.
const SLACK_MS: i64 = 1_000;

fn main() -> Result<ExitCode> {
    let mut checker = rules::Checker::default();
    let mut now: Option<(String, i64)> = None;
    let mut text = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some(head) = line.strip_prefix("=== ") else {
            text.push_str(&line);
            text.push('\n');
            continue;
        };
        if let Some((name, at_ms)) = now.take() {
            checker.playlist_in_time(&name, &text, at_ms, SLACK_MS);
        }
        text.clear();
        now = head.split_once(' ').and_then(|(name, at)| Some((name.to_owned(), at.parse().ok()?)));
    }
    if let Some((name, at_ms)) = now {
        checker.playlist_in_time(&name, &text, at_ms, SLACK_MS);
    }
    let findings = checker.findings();
    findings.iter().for_each(|finding| println!("{finding}"));
    println!("{} playlists, {} findings", checker.seen, findings.len());
    Ok(if findings.is_empty() && checker.seen > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
