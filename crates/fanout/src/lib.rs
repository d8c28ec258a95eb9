//! Who hears what, and catching up: the pure part of sending a room to its viewers.
//!
//! ```text
//! Hub      gathers what happened into ticks: at most one in 50 ms, a lone message at once
//! Tick     one tick as bytes, encoded once and shared by everybody
//! History  the recent ticks' events, for who comes back: all of them, or "too old"
//! Outbox   what one slow reader is still owed: bounded, and sacrificed in a stated order
//! ```
//!
//! Nothing here awaits a slow reader, reads a clock or knows what the bytes say.

mod history;
mod hub;
mod outbox;
mod tick;

pub use history::{History, HistoryMax, Recovery};
pub use hub::{Counts, Flush, Hub, HubLimits, Lane, Merged, TICK};
pub use outbox::{Outbox, Slow};
pub use tick::{Part, Tick};
