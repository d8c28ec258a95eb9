//! Whom a STUN message calls, and whether it may.

use str0m::ice::StunMessage;

use crate::Identity;

/// The ICE name on this end that a binding request calls; `None` for anything else.
pub(crate) fn called_ufrag(datagram: &[u8]) -> Option<&str> {
    // RFC 7983: STUN begins with 0 to 3; and RFC 8489's cookie stands after the length.
    if datagram.first().is_none_or(|first| *first > 3)
        || datagram.get(4..8) != Some(&[0x21, 0x12, 0xa4, 0x42])
    {
        return None;
    }
    let mut rest = datagram.get(20..)?;
    loop {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let size = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if kind == 0x0006 {
            let name = std::str::from_utf8(after.get(..size)?).ok()?;
            return name.split_once(':').map(|(ours, _)| ours);
        }
        rest = after.get(size.next_multiple_of(4)..)?;
    }
}

/// Whether a STUN message is signed with this end's password.
pub(crate) fn is_signed(datagram: &[u8], password: &str, identity: &Identity) -> bool {
    let crypto = identity.crypto.sha1_hmac_provider;
    StunMessage::parse(datagram).is_ok_and(|message| {
        message.verify(password.as_bytes(), |key, payloads| crypto.sha1_hmac(key, payloads))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_binding_request_names_whom_it_calls() {
        let mut datagram = vec![0x00, 0x01, 0x00, 0x0c, 0x21, 0x12, 0xa4, 0x42];
        datagram.extend([7; 12]);
        datagram.extend([0x00, 0x06, 0x00, 0x07]);
        datagram.extend(b"abc:xyz\0");
        assert_eq!(called_ufrag(&datagram), Some("abc"));
        assert_eq!(called_ufrag(&datagram[..24]), None);
        datagram[0] = 0x80;
        assert_eq!(called_ufrag(&datagram), None);
    }

    proptest! {
        #[test]
        fn no_datagram_panics(mut datagram in proptest::collection::vec(any::<u8>(), 0..80)) {
            if datagram.len() > 8 {
                datagram[0] &= 3;
                datagram[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
            }
            called_ufrag(&datagram);
        }
    }
}
