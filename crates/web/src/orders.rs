//! What became of the orders that were put to rooms, for the figures.

use house::SendError;
use prometheus_client::metrics::counter::Counter;

/// The orders that came by one way. Cheap to clone; the clones count together.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    accepted: Counter,
    refused: Counter,
    failed: Counter,
}

impl Orders {
    /// Counts an answer: carried out, refused by the room's rules, or not carried out because the server could not.
    pub fn answered<T>(&self, result: &Result<T, SendError>) {
        match result {
            Ok(_) => self.accepted.inc(),
            Err(SendError::Refused(_)) => self.refused.inc(),
            Err(SendError::Busy | SendError::Unavailable | SendError::Closed) => self.failed.inc(),
        };
    }

    /// How many there were of each outcome.
    pub fn outcomes(&self) -> [(&'static str, u64); 3] {
        [("accepted", self.accepted.get()), ("refused", self.refused.get()), ("failed", self.failed.get())]
    }
}
