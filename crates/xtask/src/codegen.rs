//! What is generated, and whether it is current.

use anyhow::{Context, Result, bail};

use crate::{tree, typescript};

/// A generated file.
struct Generated {
    path: &'static str,
    text: String,
}

fn all() -> Vec<Generated> {
    vec![
        Generated { path: "web/packages/protocol/src/index.ts", text: typescript::index() },
        Generated { path: "docs/livehouse.example.toml", text: config::example() },
        Generated { path: "docs/configuration.md", text: config::manual() },
        Generated { path: "docs/openapi.json", text: openapi() },
    ]
}

/// The description of the HTTP API, as the server gives it.
fn openapi() -> String {
    let description = web::description().to_pretty_json().expect("the description is plain JSON");
    format!("{description}\n")
}

/// Writes what is not current, or only says so.
pub fn run(check: bool) -> Result<()> {
    let stale = stale()?;
    if check && !stale.is_empty() {
        let names: Vec<&str> = stale.iter().map(|file| file.path).collect();
        bail!("not current: {}\nrun `cargo xtask codegen`", names.join(", "));
    }
    for file in stale {
        let path = tree::root().join(file.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        std::fs::write(&path, file.text).with_context(|| format!("cannot write {}", file.path))?;
        println!("wrote {}", file.path);
    }
    Ok(())
}

fn stale() -> Result<Vec<Generated>> {
    let mut stale = Vec::new();
    for file in all() {
        let now = std::fs::read_to_string(tree::root().join(file.path)).unwrap_or_default();
        if now != file.text {
            stale.push(file);
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_generated_is_current() {
        run(true).unwrap();
    }
}
