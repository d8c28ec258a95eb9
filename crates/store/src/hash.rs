//! What is kept of a secret. The secrets themselves never reach this floor.

use std::fmt;

/// The SHA-256 of a secret drawn at random (a session's token, a stream key, a link's secret, the setup
/// token). A plain hash is enough, because 256 random bits cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// A password's hash as a PHC string (`$argon2id$…`), with its salt and parameters inside.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

// Hashes stay out of logs too: a session's would let a reader of logs tell who was where.
impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}
