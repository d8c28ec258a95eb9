//! One peer's media session, as its HTTP resource names it.

use std::fmt;

/// The name of a publisher's or viewer's session: unguessable, so whoever has it may change or end the session.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(String);

/// Hex digits of a session's name: two of its loop, thirty-two drawn at random.
const SESSION_ID_DIGITS: usize = 34;

impl SessionId {
    /// A name for a session on loop `shard`.
    pub(crate) fn draw(shard: usize, random: [u8; 16]) -> SessionId {
        let mut text = format!("{:02x}", shard & 0xff);
        for byte in random {
            text.push_str(&format!("{byte:02x}"));
        }
        SessionId(text)
    }

    /// Takes a name as it stands in an address; `None` for what cannot be one.
    pub fn parse(raw: &str) -> Option<SessionId> {
        let legal = raw.len() == SESSION_ID_DIGITS && raw.bytes().all(|b| b.is_ascii_hexdigit());
        legal.then(|| SessionId(raw.to_ascii_lowercase()))
    }

    /// The name as text, for the `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The loop the session lives on.
    pub(crate) fn shard(&self) -> usize {
        usize::from_str_radix(&self.0[..2], 16).unwrap_or(0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A session's name is a capability: it stays out of logs.
impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({}…)", &self.0[..4])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_finds_its_loop_again() {
        let id = SessionId::draw(7, [0xab; 16]);
        assert_eq!(id.shard(), 7);
        assert_eq!(SessionId::parse(id.as_str()), Some(id.clone()));
        assert!(!format!("{id:?}").contains(id.as_str()));
        for bad in ["", "07", "zz", &"é".repeat(17), &"a".repeat(33)] {
            assert_eq!(SessionId::parse(bad), None);
        }
    }
}
