//! The one table that says what each role may do. Routes and commands both ask it.

use crate::Role;

/// Something a person may or may not do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Watch, listen and read. The room's door (public, unlisted, by key) is asked before this.
    Watch,
    /// Send chat, danmaku and likes.
    Speak,
    /// Delete a message of one's own.
    DeleteOwn,
    /// Delete anybody's message.
    DeleteAny,
    /// Mute and unmute people below one's own role.
    Mute,
    /// Ban and unban people below one's own role.
    Ban,
    /// Turn slow mode on and off.
    SlowMode,
    /// Read the audit trail and the list of who is muted or banned.
    ReadAudit,
    /// Publish sound and picture, go live, end the show.
    Publish,
    /// Appoint and dismiss moderators.
    Appoint,
    /// Change the room's title, door, danmaku settings and stream key.
    Configure,
}

impl Permission {
    /// Every permission there is.
    pub const ALL: [Permission; 11] = [
        Permission::Watch,
        Permission::Speak,
        Permission::DeleteOwn,
        Permission::DeleteAny,
        Permission::Mute,
        Permission::Ban,
        Permission::SlowMode,
        Permission::ReadAudit,
        Permission::Publish,
        Permission::Appoint,
        Permission::Configure,
    ];
}

impl Role {
    /// Whether this role holds `permission`.
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Watch | Permission::Speak | Permission::DeleteOwn => true,
            Permission::DeleteAny
            | Permission::Mute
            | Permission::Ban
            | Permission::SlowMode
            | Permission::ReadAudit => self.is_staff(),
            Permission::Publish | Permission::Appoint | Permission::Configure => self == Role::Host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, written out a second time by hand: a change to the code above must be meant.
    #[test]
    fn the_table() {
        let table: Vec<String> = Permission::ALL
            .iter()
            .map(|permission| {
                let who: String =
                    Role::ALL.iter().map(|role| if role.may(*permission) { 'x' } else { '-' }).collect();
                format!("{permission:?} {who}")
            })
            .collect();
        assert_eq!(
            table,
            [
                "Watch xxxx",
                "Speak xxxx",
                "DeleteOwn xxxx",
                "DeleteAny xx--",
                "Mute xx--",
                "Ban xx--",
                "SlowMode xx--",
                "ReadAudit xx--",
                "Publish x---",
                "Appoint x---",
                "Configure x---",
            ]
        );
    }
}
