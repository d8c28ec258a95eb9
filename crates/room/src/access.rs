//! Who may come in.

/// A room's door. What may not be entered may not be watched, listened to or read either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Anybody, and the room is listed on the front page.
    Public,
    /// Anybody who has the address.
    Unlisted,
    /// Who has the secret link or the password. The secrets themselves are kept outside the room.
    ByKey,
}
