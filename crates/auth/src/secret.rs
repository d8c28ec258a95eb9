//! A secret on its way through the house.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::TokenHash;
use subtle::ConstantTimeEq;

use crate::AuthError;

/// A text that must not be seen: it has no `Display`, and its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps what somebody sent.
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    /// The secret as text, for the one place that has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// 32 random bytes as 43 characters that may stand in a cookie and in an address.
    pub(crate) fn draw() -> Result<Secret, AuthError> {
        Ok(Secret(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// What the store keeps of it. Only for secrets that were drawn, never for passwords.
    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Random bytes of the kernel.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AuthError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AuthError::NoSecret(error.into()))?;
    Ok(bytes)
}

/// Compares without letting the time it takes tell where they differ.
pub(crate) fn same(a: &TokenHash, b: &TokenHash) -> bool {
    a.0.ct_eq(&b.0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret:?} {:#?} {:?}", Some(&secret), secret.hash()),
            "Secret(…) Some(\n    Secret(…),\n) TokenHash(…)"
        );
    }

    #[test]
    fn drawn_secrets_are_long_and_differ() {
        let (one, two) = (Secret::draw().expect("random bytes"), Secret::draw().expect("random bytes"));
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.expose(), two.expose());
        assert!(same(&one.hash(), &one.hash()) && !same(&one.hash(), &two.hash()));
    }

    /// The stored form is plain SHA-256, so that a later version still knows today's cookies.
    #[test]
    fn the_stored_form() {
        let hash = Secret::new("abc".to_owned()).hash();
        assert_eq!(hash.0[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
