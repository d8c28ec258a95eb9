//! Redundant audio (RFC 2198): earlier packets of sound carried again inside later ones.

/// The farthest back in time a redundant block reaches: its offset has 14 bits.
pub const RED_OFFSET_MAX: u32 = (1 << 14) - 1;

/// The longest redundant block: its length has 10 bits.
pub const RED_BLOCK_BYTES_MAX: usize = (1 << 10) - 1;

/// The most redundant blocks of one packet that are read; libwebrtc sends one, at most nine.
const BLOCKS_MAX: usize = 9;

/// An unwrapped payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Red<'a> {
    /// The blocks carried again, oldest first.
    pub redundant: Vec<RedBlock<'a>>,
    /// The payload type of the primary block.
    pub payload_type: u8,
    /// The packet's own sound.
    pub primary: &'a [u8],
}

/// One block carried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedBlock<'a> {
    /// Its payload type.
    pub payload_type: u8,
    /// How many ticks before the packet's time it belongs.
    pub offset: u32,
    /// Its bytes.
    pub payload: &'a [u8],
}

impl<'a> Red<'a> {
    /// Unwraps a payload; `None` if its lengths do not add up.
    pub fn parse(payload: &'a [u8]) -> Option<Red<'a>> {
        let mut headers: Vec<(u8, u32, usize)> = Vec::new();
        let mut rest = payload;
        let payload_type = loop {
            let (&first, after) = rest.split_first()?;
            if first & 0x80 == 0 {
                rest = after;
                break first;
            }
            let (&[a, b, c], after) = after.split_first_chunk::<3>()?;
            if headers.len() == BLOCKS_MAX {
                return None;
            }
            let offset = (u32::from(a) << 6) | (u32::from(b) >> 2);
            let bytes = (usize::from(b & 0x03) << 8) | usize::from(c);
            headers.push((first & 0x7f, offset, bytes));
            rest = after;
        };
        let mut redundant = Vec::with_capacity(headers.len());
        for (payload_type, offset, bytes) in headers {
            let (block, after) = rest.split_at_checked(bytes)?;
            redundant.push(RedBlock { payload_type, offset, payload: block });
            rest = after;
        }
        Some(Red { redundant, payload_type, primary: rest })
    }
}

/// Wraps `primary` with earlier payloads, the latest first, each with how many ticks before it belongs. One that does
/// not fit the form is left out, and so is what is older: a receiver takes blocks for the packets right before this one.
pub fn wrap_red<P: AsRef<[u8]>>(payload_type: u8, earlier: &[(u32, P)], primary: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(red_bytes(earlier, primary));
    write_red(&mut out, payload_type, earlier, primary);
    out
}

/// The length of what [`wrap_red`] makes.
pub fn red_bytes<P: AsRef<[u8]>>(earlier: &[(u32, P)], primary: &[u8]) -> usize {
    let blocks = fitting(earlier).iter().map(|(_, payload)| 4 + payload.as_ref().len());
    1 + blocks.sum::<usize>() + primary.len()
}

/// [`wrap_red`] at the end of what is there already.
pub fn write_red<P: AsRef<[u8]>>(out: &mut Vec<u8>, payload_type: u8, earlier: &[(u32, P)], primary: &[u8]) {
    let earlier = fitting(earlier);
    let payload_type = payload_type & 0x7f;
    for (offset, payload) in earlier.iter().rev() {
        let [a, b, c] = lower_three((offset << 10) | payload.as_ref().len() as u32);
        out.extend_from_slice(&[0x80 | payload_type, a, b, c]);
    }
    out.push(payload_type);
    for (_, payload) in earlier.iter().rev() {
        out.extend_from_slice(payload.as_ref());
    }
    out.extend_from_slice(primary);
}

fn fitting<P: AsRef<[u8]>>(earlier: &[(u32, P)]) -> &[(u32, P)] {
    let fits = |(offset, payload): &&(u32, P)| {
        let bytes = payload.as_ref().len();
        *offset <= RED_OFFSET_MAX && (1..=RED_BLOCK_BYTES_MAX).contains(&bytes)
    };
    &earlier[..earlier.iter().take(BLOCKS_MAX).take_while(fits).count()]
}

fn lower_three(word: u32) -> [u8; 3] {
    let [_, a, b, c] = word.to_be_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_as_browsers_send_it() {
        // One block of opus (111), 960 ticks back, 3 bytes, then the primary.
        let payload = [0xef, 0x0f, 0x00, 0x03, 0x6f, 1, 2, 3, 9, 8];
        let red = Red::parse(&payload).expect("well formed");
        assert_eq!(red.redundant, [RedBlock { payload_type: 111, offset: 960, payload: &[1, 2, 3] }]);
        assert_eq!((red.payload_type, red.primary), (111, &[9, 8][..]));
        assert_eq!(wrap_red(111, &[(960, &[1u8, 2, 3])], &[9, 8]), payload);
        assert_eq!(Red::parse(&payload[..6]), None);
        assert_eq!(Red::parse(&[]), None);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        for earlier in [(RED_OFFSET_MAX + 1, vec![1; 4]), (960, vec![1; 1024]), (960, vec![])] {
            assert_eq!(wrap_red(111, &[(earlier.0, &earlier.1)], &[9]), [111, 9]);
            let latest = &earlier.1[..];
            let older = wrap_red(111, &[(earlier.0, latest), (1_920, &[7])], &[9]);
            assert_eq!(older, [111, 9], "a hole in between would shift what is older");
            let newer = wrap_red(111, &[(960, &[7][..]), (earlier.0, latest)], &[9]);
            assert_eq!(newer, wrap_red(111, &[(960, &[7u8])], &[9]));
        }
    }

    proptest! {
        #[test]
        fn wrapped_is_unwrapped(
            payload_type in 0u8..128,
            earlier in proptest::collection::vec(
                (0..=RED_OFFSET_MAX, proptest::collection::vec(any::<u8>(), 1..RED_BLOCK_BYTES_MAX)), 0..4),
            primary in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let earlier: Vec<(u32, &[u8])> = earlier.iter().map(|(offset, block)| (*offset, &block[..])).collect();
            let wrapped = wrap_red(payload_type, &earlier, &primary);
            prop_assert_eq!(wrapped.len(), red_bytes(&earlier, &primary));
            let red = Red::parse(&wrapped).expect("just wrapped");
            let blocks = earlier.into_iter().rev().map(|(offset, payload)| RedBlock { payload_type, offset, payload });
            prop_assert_eq!(red.redundant, blocks.collect::<Vec<_>>());
            prop_assert_eq!((red.payload_type, red.primary), (payload_type, &primary[..]));
        }

        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            Red::parse(&payload);
        }
    }
}
