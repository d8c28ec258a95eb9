//! What a process costs, as the kernel counts it.

use anyhow::{Context, bail};

/// A process of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(pub u32);

/// What it has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// CPU time, its own and the kernel's for it.
    pub cpu_us: u64,
    /// Memory it holds now.
    pub rss_bytes: u64,
}

impl Process {
    /// What it has used so far.
    pub fn usage(self) -> anyhow::Result<Usage> {
        let read = |file: &str| {
            std::fs::read_to_string(format!("/proc/{}/{file}", self.0))
                .with_context(|| format!("process {} is not there; has the server stopped?", self.0))
        };
        Ok(Usage { cpu_us: cpu_us(&self.tasks()?)?, rss_bytes: rss_bytes(&read("status")?)? })
    }

    /// The nanoseconds each of its threads has run: finer than the hundredths of a second in `stat`.
    fn tasks(self) -> anyhow::Result<Vec<String>> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.0))
            .with_context(|| format!("process {} is not there; has the server stopped?", self.0))?;
        // A thread may end while we look; what it used is then missing, which the settled threads of a server do not do.
        Ok(tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
            .collect())
    }
}

fn cpu_us(schedstats: &[String]) -> anyhow::Result<u64> {
    let mut ns = 0;
    for stat in schedstats {
        let Some(Ok(ran)) = stat.split_whitespace().next().map(str::parse::<u64>) else {
            bail!("the kernel's schedstat cannot be read");
        };
        ns += ran;
    }
    Ok(ns / 1_000)
}

fn rss_bytes(status: &str) -> anyhow::Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse::<u64>().ok());
    Ok(kb.context("the kernel's status cannot be read")? * 1_024)
}

/// The CPU time of this process.
pub fn cpu_now() -> anyhow::Result<u64> {
    Ok(Process(std::process::id()).usage()?.cpu_us)
}

/// Raises the number of files this process may open as far as the system lets it; how many that is.
#[allow(unsafe_code)]
pub fn open_files_max() -> anyhow::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live `rlimit` of ours, which the call only writes.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 {
        return Err(std::io::Error::last_os_error()).context("the limit of open files cannot be read");
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the pointer is to a live `rlimit` of ours, which the call only reads.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } != 0 {
        return Err(std::io::Error::last_os_error()).context("the limit of open files cannot be raised");
    }
    Ok(limit.rlim_cur)
}
