//! How many connections this process can hold.

use crate::events::{STREAMS_PART, STREAMS_PER_ADDRESS_PART};
use crate::line::LinesConfig;

/// Files the rest of the program may have open: the database, media sockets, certificates, the log.
const FILES_KEPT: u64 = 512;

/// The most connections and lines, however many files are allowed. Past their share new connections wait in the
/// kernel's queue until one closes; new lines are refused.
const CONNECTIONS_MAX: u64 = 131_072;

/// The most line threads where the settings say nothing.
const THREADS_MAX: usize = 4;

/// How the files that may be open are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// For HTTP: requests under way, idle browsers, event streams.
    pub connections: u32,
    /// For WebSockets, once they are open.
    pub lines: u32,
}

/// Raises the limit of open files to what the system allows, and shares them out.
pub fn shares() -> Shares {
    let files = raise_open_files().unwrap_or(1_024);
    let shares = share_out(files);
    if shares.lines < 5_000 {
        let lines = shares.lines;
        tracing::warn!(
            files,
            lines,
            "This process may open few files, so few viewers can come; raise the limit (ulimit -n, LimitNOFILE=)"
        );
    }
    shares
}

/// A viewer needs one line for hours and connections for moments, so lines get three of four.
fn share_out(files: u64) -> Shares {
    let all = files.saturating_sub(FILES_KEPT).clamp(128, CONNECTIONS_MAX);
    let connections = u32::try_from(all / 4).unwrap_or(u32::MAX);
    Shares { connections, lines: connections.saturating_mul(3) }
}

/// Lines as the settings say, as many as this process may open.
pub fn lines_config(config: &config::Lines) -> LinesConfig {
    // More threads than this do not help: one carries thousands of lines.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if config.threads == 0 { cores.min(THREADS_MAX) } else { usize::from(config.threads) };
    let shares = shares();
    let streams = shares.connections / STREAMS_PART;
    LinesConfig {
        threads,
        lines_max: shares.lines as usize,
        streams_max: streams as usize,
        streams_per_address_max: (streams / STREAMS_PER_ADDRESS_PART) as usize,
        ..LinesConfig::default()
    }
}

/// Sets the soft limit to the hard one; the limit as it then is.
#[allow(unsafe_code)]
fn raise_open_files() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live `rlimit` of ours, which the call only writes.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 {
        return None;
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max };
    // SAFETY: the pointer is to a live `rlimit` of ours, which the call only reads.
    let done = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raised) } == 0;
    Some(if done { raised.rlim_cur } else { limit.rlim_cur })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_shared_out() {
        assert_eq!(share_out(1_024), Shares { connections: 128, lines: 384 });
        assert_eq!(share_out(20_512), Shares { connections: 5_000, lines: 15_000 });
        assert_eq!(share_out(0), Shares { connections: 32, lines: 96 });
        assert_eq!(share_out(u64::MAX), Shares { connections: 32_768, lines: 98_304 });
    }
}
