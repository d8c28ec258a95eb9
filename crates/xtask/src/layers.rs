//! Who may use whom. ARCHITECTURE.md draws it; this is the table that holds.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::process::Command;

use crate::tree;

/// Each crate of ours and the crates of ours that it may use. Floors go from the words up to the door; what only
/// tests use is not bound.
pub const LAYERS: [(&str, &[&str]); 21] = [
    // Words.
    ("model", &[]),
    ("protocol", &["model"]),
    // Machines: pure, they decide and do nothing else.
    ("room", &["model"]),
    ("media", &["model"]),
    ("fanout", &["model"]),
    ("sfu", &["model", "media"]),
    ("mux", &["media"]),
    ("rtmp", &["media", "mux"]),
    ("hls", &["media", "mux"]),
    // Not pure: it holds decoders and encoders that others wrote, one in C.
    ("transcode", &["media"]),
    // Ports: what the machines' world is made of, in our words.
    ("store", &["model", "room"]),
    ("store-sqlite", &["model", "room", "store"]),
    ("store-postgres", &["model", "room", "store"]),
    ("auth", &["model", "store"]),
    ("config", &["model"]),
    // Shells: they run the machines.
    ("house", &["model", "room", "fanout", "store"]),
    ("edge", &["model", "media", "mux", "sfu", "rtmp", "hls", "transcode", "house"]),
    (
        "web",
        &["model", "protocol", "room", "fanout", "store", "auth", "config", "house", "media", "hls", "edge"],
    ),
    // Beside.
    ("sim", &["model", "room", "fanout", "store", "house", "media", "sfu"]),
    ("load", &["model", "protocol", "media"]),
    ("xtask", &["protocol", "config", "web"]),
];

/// The door may use everything: it is where the parts are put together.
const DOOR: &str = "livehouse";

/// The crates that read no clock, draw no luck, wait for nothing and lock nothing.
pub const PURE: [&str; 8] = ["model", "room", "media", "fanout", "sfu", "mux", "rtmp", "hls"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

/// What breaks the table.
pub fn breaches() -> Result<Vec<String>> {
    let listed = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(tree::root())
        .output()
        .context("cargo metadata did not start")?;
    let metadata: Metadata =
        serde_json::from_slice(&listed.stdout).context("cargo metadata said nothing readable")?;
    Ok(metadata.packages.iter().flat_map(package_breaches).collect())
}

fn package_breaches(package: &Package) -> Vec<String> {
    if package.name == DOOR {
        return Vec::new();
    }
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!("crate `{}` has no line in LAYERS (crates/xtask/src/layers.rs)", package.name)];
    };
    let ours = package.dependencies.iter().filter(|used| used.path.is_some());
    ours.filter(|used| used.kind.as_deref() != Some("dev") && !allowed.contains(&used.name.as_str()))
        .map(|used| format!("crate `{}` may not use `{}`", package.name, used.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The crates that name a database. Only the door may use them.
    const BACKENDS: [&str; 2] = ["store-sqlite", "store-postgres"];

    fn package(name: &str, uses: &[(&str, Option<&str>)]) -> Package {
        let dependencies = uses
            .iter()
            .map(|(name, kind)| Dependency {
                name: name.to_string(),
                kind: kind.map(str::to_owned),
                path: Some(String::new()),
            })
            .collect();
        Package { name: name.to_owned(), dependencies }
    }

    #[test]
    fn the_floors_hold() {
        assert_eq!(breaches().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_breach_is_seen() {
        let breaches = package_breaches(&package("room", &[("model", None), ("store", None)]));
        assert_eq!(breaches, ["crate `room` may not use `store`"]);
        assert_eq!(package_breaches(&package("web", &[("store-sqlite", Some("dev"))])), Vec::<String>::new());
        assert_eq!(package_breaches(&package("shop", &[])).len(), 1);
    }

    /// Each floor uses only what stands above it in the table, so that there can be no circle.
    #[test]
    fn the_table_goes_upward() {
        for (place, (name, allowed)) in LAYERS.iter().enumerate() {
            for used in *allowed {
                let below = LAYERS[..place].iter().any(|(known, _)| known == used);
                assert!(below, "`{name}` uses `{used}`, which does not stand before it");
                assert!(!BACKENDS.contains(used), "only the door names a backend");
            }
        }
    }

    #[test]
    fn pure_crates_use_pure_crates() {
        for (name, allowed) in LAYERS.iter().filter(|(name, _)| PURE.contains(name)) {
            assert!(allowed.iter().all(|used| PURE.contains(used)), "{name}");
        }
    }
}
