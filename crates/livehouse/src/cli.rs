//! The commands and their flags.

use clap::{Args, Parser, Subcommand};
use config::Flag;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::settings::{Settings, Unusable};
use crate::{demo, doctor, logs, server, setup};

/// The live room a person owns: go live, be watched and talked with, from a server of one's own.
#[derive(Debug, Parser)]
#[command(name = "livehouse", version, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done, 1 failed, 2 used wrongly or with settings that cannot be used.")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until SIGTERM or Ctrl-C; it then lets what is under way end.
    Serve(ServeArguments),
    /// Make the first host and their room without a browser, as the first-run page does.
    Setup(setup::SetupArguments),
    /// Check what the server needs of this machine, and say what to do.
    Doctor(Settings),
    /// Run a room to look at: a recording as its show, and viewers who talk. Keeps nothing.
    Demo(demo::DemoArguments),
    /// Put load on a server of one's own, to see how many viewers this machine carries.
    #[command(subcommand)]
    Load(Load),
}

#[derive(Debug, Subcommand)]
enum Load {
    /// Many who listen to a room, some of them slowly, and a few who speak.
    Chat(load::chat::ChatArgs),
}

/// Flags of `livehouse serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    #[command(flatten)]
    settings: Settings,
    /// The address and port to listen on [default: 0.0.0.0:8080].
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The UDP and TCP port of all media [default: 8189].
    #[arg(long, value_name = "PORT")]
    media_port: Option<String>,
    /// The database [default: a SQLite file in the data folder].
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// PEM file with the certificate for HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// PEM file with the certificate's key.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

impl ServeArguments {
    fn flags(&self) -> Vec<Flag> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            ("--listen", "server.listen", self.listen.clone()),
            ("--media-port", "media.port", self.media_port.clone()),
            ("--store", "store.url", self.store.clone()),
            ("--tls-certificate", "server.tls.certificate", path(&self.tls_certificate)),
            ("--tls-key", "server.tls.key", path(&self.tls_key)),
        ]
        .into_iter()
        .filter_map(|(name, key, value)| value.map(|value| Flag { name, key, value }))
        .collect()
    }
}

impl Arguments {
    /// Does what was asked; an error goes to standard error, with what to do.
    pub fn carry_out(self) -> ExitCode {
        match self.command.run() {
            Ok(code) => code,
            Err(error) => {
                logs::say_error(&format!("{error:#}"));
                ExitCode::from(if error.is::<Unusable>() { 2 } else { 1 })
            }
        }
    }
}

impl Command {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Serve(arguments) => {
                let config = arguments.settings.load(arguments.flags())?;
                server::serve(config)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Setup(arguments) => {
                setup::run(&arguments)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Doctor(settings) => doctor::run(&settings.load(Vec::new())?),
            Command::Demo(arguments) => {
                demo::run(arguments)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Load(Load::Chat(arguments)) => {
                load::chat::run(&arguments)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_and_flag_says_what_it_does() {
        let top = Arguments::command();
        top.clone().debug_assert();
        for command in top.get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for command in std::iter::once(command).chain(command.get_subcommands()) {
                for flag in command.get_arguments() {
                    assert!(flag.get_help().is_some(), "{} --{}", command.get_name(), flag.get_id());
                }
            }
        }
    }
}
