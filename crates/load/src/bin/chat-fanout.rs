//! The chat bench: what a message costs a Livehouse server, beside `ws` on Node and beside a bare epoll loop, in one run.
//! Run it by `bench/chat-fanout`, which builds what it needs and pins the load to a core of its own.

use anyhow::{Context, bail};
use load::chat::{ChatArgs, ChatFigures, Load, Process, Target, measure};
use serde_json::json;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer.
const START_MAX: Duration = Duration::from_secs(20);

/// The core that servers run on; the load has another.
const SERVER_CORE: &str = "0";

/// A message as it arrives, framed: what the neighbours are given to send, so that all send the same.
const CHARS: usize = 60;

fn main() -> anyhow::Result<()> {
    let is_quick = std::env::args().any(|arg| arg == "--quick");
    let plan = if is_quick { Plan::quick() } else { Plan::full() };
    let bench = Bench { folder: tempfile()?, rows: Vec::new() };
    let result = bench.run(&plan);
    // The folder holds a database nobody needs.
    let _ = std::fs::remove_dir_all(std::env::temp_dir().join(folder_name()));
    result
}

struct Plan {
    crowds: Vec<usize>,
    seconds: u64,
    slow_crowd: usize,
}

impl Plan {
    fn quick() -> Plan {
        Plan { crowds: vec![1_000], seconds: 4, slow_crowd: 1_000 }
    }

    fn full() -> Plan {
        Plan { crowds: vec![1_000, 5_000], seconds: 15, slow_crowd: 5_000 }
    }
}

struct Bench {
    folder: PathBuf,
    rows: Vec<(String, ChatFigures)>,
}

impl Bench {
    fn run(mut self, plan: &Plan) -> anyhow::Result<()> {
        let house = House::start(&self.folder)?;
        for crowd in &plan.crowds {
            for rate in [500.0, 2.0] {
                let figures = house.measure(*crowd, rate, plan.seconds, 0)?;
                self.row(format!("livehouse, {crowd} viewers, {rate}/s"), figures);
            }
        }
        let slow = house.measure(plan.slow_crowd, 10.0, plan.seconds, 50)?;
        self.row(format!("livehouse, {} viewers, 10/s, 1 in 50 slow", plan.slow_crowd), slow);
        drop(house);
        for crowd in &plan.crowds {
            let bytes = self.figure(&format!("livehouse, {crowd} viewers, 2/s"))?.bytes_per_delivery;
            let figures = bare(*crowd, 2.0, bytes as usize, plan.seconds)?;
            self.row(format!("bare epoll loop, {crowd} viewers, 2/s"), figures);
            match ws(*crowd, plan.seconds) {
                Ok(figures) => self.row(format!("ws on Node, {crowd} viewers, 500/s"), figures),
                Err(error) => eprint_line(&format!("ws on Node is left out: {error:#}")),
            }
        }
        self.print(plan)
    }

    fn row(&mut self, name: String, figures: ChatFigures) {
        eprint_line(&format!("measured: {name}"));
        self.rows.push((name, figures));
    }

    fn figure(&self, name: &str) -> anyhow::Result<&ChatFigures> {
        let row = self.rows.iter().find(|row| row.0 == name);
        Ok(&row.with_context(|| format!("`{name}` was not measured"))?.1)
    }

    fn print(&self, plan: &Plan) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{:<46}{:>12}{:>10}{:>10}{:>9}{:>9}{:>12}{:>8}",
            "", "deliveries", "arrived", "µs each", "p50 ms", "p99 ms", "KB a viewer", "core"
        )?;
        for (name, figures) in &self.rows {
            writeln!(
                out,
                "{name:<46}{:>12}{:>9.1}%{:>10.2}{:>9.1}{:>9.1}{:>12.1}{:>7.0}%",
                figures.delivered,
                figures.delivered_share.unwrap_or(f64::NAN) * 100.0,
                figures.us_per_delivery.unwrap_or(f64::NAN),
                figures.p50_ms,
                figures.p99_ms,
                figures.bytes_per_idle_viewer.unwrap_or(f64::NAN) / 1_024.0,
                figures.core_share.unwrap_or(f64::NAN) * 100.0,
            )?;
        }
        let crowd = plan.crowds[0];
        let us = |name: &str| self.figure(name).ok().and_then(|figures| figures.us_per_delivery);
        let at_500 = us(&format!("livehouse, {crowd} viewers, 500/s"));
        let at_2 = self.figure(&format!("livehouse, {crowd} viewers, 2/s"))?;
        let slow = self.figure(&format!("livehouse, {} viewers, 10/s, 1 in 50 slow", plan.slow_crowd))?;
        let first = self.figure(&format!("livehouse, {crowd} viewers, 500/s"))?;
        writeln!(
            out,
            "{}",
            json!({
                "viewers": crowd,
                "us_per_message_at_500": at_500,
                "us_per_message_at_500_ws": us(&format!("ws on Node, {crowd} viewers, 500/s")),
                "us_per_message_at_2": at_2.us_per_delivery,
                "us_per_write_raw": us(&format!("bare epoll loop, {crowd} viewers, 2/s")),
                "bytes_per_idle_viewer": first.bytes_per_idle_viewer,
                "p99_ms": slow.p99_ms,
                "p99_viewers": plan.slow_crowd,
            })
        )?;
        Ok(())
    }
}

/// A server that is ended when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(mut command: Command, address: SocketAddr) -> anyhow::Result<Server> {
        let name = format!("{:?}", command.get_program());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        let mut server = Server { child, address };
        let until = Instant::now() + START_MAX;
        while TcpStream::connect(address).is_err() {
            if server.child.try_wait()?.is_some() || Instant::now() > until {
                bail!("the server on {address} does not answer");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// `taskset` becomes the server, so its id is the server's.
    fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pinned(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

/// Takes the settings of whoever runs the bench out of a command's environment.
fn unset(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LIVEHOUSE_"))
    {
        command.env_remove(name);
    }
    command
}

struct House {
    server: Server,
}

impl House {
    fn start(folder: &Path) -> anyhow::Result<House> {
        let program = beside("livehouse", "BENCH_LIVEHOUSE")?;
        let password_file = folder.join("password");
        std::fs::write(&password_file, "a bench needs no secret")?;
        let data = folder.join("data");
        let setup = unset(&mut Command::new(&program))
            .args(["setup", "--host", "Ada", "--room", "bench", "--password-file"])
            .arg(&password_file)
            .arg("--data")
            .arg(&data)
            .output()?;
        if !setup.status.success() {
            bail!("livehouse setup failed: {}", String::from_utf8_lossy(&setup.stderr));
        }
        let address = free_address()?;
        let media = free_address()?.port().to_string();
        let mut command = pinned(&program);
        unset(&mut command).arg("serve").arg("--data").arg(&data).args(["--listen", &address.to_string()]);
        command.env("LIVEHOUSE_RTMP_ON", "false");
        command.args(["--media-port", &media]);
        Ok(House { server: Server::start(command, address)? })
    }

    fn measure(
        &self,
        viewers: usize,
        rate: f64,
        seconds: u64,
        slow_one_in: usize,
    ) -> anyhow::Result<ChatFigures> {
        measure(&ChatArgs {
            server: self.server.address,
            room: "bench".to_owned(),
            viewers,
            slow_one_in,
            rate,
            seconds,
            chars: CHARS,
            // Five hundred messages a second come from many people: each may say one a second.
            name: None,
            password_file: None,
            pid: Some(self.server.process().0),
            json: false,
        })
    }
}

fn bare(viewers: usize, rate: f64, bytes: usize, seconds: u64) -> anyhow::Result<ChatFigures> {
    let address = free_address()?;
    let mut command = pinned(beside("bare-fanout", "BENCH_BARE")?);
    command.args([address.to_string(), rate.to_string(), bytes.to_string()]);
    let server = Server::start(command, address)?;
    load(viewers, rate, seconds).run(&Target::Bare { server: address }, Some(server.process()))
}

fn ws(viewers: usize, seconds: u64) -> anyhow::Result<ChatFigures> {
    let script = std::env::var_os("BENCH_WS").context("BENCH_WS does not name its script")?;
    let address = free_address()?;
    let mut command = pinned("node");
    command.arg(script).arg(address.port().to_string());
    let server = Server::start(command, address)?;
    let target = Target::Broadcast { server: address, speakers: 34 };
    load(viewers, 500.0, seconds).run(&target, Some(server.process()))
}

fn load(viewers: usize, rate: f64, seconds: u64) -> Load {
    Load { viewers, slow_one_in: 0, rate, length: Duration::from_secs(seconds), chars: CHARS }
}

fn beside(name: &str, variable: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.exists() {
        bail!("{} is not there; run bench/chat-fanout, which builds it", path.display());
    }
    Ok(path)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn folder_name() -> String {
    format!("livehouse-chat-fanout-{}", std::process::id())
}

fn tempfile() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(folder_name());
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn eprint_line(line: &str) {
    // Progress nobody may be there to read.
    let _ = writeln!(std::io::stderr(), "{line}");
}
