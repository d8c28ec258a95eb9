//! Passwords: argon2id, few at a time, and as slow for who is not there as for who is.

use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use store::PasswordHash;
use tokio::sync::Semaphore;

use crate::secret::random;
use crate::{AuthError, Secret};

/// The shortest password of an account, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// The longest password, in characters: longer than any pass phrase, short enough to hash.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// What OWASP asks of argon2id at the least: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes computed at once: two cores' worth, 38 MiB in all. The others wait.
const AT_ONCE_MAX: usize = 2;

/// Hashes computed or waited for. At some 30 ms each, the last waits a second; past it the answer is `Busy`.
const WAITING_MAX: usize = 64;

/// Bytes of a salt.
const SALT_BYTES: usize = 16;

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Checked in the place of a hash that is not there. Nobody knows a password for it, since it was not
    /// made from one.
    nobody: PasswordHash,
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is.
    Right {
        /// Whether the hash was made with other parameters than today's.
        outdated: bool,
    },
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords::with(MEMORY_KIB, PASSES)
    }
}

impl Passwords {
    /// With another cost than today's: `memory_kib` (at least 8) and `passes` (at least 1). For tests, and for
    /// machines on which a sign-in would take too long.
    pub fn with(memory_kib: u32, passes: u32) -> Passwords {
        let params = Params::new(memory_kib.max(8), passes.max(1), LANES, None)
            .expect("within argon2's bounds: at least 8 KiB and one pass");
        let nobody = format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            "A".repeat(22),
            "A".repeat(43)
        );
        Passwords {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            nobody: PasswordHash(nobody),
            at_once: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }

    /// Hashes a password with a salt of its own.
    pub(crate) async fn hash(&self, password: &Secret) -> Result<PasswordHash, AuthError> {
        let salt = random::<SALT_BYTES>()?;
        let hash = self
            .compute(password, move |argon2, password| argon2.hash_password_with_salt(password, &salt))
            .await?
            .map_err(|error| AuthError::NoSecret(error.into()))?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Checks a password; against nobody's where there is no hash, so that it takes as long.
    pub(crate) async fn check(
        &self,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<Verdict, AuthError> {
        let Ok(parsed) = phc::PasswordHash::new(&hash.unwrap_or(&self.nobody).0) else {
            // A hash that cannot be read opens nothing.
            return Ok(Verdict::Wrong);
        };
        let outdated = !self.is_current(&parsed);
        let right =
            self.compute(password, move |argon2, password| argon2.verify_password(password, &parsed)).await?;
        match (right, hash) {
            (Ok(()), Some(_)) => Ok(Verdict::Right { outdated }),
            (Ok(()), None) | (Err(_), _) => Ok(Verdict::Wrong),
        }
    }

    fn is_current(&self, hash: &phc::PasswordHash) -> bool {
        let current = self.argon2.params();
        let same = |params: Params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                == (current.m_cost(), current.t_cost(), current.p_cost())
        };
        hash.algorithm == Algorithm::Argon2id.ident() && Params::try_from(hash).is_ok_and(same)
    }

    /// Runs argon2 beside the tasks, when it is its turn.
    async fn compute<T: Send + 'static>(
        &self,
        password: &Secret,
        work: impl FnOnce(&Argon2<'static>, &[u8]) -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        // A password far too long for any account is not worth the wait.
        if password.expose().chars().count() > PASSWORD_CHARS_MAX {
            return Err(AuthError::PasswordTooLong { max: PASSWORD_CHARS_MAX });
        }
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| AuthError::Busy)?;
        let turn = self.at_once.clone().acquire_owned().await.map_err(|_| AuthError::Busy)?;
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&argon2, password.expose().as_bytes());
            // Given back by the work itself: a caller who leaves does not make it any shorter.
            drop((turn, waiting));
            result
        });
        done.await.map_err(|error| AuthError::NoSecret(error.into()))
    }
}

/// Whether an account may have this password.
pub(crate) fn accept(password: &Secret, chars_min: usize) -> Result<(), AuthError> {
    let chars = password.expose().chars().count();
    if chars < chars_min {
        return Err(AuthError::PasswordTooShort { min: chars_min });
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(AuthError::PasswordTooLong { max: PASSWORD_CHARS_MAX });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_opens_its_hash_only() {
        let passwords = Passwords::with(8, 1);
        let hash = passwords.hash(&secret("correct horse")).await.expect("hashed");
        let again = passwords.hash(&secret("correct horse")).await.expect("hashed");
        assert_ne!(hash, again, "each hash has a salt of its own");
        let right = Verdict::Right { outdated: false };
        assert_eq!(passwords.check(&secret("correct horse"), Some(&hash)).await.expect("checked"), right);
        for (wrong, against) in [
            ("Correct horse", Some(&hash)),
            ("", Some(&hash)),
            ("correct horse", None),
            ("", None),
            ("correct horse", Some(&PasswordHash("correct horse".to_owned()))),
            ("correct horse", Some(&PasswordHash(String::new()))),
        ] {
            let verdict = passwords.check(&secret(wrong), against).await.expect("checked");
            assert_eq!(verdict, Verdict::Wrong, "{wrong}");
        }
    }

    #[tokio::test]
    async fn other_parameters_are_outdated() {
        let old = Passwords::with(8, 1).hash(&secret("correct horse")).await.expect("hashed");
        for (memory, passes) in [(16, 1), (8, 2)] {
            let passwords = Passwords::with(memory, passes);
            let verdict = passwords.check(&secret("correct horse"), Some(&old)).await.expect("checked");
            assert_eq!(verdict, Verdict::Right { outdated: true });
        }
    }

    /// Today's parameters, spelt out in the hash; and nobody's hash costs what a real one does.
    #[tokio::test]
    async fn todays_parameters() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&secret("correct horse")).await.expect("hashed");
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let nobody = phc::PasswordHash::new(&passwords.nobody.0).expect("a hash that can be read");
        assert!(passwords.is_current(&nobody));
        assert_eq!(passwords.nobody.0.len(), hash.0.len());
    }

    #[tokio::test]
    async fn too_many_at_once_are_told_so() {
        let passwords = Passwords::with(8, 1);
        let held = passwords.waiting.clone().try_acquire_many_owned(64).expect("nobody waits yet");
        let refused = passwords.hash(&secret("correct horse")).await.expect_err("busy");
        assert!(matches!(refused, AuthError::Busy));
        drop(held);
        passwords.hash(&secret("correct horse")).await.expect("hashed");
        assert_eq!(passwords.waiting.available_permits(), WAITING_MAX);
    }

    #[test]
    fn lengths() {
        assert!(accept(&secret("1234567"), 8).is_err());
        assert!(accept(&secret("字字字字字字字字"), 8).is_ok());
        assert!(accept(&secret(&"字".repeat(256)), 8).is_ok());
        assert!(accept(&secret(&"字".repeat(257)), 8).is_err());
    }
}
