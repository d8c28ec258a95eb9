//! The form of the house: first lines, names, purity, and that nothing of one machine is left in the tree.

use anyhow::{Result, bail};
use std::path::Path;

use crate::layers::PURE;
use crate::{layers, tree};

/// Checks everything and says what is wrong.
pub fn run() -> Result<()> {
    let mut wrong = layers::breaches()?;
    wrong.extend(first_lines()?);
    wrong.extend(names()?);
    wrong.extend(purity()?);
    wrong.extend(machine_paths()?);
    wrong.extend(locks()?);
    wrong.extend(papers()?);
    wrong.extend(exports()?);
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}", wrong.join("\n"))
}

/// Every Rust file says on its first line what it is.
fn first_lines() -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for name in tree::files()?.into_iter().filter(|name| name.ends_with(".rs")) {
        if !tree::text(&name)?.unwrap_or_default().starts_with("//! ") {
            wrong.push(format!("{name}: the first line does not say with //! what the file is"));
        }
    }
    Ok(wrong)
}

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "misc", "stuff"];

/// Every file is named by its noun.
fn names() -> Result<Vec<String>> {
    let code = ["rs", "ts", "tsx", "js", "mjs", "py"];
    let is_code = |path: &Path| path.extension().and_then(|e| e.to_str()).is_some_and(|e| code.contains(&e));
    Ok(tree::files()?
        .into_iter()
        .filter(|name| is_code(Path::new(name)) && name.split('/').any(is_empty_name))
        .map(|name| format!("{name}: find the noun"))
        .collect())
}

fn is_empty_name(part: &str) -> bool {
    part.split('.').next().is_some_and(|stem| EMPTY_NAMES.contains(&stem))
}

/// The Makefile gives the program no variable that begins like a setting: `livehouse serve` refuses those it does not
/// know, and `make run` would end before it began.
fn exports() -> Result<Vec<String>> {
    let exported =
        |line: &str| line.strip_prefix("export ").is_some_and(|rest| rest.starts_with("LIVEHOUSE_"));
    let text = tree::text("Makefile")?.unwrap_or_default();
    Ok(text
        .lines()
        .filter(|line| exported(line))
        .map(|line| format!("Makefile: `{line}` looks like a setting"))
        .collect())
}

/// Every pure crate carries the same clippy.toml, since clippy reads only the nearest.
fn purity() -> Result<Vec<String>> {
    let rules = |name: &str| tree::text(&format!("crates/{name}/clippy.toml")).ok().flatten();
    let first = rules(PURE[0]);
    Ok(PURE
        .iter()
        .filter(|name| rules(name).is_none() || rules(name) != first)
        .map(|name| format!("crates/{name}/clippy.toml is not that of crates/{}", PURE[0]))
        .collect())
}

/// Folders of one machine have no business in the tree. Written in halves, so that this file is clean itself.
const MACHINE_PATHS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];

fn machine_paths() -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for name in tree::files()? {
        let Some(text) = tree::text(&name)? else { continue };
        for (number, line) in text.lines().enumerate() {
            if MACHINE_PATHS.iter().any(|path| line.contains(path)) {
                wrong.push(format!("{name}:{}: a path of one machine", number + 1));
            }
        }
    }
    Ok(wrong)
}

/// A lock file that names another registry than the public one works on one machine only.
fn locks() -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for name in tree::files()?.into_iter().filter(|name| name.ends_with("package-lock.json")) {
        let text = tree::text(&name)?.unwrap_or_default();
        let elsewhere = text
            .lines()
            .filter(|line| line.contains("\"resolved\": \"http"))
            .any(|line| !line.contains("\"https://registry.npmjs.org/"));
        if elsewhere {
            wrong.push(format!("{name}: a package comes from another registry than registry.npmjs.org"));
        }
    }
    Ok(wrong)
}

/// The papers that must be there, and what they point at.
fn papers() -> Result<Vec<String>> {
    let needed = [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "STYLE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ];
    let files = tree::files()?;
    let mut wrong: Vec<String> = needed
        .iter()
        .filter(|name| !files.iter().any(|file| file == *name))
        .map(|name| format!("{name} is missing"))
        .collect();
    for name in files.iter().filter(|name| name.ends_with(".md")) {
        let text = tree::text(name)?.unwrap_or_default();
        wrong.extend(
            named_files(&text)
                .filter(|path| !files.iter().any(|file| file == path))
                .map(|path| format!("{name}: `{path}` does not exist")),
        );
    }
    Ok(wrong)
}

/// The source files a text names in backticks, from the top of the repository.
fn named_files(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|quoted| {
        let ours = ["crates/", "web/", "tests/", "docs/", "bench/"];
        let code = [".rs", ".ts", ".tsx", ".mjs", ".md", ".toml"];
        ours.iter().any(|start| quoted.starts_with(start))
            && code.iter().any(|end| quoted.ends_with(end))
            && !quoted.contains(['<', '*', ' ', '{'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn clean(wrong: Result<Vec<String>>) {
        assert_eq!(wrong.unwrap(), Vec::<String>::new());
    }

    #[test]
    fn every_file_says_what_it_is() {
        clean(first_lines());
    }

    #[test]
    fn every_file_is_named_by_its_noun() {
        clean(names());
        assert!(is_empty_name("utils.rs") && is_empty_name("common") && !is_empty_name("commonality.rs"));
    }

    #[test]
    fn pure_crates_carry_the_same_rules() {
        clean(purity());
    }

    #[test]
    fn no_machine_is_named() {
        clean(machine_paths());
        clean(locks());
    }

    #[test]
    fn the_papers_are_there_and_true() {
        clean(papers());
        let text = "see `crates/room/src/chat.rs`, `crates/<noun>/src/x.rs` and `make test`";
        assert_eq!(named_files(text).collect::<Vec<_>>(), ["crates/room/src/chat.rs"]);
    }
}
