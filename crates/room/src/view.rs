//! What everybody may see of a room.

use std::time::Duration;

use crate::{Access, DanmakuCurve, Live, Person, Title};

/// A room as it is now. Small, so that it can be given out by the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its title.
    pub title: Title,
    /// Who may come in.
    pub access: Access,
    /// How danmaku allowances refill.
    pub danmaku: DanmakuCurve,
    /// The wait between two messages of one person below staff; zero is off.
    pub slow_mode: Duration,
    /// Whether there is a show.
    pub live: Live,
    /// How many people are here: each counted once however many lines they have.
    pub present: u32,
    /// Likes since the room began, as far as they are in the log.
    pub likes: u64,
    /// The host, under the name they show now, whether or not they are here.
    pub host: Person,
}
