//! A transport-wide feedback message (draft-holmer-rmcat-transport-wide-cc-extensions-01): which packets came, and when.

/// The most packets one message tells of; a browser tells of some hundred.
const PACKETS_MAX: usize = 4_096;

/// What a viewer tells of its packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportFeedback {
    base: u16,
    /// In units of 64 ms, 24 bits, signed.
    reference: i32,
    arrivals: Vec<Option<i64>>,
}

/// When a packet came, in microseconds after the message's reference time; `None` if it has not come.
pub type Arrival = Option<i64>;

impl TransportFeedback {
    /// Reads what follows an RTCP header and the two SSRCs. `None` if it is malformed.
    pub fn parse(control: &[u8]) -> Option<TransportFeedback> {
        let (head, mut rest) = control.split_first_chunk::<8>()?;
        let base = u16::from_be_bytes([head[0], head[1]]);
        let count = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let reference = i32::from_be_bytes([head[4], head[5], head[6], 0]) >> 8;
        if count > PACKETS_MAX {
            return None;
        }
        let mut symbols = Vec::with_capacity(count);
        while symbols.len() < count {
            let (chunk, after) = rest.split_first_chunk::<2>()?;
            rest = after;
            let chunk = u16::from_be_bytes(*chunk);
            let left = count - symbols.len();
            match chunk >> 14 {
                0 | 1 => {
                    let run = usize::from(chunk & 0x1fff).min(left);
                    if run == 0 {
                        return None;
                    }
                    symbols.extend(std::iter::repeat_n((chunk >> 13 & 3) as u8, run));
                }
                2 => symbols.extend((0..14.min(left)).map(|at| (chunk >> (13 - at) & 1) as u8)),
                _ => symbols.extend((0..7.min(left)).map(|at| (chunk >> (12 - 2 * at) & 3) as u8)),
            }
        }
        let mut time = 0i64;
        let mut arrivals = Vec::with_capacity(count);
        for symbol in symbols {
            let delta = match symbol {
                0 => {
                    arrivals.push(None);
                    continue;
                }
                1 => {
                    let (delta, after) = rest.split_first()?;
                    rest = after;
                    i64::from(*delta)
                }
                2 => {
                    let (delta, after) = rest.split_first_chunk::<2>()?;
                    rest = after;
                    i64::from(i16::from_be_bytes(*delta))
                }
                _ => return None,
            };
            // A quarter of a millisecond.
            time += delta * 250;
            arrivals.push(Some(time));
        }
        Some(TransportFeedback { base, reference, arrivals })
    }

    /// What was read elsewhere: the first packet's number, the reference time in units of 64 ms, and each packet's
    /// arrival in microseconds after it.
    pub fn new(base: u16, reference: i32, mut arrivals: Vec<Arrival>) -> TransportFeedback {
        arrivals.truncate(PACKETS_MAX);
        TransportFeedback { base, reference, arrivals }
    }

    /// The packets' numbers and arrivals.
    pub fn packets(&self) -> impl Iterator<Item = (u16, Arrival)> + '_ {
        (0u16..).zip(&self.arrivals).map(|(at, arrival)| (self.base.wrapping_add(at), *arrival))
    }

    /// The reference time in microseconds, wrapped back to follow the last one.
    pub(super) fn unwrapped(&self, last: &mut Option<i64>) -> i64 {
        let near = last.unwrap_or(i64::from(self.reference));
        let step = (i64::from(self.reference) - near).rem_euclid(1 << 24);
        let step = if step >= 1 << 23 { step - (1 << 24) } else { step };
        *last = Some(near + step);
        (near + step) * 64_000
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(control: &[u8]) -> String {
        let Some(feedback) = TransportFeedback::parse(control) else { return "malformed".to_owned() };
        let packets = feedback.packets().map(|(seq, arrival)| match arrival {
            Some(micros) => format!("{seq}@{micros}"),
            None => format!("{seq} lost"),
        });
        format!("{}: {}", feedback.reference, packets.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn every_kind_of_chunk() {
        // A run of three that came; a vector of one bit each: came, lost; a vector of two bits: late by a large delta.
        let run = [0xff, 0xfe, 0, 3, 0, 0, 1, 0, 0x20, 3, 4, 0, 8];
        assert_eq!(told(&run), "1: 65534@1000, 65535@1000, 0@3000");
        let bits = [0, 10, 0, 3, 0xff, 0xff, 0xff, 0, 0b1010_1000, 0, 4, 4];
        assert_eq!(told(&bits), "-1: 10@1000, 11 lost, 12@2000");
        let pairs = [0, 10, 0, 2, 0, 0, 0, 0, 0b1110_0100, 0, 0xff, 0xfe, 4];
        assert_eq!(told(&pairs), "0: 10@-500, 11@500");
        assert_eq!(told(&run[..12]), "malformed");
        assert_eq!(told(&[0, 0, 0xff, 0xff, 0, 0, 0, 0]), "malformed");
    }

    #[test]
    fn the_reference_time_goes_on_after_its_24_bits() {
        let mut last = None;
        let at = |reference| TransportFeedback::new(0, reference, Vec::new());
        let times = [8_388_600, 8_388_607, -8_388_608, -8_388_000].map(|time| at(time).unwrapped(&mut last));
        assert!(times.is_sorted(), "{times:?}");
    }

    proptest! {
        #[test]
        fn no_message_panics(control in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(feedback) = TransportFeedback::parse(&control) {
                let _ = feedback.packets().count();
            }
        }
    }
}
