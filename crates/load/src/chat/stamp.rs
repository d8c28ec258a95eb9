//! The time a message was sent, inside the message.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970. Sender and viewers are one process, so any clock would do; this one another server may read too.
pub fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// A message of `chars` characters that says when it was sent.
pub fn text(sent_us: u64, chars: usize) -> String {
    let mut text = format!("~{sent_us}~");
    while text.len() < chars {
        text.push_str(" hello");
    }
    text.truncate(chars.max(18));
    text
}

/// Looks for stamps in a stream of bytes, wherever it is cut.
#[derive(Debug, Default, Clone, Copy)]
pub struct Scanner {
    /// The digits so far, inside a stamp.
    inside: Option<u64>,
}

impl Scanner {
    /// Calls `on` for each stamp that ends in `bytes`.
    pub fn scan(&mut self, mut bytes: &[u8], mut on: impl FnMut(u64)) {
        loop {
            match self.inside {
                None => {
                    let Some(at) = bytes.iter().position(|byte| *byte == b'~') else { return };
                    self.inside = Some(0);
                    bytes = &bytes[at + 1..];
                }
                Some(mut number) => {
                    let mut rest = bytes.iter();
                    loop {
                        match rest.next() {
                            Some(digit @ b'0'..=b'9') => {
                                number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                            }
                            Some(b'~') => {
                                on(number);
                                self.inside = None;
                                break;
                            }
                            Some(_) => {
                                self.inside = None;
                                break;
                            }
                            None => {
                                self.inside = Some(number);
                                return;
                            }
                        }
                    }
                    bytes = rest.as_slice();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_found_wherever_the_stream_is_cut() {
        let stream = format!("x{}y~z{}~9", text(1_700_000_000_000_001, 40), text(1_700_000_000_000_002, 18));
        for cut in 0..stream.len() {
            let (a, b) = stream.as_bytes().split_at(cut);
            let mut scanner = Scanner::default();
            let mut found = Vec::new();
            scanner.scan(a, |us| found.push(us));
            scanner.scan(b, |us| found.push(us));
            assert_eq!(found, [1_700_000_000_000_001, 1_700_000_000_000_002], "cut at {cut}");
        }
    }
}
