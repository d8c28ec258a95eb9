//! Accounts and guests: coming in, going out, changing one's name or password.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{Nickname, ParticipantId, RoomId, Timestamp};
use store::{NewAccount, Person, Session, Store, folded};

use crate::limiter::{Limiter, Policy};
use crate::password::{PASSWORD_CHARS_MIN, Passwords, Verdict, accept};
use crate::{AuthError, Origin, Secret};

/// Attempts to prove oneself from one address: a school or an office is one address too, so the first ones are free.
const PER_ADDRESS: Policy = Policy {
    free: 20,
    wait_first: Duration::from_secs(1),
    wait_max: Duration::from_secs(15 * 60),
    forget_after: Duration::from_secs(60 * 60),
};

/// Attempts on one account from everywhere. The longest wait is short, because others' attempts make its owner wait
/// as well: at one in half a minute even a weak password outlives the attacker's patience.
const PER_ACCOUNT: Policy = Policy {
    free: 6,
    wait_first: Duration::from_secs(1),
    wait_max: Duration::from_secs(30),
    forget_after: Duration::from_secs(60 * 60),
};

/// Accounts made from one address.
const PER_REGISTRATION: Policy = Policy {
    free: 10,
    wait_first: Duration::from_secs(10),
    wait_max: Duration::from_secs(60 * 60),
    forget_after: Duration::from_secs(24 * 60 * 60),
};

/// Who is who on this server. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) passwords: Passwords,
    limits: Arc<Mutex<Limits>>,
}

/// The counts of attempts. Behind a lock and not an actor, because each use is a look-up without waiting.
struct Limits {
    /// One address's attempts on any account.
    addresses: Limiter<Origin>,
    /// Everybody's attempts on one account, by its folded name, whether it exists or not.
    accounts: Limiter<String>,
    /// One address's attempts on one room's door.
    doors: Limiter<(RoomId, Origin)>,
    /// The accounts made from one address.
    registrations: Limiter<Origin>,
}

/// An attempt on an account that was counted and has not been found good yet.
struct Attempt {
    from: Origin,
    account: String,
}

/// An attempt on a door that was counted and has not been found good yet.
pub(crate) struct DoorAttempt(RoomId, Origin);

/// Somebody who has come in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session's token, for the cookie.
    pub token: Secret,
    /// Who they are.
    pub person: Person,
}

impl Accounts {
    /// On a store, with today's cost of passwords.
    pub fn new(store: Arc<dyn Store>) -> Accounts {
        Accounts::with_passwords(store, Passwords::default())
    }

    /// On a store, with another cost of passwords.
    pub fn with_passwords(store: Arc<dyn Store>, passwords: Passwords) -> Accounts {
        let limits = Limits {
            addresses: Limiter::new(PER_ADDRESS),
            accounts: Limiter::new(PER_ACCOUNT),
            doors: Limiter::new(PER_ADDRESS),
            registrations: Limiter::new(PER_REGISTRATION),
        };
        Accounts { store, passwords, limits: Arc::new(Mutex::new(limits)) }
    }

    /// Comes in with a nickname. A browser that has a guest already renames them and keeps its session's person.
    pub async fn guest(
        &self,
        visit: Option<&Session>,
        name: &Nickname,
        now: Timestamp,
    ) -> Result<SignedIn, AuthError> {
        let person = match visit.and_then(|session| session.person.as_ref()) {
            Some(known) if !known.registered => self.store.rename(known.id, name).await?,
            Some(_) | None => self.store.add_guest(name, now).await?,
        };
        self.enter(person, visit, now).await
    }

    /// Makes an account and signs in. A guest keeps their id.
    pub async fn register(
        &self,
        visit: Option<&Session>,
        name: &Nickname,
        password: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<SignedIn, AuthError> {
        accept(password, PASSWORD_CHARS_MIN)?;
        self.limits().registrations.attempt(&from, now).map_err(too_many)?;
        let password = self.passwords.hash(password).await?;
        let guest = visit.and_then(|session| session.person.as_ref()).filter(|person| !person.registered);
        let account = NewAccount { name: name.clone(), password };
        let person = self.store.register(guest.map(|guest| guest.id), &account, now).await?;
        self.enter(person, visit, now).await
    }

    /// Signs in. Whether the name or the password was wrong is told neither by the answer nor by the time it takes.
    pub async fn sign_in(
        &self,
        visit: Option<&Session>,
        name: &Nickname,
        password: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<SignedIn, AuthError> {
        let attempt = self.attempt(from, folded(name), now)?;
        let account = self.store.account_by_name(name).await?;
        let verdict =
            self.passwords.check(password, account.as_ref().map(|account| &account.password)).await?;
        let (Verdict::Right { outdated }, Some(mut account)) = (verdict, account) else {
            return Err(AuthError::WrongPassword);
        };
        if outdated {
            let new = self.passwords.hash(password).await?;
            if self.store.rehash_password(account.person.id, &account.password, &new).await? {
                account.password = new;
            }
        }
        // A password that was changed while this one was checked opens nothing.
        let opened = self.open_session(Some(account.person.id), Some(&account.password), visit, now).await?;
        let token = opened.ok_or(AuthError::WrongPassword)?;
        self.good(attempt);
        Ok(SignedIn { token, person: account.person })
    }

    /// Changes the password of who is signed in, and ends every other sign-in of theirs.
    pub async fn change_password(
        &self,
        visit: &Session,
        current: &Secret,
        new: &Secret,
        from: Origin,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        accept(new, PASSWORD_CHARS_MIN)?;
        let person = visit.person.as_ref().ok_or(AuthError::NotSignedIn)?;
        let account = self.store.account(person.id).await?.ok_or(AuthError::NotSignedIn)?;
        let attempt = self.attempt(from, folded(&account.person.name), now)?;
        if self.passwords.check(current, Some(&account.password)).await? == Verdict::Wrong {
            return Err(AuthError::WrongPassword);
        }
        let new = self.passwords.hash(new).await?;
        let changed =
            self.store.change_password(person.id, &account.password, &new, Some(&visit.token)).await?;
        if !changed {
            return Err(AuthError::WrongPassword);
        }
        self.good(attempt);
        Ok(())
    }

    /// Changes the name of a guest, or the name an account shows and signs in with.
    pub async fn rename(&self, who: ParticipantId, name: &Nickname) -> Result<Person, AuthError> {
        Ok(self.store.rename(who, name).await?)
    }

    pub(crate) async fn enter(
        &self,
        person: Person,
        visit: Option<&Session>,
        now: Timestamp,
    ) -> Result<SignedIn, AuthError> {
        let opened = self.open_session(Some(person.id), None, visit, now).await?;
        let token = opened.expect("a session without a proof is opened or is an error");
        Ok(SignedIn { token, person })
    }

    fn attempt(&self, from: Origin, account: String, now: Timestamp) -> Result<Attempt, AuthError> {
        let mut limits = self.limits();
        // Asked first: what is refused for the account's sake is not held against the address.
        limits.accounts.ask(&account, now).map_err(too_many)?;
        limits.addresses.attempt(&from, now).map_err(too_many)?;
        limits.accounts.attempt(&account, now).map_err(too_many)?;
        Ok(Attempt { from, account })
    }

    /// The attempt was a good one. Others from its address are still held against the address, or an account of
    /// one's own would buy attempts on others'.
    fn good(&self, attempt: Attempt) {
        let mut limits = self.limits();
        limits.accounts.forgive(&attempt.account);
        limits.addresses.forgive_one(&attempt.from);
    }

    /// Counts an attempt on a door.
    pub(crate) fn attempt_on_door(
        &self,
        room: RoomId,
        from: Origin,
        now: Timestamp,
    ) -> Result<DoorAttempt, AuthError> {
        self.limits().doors.attempt(&(room, from), now).map_err(too_many)?;
        Ok(DoorAttempt(room, from))
    }

    /// The attempt on a door was a good one; `None` where none was counted.
    pub(crate) fn good_on_door(&self, attempt: Option<DoorAttempt>) {
        if let Some(DoorAttempt(room, from)) = attempt {
            self.limits().doors.forgive_one(&(room, from));
        }
    }

    fn limits(&self) -> std::sync::MutexGuard<'_, Limits> {
        // Counts are whole after every step, so those of a thread that panicked can be used on.
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many(refused: crate::TooMany) -> AuthError {
    AuthError::TooMany { retry_at: refused.retry_at }
}
