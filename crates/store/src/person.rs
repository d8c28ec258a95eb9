//! People: guests, and those who have an account.

use async_trait::async_trait;
use model::{Nickname, ParticipantId, Timestamp};
use unicode_normalization::UnicodeNormalization;

use crate::{PasswordHash, StoreError};

/// A person, as the rest of the house may know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their lasting id; a guest who registers keeps it.
    pub id: ParticipantId,
    /// The name they show; of a registered person, also the one they sign in with.
    pub name: Nickname,
    /// Whether they have an account.
    pub registered: bool,
}

/// A registered person with what proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: Person,
    /// Their password's hash.
    pub password: PasswordHash,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name, unique among accounts by [`folded`].
    pub name: Nickname,
    /// The password's hash.
    pub password: PasswordHash,
}

/// The people of this server.
#[async_trait]
pub trait People: Send + Sync {
    /// A new guest. Names of guests need not be unique.
    async fn add_guest(&self, name: &Nickname, now: Timestamp) -> Result<Person, StoreError>;

    /// A new account: for `guest`, who keeps the id, or for somebody new. Refuses with
    /// [`Conflict::NameTaken`](crate::Conflict::NameTaken),
    /// [`Conflict::AlreadyRegistered`](crate::Conflict::AlreadyRegistered) or
    /// [`Conflict::NoSuchPerson`](crate::Conflict::NoSuchPerson).
    async fn register(
        &self,
        guest: Option<ParticipantId>,
        account: &NewAccount,
        now: Timestamp,
    ) -> Result<Person, StoreError>;

    /// The person of an id.
    async fn person(&self, id: ParticipantId) -> Result<Option<Person>, StoreError>;

    /// The account of an id; `None` also for a guest.
    async fn account(&self, id: ParticipantId) -> Result<Option<Account>, StoreError>;

    /// The account of a name, compared [`folded`].
    async fn account_by_name(&self, name: &Nickname) -> Result<Option<Account>, StoreError>;

    /// Another name. Of a registered person it is the name they sign in with from then on, so it may be
    /// refused with [`Conflict::NameTaken`](crate::Conflict::NameTaken).
    async fn rename(&self, id: ParticipantId, name: &Nickname) -> Result<Person, StoreError>;

    /// Puts `new` in the place of `old` and ends every session of theirs but `keep`, in one transaction.
    /// `false`, and nothing changed, if `old` is not their password's hash any more.
    async fn change_password(
        &self,
        id: ParticipantId,
        old: &PasswordHash,
        new: &PasswordHash,
        keep: Option<&crate::TokenHash>,
    ) -> Result<bool, StoreError>;

    /// The same password hashed anew; sessions stay. `false` if `old` is not theirs any more.
    async fn rehash_password(
        &self,
        id: ParticipantId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, StoreError>;
}

/// The form in which account names are compared: compatibility-composed (NFKC), lower case, composed again.
/// So `Ａｄａ`, `ADA` and `ada` are one name. Letters of different scripts that merely look alike (Latin `a`,
/// Cyrillic `а`) stay different.
pub fn folded(name: &Nickname) -> String {
    let composed: String = name.as_str().nfkc().collect();
    composed.to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(folded(&Nickname::parse(raw).expect("a nickname")), expected);
    }

    #[test]
    fn names_fold() {
        check("Ada", "ada");
        check("Ａｄａ", "ada");
        check("ÉLODIE", "élodie");
        check("E\u{301}lodie", "élodie");
        check("梅 老师", "梅 老师");
        check("ﬁn", "fin");
        // Folding twice changes nothing: the capital sigma and the dotted capital I are the usual traps.
        for raw in ["ΣΊΣΥΦΟΣ", "İstanbul", "ẞ", "ǅ"] {
            let once = folded(&Nickname::parse(raw).expect("a nickname"));
            assert_eq!(folded(&Nickname::parse(&once).expect("a nickname")), once);
        }
    }
}
