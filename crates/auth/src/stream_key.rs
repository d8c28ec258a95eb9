//! Stream keys: what an encoder shows to publish into a room.

use model::RoomId;
use store::TokenHash;

use crate::secret::{random, same};
use crate::{Accounts, AuthError, Secret};

/// What every key begins with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "lh";

/// Digits and letters without those that are mistaken for others (`i`, `l`, `o`, `u`).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Six groups of five: 150 random bits.
const GROUPS: usize = 6;
const GROUP: usize = 5;

impl Accounts {
    /// A new key for a room; the old one stops working.
    pub async fn new_stream_key(&self, room: RoomId) -> Result<Secret, AuthError> {
        let key = draw()?;
        self.store.replace_stream_key(room, &hash(key.expose())).await?;
        Ok(key)
    }

    /// Whether this is the room's key.
    pub async fn is_stream_key(&self, room: RoomId, key: &str) -> Result<bool, AuthError> {
        let kept = self.store.stream_key(room).await?;
        Ok(kept.is_some_and(|kept| same(&kept, &hash(key))))
    }

    /// The room a key is for, where only the key is shown.
    pub async fn room_of_stream_key(&self, key: &str) -> Result<Option<RoomId>, AuthError> {
        Ok(self.store.room_of_stream_key(&hash(key)).await?)
    }
}

/// `lh_k3m9p_x7qrt_…`: underscores, so that a double click takes all of it.
pub(crate) fn draw() -> Result<Secret, AuthError> {
    let mut key = PREFIX.to_owned();
    for (n, byte) in random::<{ GROUPS * GROUP }>()?.into_iter().enumerate() {
        if n % GROUP == 0 {
            key.push('_');
        }
        // 32 divides 256: each letter is as likely as any other.
        key.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    }
    Ok(Secret::new(key))
}

/// What is kept of a key. Blanks around it and capitals come from copying and are not held against it.
pub(crate) fn hash(key: &str) -> TokenHash {
    Secret::new(key.trim().to_ascii_lowercase()).hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_readable_and_differ() {
        let key = draw().expect("random bytes");
        let groups: Vec<&str> = key.expose().split('_').collect();
        assert_eq!((groups[0], groups.len()), ("lh", 7));
        assert!(
            groups[1..].iter().all(|group| group.len() == 5 && group.bytes().all(|b| ALPHABET.contains(&b)))
        );
        assert_ne!(key.expose(), draw().expect("random bytes").expose());
        assert_eq!(hash(key.expose()), hash(&format!(" {}\n", key.expose().to_uppercase())));
    }
}
