//! The show: on, waiting for its publisher, or off.

use model::{ShowId, Timestamp};

/// Whether there is a show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Live {
    /// There is none.
    #[default]
    Off,
    /// A publisher's media arrives.
    On {
        /// Which show.
        show: ShowId,
        /// Since when.
        since: Timestamp,
    },
    /// The publisher is gone for a moment and is waited for.
    Interrupted {
        /// Which show.
        show: ShowId,
        /// Since when the show, not the break, lasts.
        since: Timestamp,
        /// When the wait is over and the show ends.
        until: Timestamp,
    },
}
