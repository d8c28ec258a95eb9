//! Gathers the settings of a command: its file, the environment, its flags.

use anyhow::Context;
use clap::Args;
use config::{Config, Flag, Sources};
use std::path::PathBuf;

/// The flags by which every command finds its server's settings.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// The file with the settings (docs/livehouse.example.toml shows them all).
    #[arg(long, value_name = "FILE", env = "LIVEHOUSE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder that holds everything of the server [default: data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Settings that cannot be used: the operator's mistake, not the program's failure.
#[derive(Debug)]
pub struct Unusable(anyhow::Error);

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl std::error::Error for Unusable {}

impl Settings {
    /// The settings, with further flags of the command over them.
    pub fn load(&self, flags: Vec<Flag>) -> Result<Config, Unusable> {
        self.gather(flags).map_err(Unusable)
    }

    fn gather(&self, mut flags: Vec<Flag>) -> anyhow::Result<Config> {
        let file = match &self.config {
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the settings from {name}"))?;
                Some((name, text))
            }
            None => None,
        };
        if let Some(data) = &self.data {
            let value = data.to_str().context("--data: the folder's name is not UTF-8")?.to_owned();
            flags.push(Flag { name: "--data", key: "data.dir", value });
        }
        // A variable that is not UTF-8 is none of ours.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Ok(config::load(&Sources { file, environment, flags })?)
    }
}
