//! A person as the room shows them.

use model::{Nickname, ParticipantId, Role};

/// A person with the name and the role they have here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ParticipantId,
    /// The name they show.
    pub name: Nickname,
    /// What they are here.
    pub role: Role,
}
