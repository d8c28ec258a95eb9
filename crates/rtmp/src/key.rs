//! A stream key, which is a secret.

use std::fmt;

/// What an encoder shows to publish. It stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey(String);

impl StreamKey {
    /// A key as it was typed.
    pub fn new(key: String) -> StreamKey {
        StreamKey(key)
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(…)")
    }
}
