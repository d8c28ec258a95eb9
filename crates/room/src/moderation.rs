//! Who is muted and who is banned.

use model::{Nickname, ParticipantId, Timestamp};

/// A mute or a ban that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sanction {
    /// Who is muted or banned.
    pub whom: ParticipantId,
    /// Their name when it happened.
    pub name: Nickname,
    /// Who did it.
    pub by: ParticipantId,
    /// Since when.
    pub since: Timestamp,
    /// What, and until when.
    pub measure: Measure,
}

/// What was done to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// They may not speak.
    Mute {
        /// Until when.
        until: Timestamp,
    },
    /// They may not be here.
    Ban {
        /// Until when; `None` until unbanned.
        until: Option<Timestamp>,
    },
}
