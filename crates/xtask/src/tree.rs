//! The repository as git sees it.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate is at crates/xtask").to_owned()
}

/// Every file of the repository that git tracks or would track, as paths from the top.
pub fn files() -> Result<Vec<String>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("git is needed to list the files")?;
    ensure!(listed.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    // A file that is deleted but not yet committed so is still listed.
    Ok(names.split_terminator('\0').filter(|name| root().join(name).exists()).map(str::to_owned).collect())
}

/// A file's text, or `None` where it is not text.
pub fn text(name: &str) -> Result<Option<String>> {
    let bytes = std::fs::read(root().join(name)).with_context(|| format!("cannot read {name}"))?;
    Ok(String::from_utf8(bytes).ok())
}
