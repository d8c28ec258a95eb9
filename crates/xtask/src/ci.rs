//! Every check there is, one after the other, and at the end how many passed and failed.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{codegen, tidy, tree};

/// One check: a command that ends well or not.
struct Step {
    name: &'static str,
    folder: &'static str,
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(name: &'static str, folder: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, folder, command, environment: &[] }
}

/// The page comes before the server, which carries it; the end-to-end tests come last, since they need both.
const STEPS: [Step; 11] = [
    step("format", ".", &["cargo", "fmt", "--all", "--check"]),
    step("page: types", "web", &["npm", "run", "--silent", "types"]),
    step("page: lint", "web", &["npm", "run", "--silent", "lint"]),
    step("page: tests", "web", &["npm", "run", "--silent", "test"]),
    step("page: build and budget", "web", &["sh", "-c", "npm run --silent build && npm run --silent budget"]),
    step("page: in a browser", "web", &["npm", "run", "--silent", "test:browser"]),
    step(
        "lint",
        ".",
        &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    ),
    step("tests", ".", &["cargo", "test", "--workspace", "--locked", "--no-fail-fast"]),
    Step {
        name: "manual of the code",
        folder: ".",
        command: &["cargo", "doc", "--workspace", "--no-deps", "--locked"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    step("program", ".", &["cargo", "build", "--package", "livehouse", "--locked"]),
    step("end to end", "tests/e2e", &["npm", "run", "--silent", "test"]),
];

/// Runs everything, also after a failure, so that one run tells all that is wrong.
pub fn run() -> Result<()> {
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for (name, done) in [("tidy", tidy::run()), ("codegen", codegen::run(true))] {
        match done {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                tally.failed += 1;
                println!("{name}: {error:#}");
                failed.push(name);
            }
        }
    }
    for step in &STEPS {
        if !carry_out(step, &mut tally)? {
            failed.push(step.name);
        }
    }
    if !failed.is_empty() {
        println!("\nfailed: {}", failed.join(", "));
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if failed.is_empty() { Ok(()) } else { bail!("not every check passed") }
}

fn carry_out(step: &Step, tally: &mut Tally) -> Result<bool> {
    println!("\n── {}: {}", step.name, step.command.join(" "));
    let started = Instant::now();
    let (program, arguments) = step.command.split_first().expect("every step has a command");
    let mut child = Command::new(program)
        .args(arguments.iter().map(OsStr::new))
        .envs(step.environment.iter().copied())
        .current_dir(tree::root().join(step.folder))
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{program}` is not installed; `make test` installs what is missing"))?;
    let before = *tally;
    let out = child.stdout.take().expect("it was asked for");
    for line in BufReader::new(out).lines() {
        let line = line.context("a check's output is not text")?;
        println!("{line}");
        tally.read(&line);
    }
    let good = child.wait()?.success();
    if !good && tally.failed == before.failed {
        tally.failed += 1;
    } else if good && *tally == before {
        tally.passed += 1;
    }
    println!(
        "── {}: {} after {} s",
        step.name,
        if good { "passed" } else { "FAILED" },
        started.elapsed().as_secs()
    );
    Ok(good)
}

/// How many tests passed and failed, by what the test runners say. A check that is no test runner counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> =
            line.split(|c: char| c.is_whitespace() || c == ';').filter(|w| !w.is_empty()).collect();
        match words.as_slice() {
            // cargo: `test result: ok. 3 passed; 0 failed; …`; vitest: `Tests  1 failed | 12 passed (13)`
            ["test", "result:", ..] | ["Tests", ..] => {
                self.passed += number_before(&words, "passed");
                self.failed += number_before(&words, "failed");
            }
            // node: `# pass 4`, or with its other reporter `ℹ pass 4`
            ["#" | "ℹ", "pass", count] => self.passed += count.parse::<u64>().unwrap_or(0),
            ["#" | "ℹ", "fail", count] => self.failed += count.parse::<u64>().unwrap_or(0),
            [..] => {}
        }
    }
}

fn number_before(words: &[&str], word: &str) -> u64 {
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_test_runners_say() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 14 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "      Tests  2 failed | 30 passed (32)",
            " Test Files  4 passed (4)",
            "# pass 5",
            "ℹ fail 1",
            "test chat::passes ... ok",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 49, failed: 4 });
    }
}
