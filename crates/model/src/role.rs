//! What a person is in a room.

/// A person's standing in one room, from the most to the least trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Owns the room.
    Host,
    /// Appointed by the host to keep order.
    Moderator,
    /// Signed in with an account of this server.
    Viewer,
    /// Came in with a nickname, or with none yet.
    Guest,
}

impl Role {
    /// Every role, most trusted first.
    pub const ALL: [Role; 4] = [Role::Host, Role::Moderator, Role::Viewer, Role::Guest];

    /// Whether `self` stands above `other`: only then may it mute, ban or silence them.
    pub fn outranks(self, other: Role) -> bool {
        self.rank() > other.rank()
    }

    /// Staff are never sampled away, never slowed down, and may speak while others may not.
    pub fn is_staff(self) -> bool {
        match self {
            Role::Host | Role::Moderator => true,
            Role::Viewer | Role::Guest => false,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Role::Host => 2,
            Role::Moderator => 1,
            // A registered viewer has no power over a guest.
            Role::Viewer | Role::Guest => 0,
        }
    }
}
