//! Load on a room's talk: many who listen, some of them slowly, and a few who speak.
//!
//! One thread and one epoll loop carry thousands of viewers, so that the load costs little beside the server. A viewer
//! here does not read JSON: each message carries the time it was sent between two `~`, and that is looked for.

mod http;
mod latency;
mod process;
mod stamp;
mod viewers;

use anyhow::{Context, bail};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use latency::Latencies;
pub use process::{Process, Usage, cpu_now, open_files_max};
pub use stamp::{Scanner, now_us, text};
pub use viewers::{Crowd, Target};

/// What `livehouse load chat` is told.
#[derive(Debug, Clone, clap::Args)]
pub struct ChatArgs {
    /// The server, as in `127.0.0.1:8080`. Plain HTTP; put the load on the machine itself.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub server: SocketAddr,
    /// The room, by its name in addresses. It has to be public or unlisted.
    #[arg(long)]
    pub room: String,
    /// How many listen.
    #[arg(long, default_value_t = 1_000)]
    pub viewers: usize,
    /// One in so many reads slowly; 0 is none.
    #[arg(long, default_value_t = 0)]
    pub slow_one_in: usize,
    /// Messages a second, all senders together.
    #[arg(long, default_value_t = 10.0)]
    pub rate: f64,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// The length of each message, in characters.
    #[arg(long, default_value_t = 60)]
    pub chars: usize,
    /// Speak as this account, which has to be host or moderator of the room: staff may speak as fast as they like.
    /// Without it guests speak, as many as the rate needs.
    #[arg(long, requires = "password_file")]
    pub name: Option<String>,
    /// A file with the account's password.
    #[arg(long, requires = "name")]
    pub password_file: Option<PathBuf>,
    /// The server's process id, to read its CPU time and memory.
    #[arg(long)]
    pub pid: Option<u32>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct ChatFigures {
    /// How many listened, slow ones included.
    pub viewers: usize,
    /// Of these, how many read slowly.
    pub slow_viewers: usize,
    /// Messages sent.
    pub sent: u64,
    /// Messages that arrived, all viewers but the slow ones together.
    pub delivered: u64,
    /// Of those that should have arrived, how many did, 0 to 1; unknown of a server that speaks by itself.
    pub delivered_share: Option<f64>,
    /// From sending to arriving, the middle of all.
    pub p50_ms: f64,
    /// From sending to arriving, 99 of 100 are faster.
    pub p99_ms: f64,
    /// Bytes that arrived for each message that did.
    pub bytes_per_delivery: f64,
    /// The server's CPU time for each message that arrived, where its process is known.
    pub us_per_delivery: Option<f64>,
    /// The server's share of one core during the run.
    pub core_share: Option<f64>,
    /// The server's memory, for each viewer before anybody spoke, less what it had before they came.
    pub bytes_per_idle_viewer: Option<f64>,
    /// The server's memory at the end, in bytes.
    pub rss_bytes: Option<u64>,
    /// Lines of ordinary viewers that the server closed during the run.
    pub closed: usize,
    /// Lines of slow viewers that the server closed during the run.
    pub slow_closed: usize,
}

/// Runs the load and prints what came of it.
pub fn run(args: &ChatArgs) -> anyhow::Result<()> {
    let figures = measure(args)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &figures)?;
        std::io::Write::write_all(&mut out, b"\n")?;
    } else {
        std::io::Write::write_all(&mut out, figures.table().as_bytes())?;
    }
    Ok(())
}

/// Runs the load on a Livehouse.
pub fn measure(args: &ChatArgs) -> anyhow::Result<ChatFigures> {
    let speakers = match (&args.name, &args.password_file) {
        (Some(name), Some(file)) => {
            let password = std::fs::read_to_string(file)
                .with_context(|| format!("the password file {} cannot be read", file.display()))?;
            let cookie = http::sign_in(args.server, name, password.trim_end())?;
            // One line may send 20 a second, and one person may have 20 lines.
            let lines = (args.rate / 15.0).ceil().clamp(1.0, 19.0) as usize;
            vec![cookie; lines]
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => {
            // A guest may say one thing a second.
            let guests = (args.rate * 1.4).ceil().max(2.0) as usize;
            (0..guests).map(|number| http::guest(args.server, number)).collect::<anyhow::Result<Vec<_>>>()?
        }
    };
    let target = Target::Livehouse { server: args.server, room: args.room.clone(), speakers };
    let load = Load {
        viewers: args.viewers,
        slow_one_in: args.slow_one_in,
        rate: args.rate,
        length: Duration::from_secs(args.seconds),
        chars: args.chars,
    };
    load.run(&target, args.pid.map(Process))
}

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many listen.
    pub viewers: usize,
    /// One in so many reads slowly; 0 is none.
    pub slow_one_in: usize,
    /// Messages a second.
    pub rate: f64,
    /// For how long.
    pub length: Duration,
    /// The length of each message.
    pub chars: usize,
}

/// How long a crowd sits still before its memory is read, and before it is spoken to.
const SETTLE: Duration = Duration::from_secs(2);

impl Load {
    /// Runs the load on a server.
    pub fn run(&self, target: &Target, process: Option<Process>) -> anyhow::Result<ChatFigures> {
        let files = open_files_max()?;
        if files < self.viewers as u64 + 200 {
            bail!(
                "{} viewers need more open files than this shell may have ({files}); raise it with `ulimit -n`",
                self.viewers
            );
        }
        let empty = process.map(|process| process.usage()).transpose()?;
        let mut crowd = Crowd::open(target, self)?;
        crowd.idle(SETTLE)?;
        let before = process.map(|process| process.usage()).transpose()?;
        crowd.speak(self)?;
        let after = process.map(|process| process.usage()).transpose()?;
        let heard = crowd.end();
        let cpu_us = after.zip(before).map(|(after, before)| after.cpu_us.saturating_sub(before.cpu_us));
        let viewers = self.viewers.max(target.speakers());
        let listening = (viewers - heard.slow_viewers) as u64;
        let idle = before.zip(empty).map(|(with, without)| with.rss_bytes.saturating_sub(without.rss_bytes));
        Ok(ChatFigures {
            viewers,
            slow_viewers: heard.slow_viewers,
            sent: heard.sent,
            delivered: heard.delivered,
            delivered_share: (target.speakers() > 0)
                .then(|| heard.delivered as f64 / (heard.sent * listening).max(1) as f64),
            p50_ms: heard.latencies.share_ms(0.50),
            p99_ms: heard.latencies.share_ms(0.99),
            bytes_per_delivery: heard.bytes as f64 / heard.delivered.max(1) as f64,
            us_per_delivery: cpu_us.map(|us| us as f64 / heard.delivered.max(1) as f64),
            core_share: cpu_us.map(|us| us as f64 / 1e6 / heard.length.as_secs_f64()),
            bytes_per_idle_viewer: idle.map(|bytes| bytes as f64 / viewers.max(1) as f64),
            rss_bytes: after.map(|usage| usage.rss_bytes),
            closed: heard.closed,
            slow_closed: heard.slow_closed,
        })
    }
}

impl ChatFigures {
    /// The figures for people.
    pub fn table(&self) -> String {
        let known = |figure: Option<f64>, unit: &str| {
            figure.map_or_else(|| "unknown (give --pid)".to_owned(), |figure| format!("{figure:.2}{unit}"))
        };
        let rows = [
            ("viewers, of these slow", format!("{}, {}", self.viewers, self.slow_viewers)),
            ("messages sent", self.sent.to_string()),
            (
                "deliveries",
                format!("{} ({:.2} %)", self.delivered, self.delivered_share.unwrap_or(1.0) * 100.0),
            ),
            ("latency, middle and 99 %", format!("{:.1} ms, {:.1} ms", self.p50_ms, self.p99_ms)),
            ("server CPU per delivery", known(self.us_per_delivery, " µs")),
            ("server share of a core", known(self.core_share.map(|share| share * 100.0), " %")),
            ("server memory per idle viewer", known(self.bytes_per_idle_viewer.map(|b| b / 1024.0), " KB")),
            ("lines closed, of the slow", format!("{}, {}", self.closed, self.slow_closed)),
        ];
        rows.iter().map(|(name, value)| format!("{name:<32}{value}\n")).collect()
    }
}
