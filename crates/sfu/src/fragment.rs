//! Trickled ICE (RFC 8840): the few lines of an SDP fragment that are of use here.

use str0m::{Candidate, IceCreds};

/// The most candidates of one fragment that are read. A browser sends one to a dozen.
const CANDIDATES_MAX: usize = 32;

/// A fragment's ICE lines.
#[derive(Debug, Default)]
pub struct Fragment {
    /// The peer's credentials: others than before mean an ICE restart.
    pub credentials: Option<IceCreds>,
    /// Where the peer may be reached, for what it helps: this end is ICE-lite and waits to be called.
    pub candidates: Vec<Candidate>,
}

impl Fragment {
    /// Reads a fragment; `None` if nothing in it is ICE. Candidates that cannot be read (host names) are left out.
    pub fn parse(text: &str) -> Option<Fragment> {
        let mut fragment = Fragment::default();
        let (mut ufrag, mut pass, mut ice) = (None, None, false);
        for line in text.lines().map(str::trim) {
            if let Some(value) = line.strip_prefix("a=ice-ufrag:") {
                ufrag = Some(value);
            } else if let Some(value) = line.strip_prefix("a=ice-pwd:") {
                pass = Some(value);
            } else if let Some(value) = line.strip_prefix("a=candidate:") {
                ice = true;
                if fragment.candidates.len() < CANDIDATES_MAX {
                    fragment
                        .candidates
                        .extend(Candidate::from_sdp_string(&format!("candidate:{value}")).ok());
                }
            } else if line == "a=end-of-candidates" {
                ice = true;
            }
        }
        fragment.credentials = match (ufrag, pass) {
            (Some(ufrag), Some(pass)) if legal(ufrag, 4) && legal(pass, 22) => {
                Some(IceCreds { ufrag: ufrag.to_owned(), pass: pass.to_owned() })
            }
            _ => None,
        };
        (ice || fragment.credentials.is_some()).then_some(fragment)
    }
}

/// RFC 8839: ICE characters, so many at least and 256 at most.
fn legal(text: &str, least: usize) -> bool {
    (least..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments() {
        let text = "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n\
            a=candidate:1 1 udp 2130706431 198.51.100.1 39132 typ host\r\n\
            a=candidate:2 1 udp 2130706431 8d1b.local 39132 typ host\r\na=end-of-candidates\r\n";
        let fragment = Fragment::parse(text).expect("ICE");
        assert_eq!(fragment.credentials.map(|c| c.ufrag).as_deref(), Some("EsAw"));
        assert_eq!(fragment.candidates.len(), 1);
        assert!(Fragment::parse("hello").is_none());
        assert!(Fragment::parse("a=ice-ufrag:a b\na=ice-pwd:x").is_none());
    }
}
