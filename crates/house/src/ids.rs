//! Where new identities come from.

use model::{ConnectionId, Epoch, ShowId};
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest number a browser holds exactly.
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// Draws identities.
pub trait Ids: Send + Sync + 'static {
    /// A number from 1 to 2^53 - 1 that nobody can guess and that does not come twice.
    fn number(&self) -> u64;

    /// An id for a line, unique while the process runs.
    fn connection(&self) -> ConnectionId;

    /// An id for a show.
    fn show(&self) -> ShowId {
        ShowId(self.number())
    }

    /// A mark for a new log.
    fn epoch(&self) -> Epoch {
        // The low 32 bits of a random number are as random as the number.
        Epoch(self.number() as u32)
    }
}

/// Identities from the operating system's random numbers; lines are counted.
#[derive(Debug, Default)]
pub struct RandomIds {
    connections: AtomicU64,
}

impl Ids for RandomIds {
    fn number(&self) -> u64 {
        loop {
            let drawn = getrandom::u64().expect("the operating system has random numbers") & NUMBER_MAX;
            if drawn != 0 {
                return drawn;
            }
        }
    }

    fn connection(&self) -> ConnectionId {
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
