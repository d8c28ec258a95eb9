//! RTCP as a viewer sends it, read without copying, and as this end sends it, written into a buffer.
//!
//! What is read comes from strangers: every length is checked, and no packet makes more work than its bounds allow.

/// The most packets one transport-wide feedback may speak of: twice what is remembered. A run of losses is written in
/// two bytes for 8,191 packets, so without a bound a short message would be long work.
pub const STATUSES_MAX: u16 = 2_048;

/// One tick of an arrival in transport-wide feedback, in microseconds.
const DELTA_US: i64 = 250;

/// One tick of a feedback's reference time, in microseconds.
const REFERENCE_US: i64 = 64_000;

/// One RTCP packet of a compound one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rtcp<'a> {
    /// What a sender has sent. Viewers send none.
    SenderReport {
        /// Whose.
        ssrc: u32,
        /// What it has received meanwhile.
        reports: Reports<'a>,
    },
    /// What a receiver has received.
    ReceiverReport {
        /// Whose.
        ssrc: u32,
        /// One block for each stream.
        reports: Reports<'a>,
    },
    /// Names of sources.
    Descriptions,
    /// Sources that leave.
    Goodbye,
    /// Packets that are missing (RFC 4585).
    Nack {
        /// Of which stream.
        media: u32,
        /// Their numbers.
        lost: Lost<'a>,
    },
    /// A keyframe is needed.
    Pli {
        /// Of which stream.
        media: u32,
    },
    /// A keyframe is asked for.
    Fir {
        /// Of which stream.
        media: u32,
    },
    /// When packets arrived, by their transport-wide numbers.
    Transport(Transport<'a>),
    /// The receiver's own estimate of what it can receive.
    Estimate {
        /// Bits per second.
        bps: u64,
    },
    /// A receiver's clock, to be given back (RFC 3611, section 4.4).
    Clock {
        /// Whose.
        ssrc: u32,
        /// The middle 32 bits of its time.
        ntp: u32,
    },
    /// Something else.
    Other,
}

/// The packets of a compound packet. It ends at the first that is not whole.
pub fn packets(compound: &[u8]) -> impl Iterator<Item = Rtcp<'_>> {
    let mut rest = compound;
    std::iter::from_fn(move || {
        let (packet, after) = next_packet(rest)?;
        rest = after;
        Some(packet)
    })
}

fn next_packet(rest: &[u8]) -> Option<(Rtcp<'_>, &[u8])> {
    let (head, _) = rest.split_first_chunk::<4>()?;
    if head[0] >> 6 != 2 {
        return None;
    }
    let size = (usize::from(u16::from_be_bytes([head[2], head[3]])) + 1) * 4;
    let (packet, after) = rest.split_at_checked(size)?;
    let mut body = &packet[4..];
    if head[0] & 0x20 != 0 {
        let padding = usize::from(*body.last()?);
        body = body.get(..body.len().checked_sub(padding)?)?;
    }
    Some((read(head[0] & 0x1f, head[1], body).unwrap_or(Rtcp::Other), after))
}

fn read(count: u8, kind: u8, body: &[u8]) -> Option<Rtcp<'_>> {
    let ssrc = word(body, 0)?;
    Some(match (kind, count) {
        (200, _) => Rtcp::SenderReport { ssrc, reports: Reports { rest: body.get(24..)?, left: count } },
        (201, _) => Rtcp::ReceiverReport { ssrc, reports: Reports { rest: &body[4..], left: count } },
        (202, _) => Rtcp::Descriptions,
        (203, _) => Rtcp::Goodbye,
        (205, 1) => Rtcp::Nack { media: word(body, 4)?, lost: Lost { rest: &body[8..], from: 0, mask: 0 } },
        (205, 15) => Rtcp::Transport(Transport::read(body.get(8..)?)?),
        (206, 1) => Rtcp::Pli { media: word(body, 4)? },
        (206, 4) => Rtcp::Fir { media: word(body, 8)? },
        (206, 15) => Rtcp::Estimate { bps: estimate(body.get(8..)?)? },
        (207, _) => clock(ssrc, &body[4..])?,
        _ => Rtcp::Other,
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let (word, _) = bytes.get(at..)?.split_first_chunk::<4>()?;
    Some(u32::from_be_bytes(*word))
}

/// REMB: `REMB`, a count of streams, and six bits of exponent before eighteen of mantissa.
fn estimate(body: &[u8]) -> Option<u64> {
    let (name, rest) = body.split_first_chunk::<4>()?;
    let value = word(rest, 0)?;
    let exponent = value >> 18 & 0x3f;
    (name == b"REMB").then(|| u64::from(value & 0x3_ffff).checked_shl(exponent).unwrap_or(u64::MAX))
}

/// The receiver's clock among the blocks of an extended report.
fn clock<'a>(ssrc: u32, mut blocks: &[u8]) -> Option<Rtcp<'a>> {
    loop {
        let (head, rest) = blocks.split_first_chunk::<4>()?;
        let size = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
        let (block, after) = rest.split_at_checked(size)?;
        if head[0] == 4 {
            return Some(Rtcp::Clock { ssrc, ntp: word(block, 0)? << 16 | word(block, 4)? >> 16 });
        }
        blocks = after;
    }
}

/// What a receiver says of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Which stream.
    pub ssrc: u32,
    /// The share lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// All that were lost since the beginning. Packets that came twice count against it, so it may be negative.
    pub lost: i32,
    /// The highest number received, with its rollovers.
    pub highest: u32,
    /// How unevenly packets come, in ticks of the stream's clock.
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's time; 0 before the first.
    pub last_report: u32,
    /// How long ago that came, in 65,536ths of a second.
    pub since_last_report: u32,
}

/// The blocks of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reports<'a> {
    rest: &'a [u8],
    left: u8,
}

impl Iterator for Reports<'_> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        self.left = self.left.checked_sub(1)?;
        let (block, after) = self.rest.split_at_checked(24)?;
        self.rest = after;
        let lost = word(block, 4)?;
        Some(Report {
            ssrc: word(block, 0)?,
            fraction_lost: block[4],
            // Twenty-four bits with a sign.
            lost: (lost << 8).cast_signed() >> 8,
            highest: word(block, 8)?,
            jitter: word(block, 12)?,
            last_report: word(block, 16)?,
            since_last_report: word(block, 20)?,
        })
    }
}

/// The numbers of a NACK, each group of a first one and a mask of the sixteen after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost<'a> {
    rest: &'a [u8],
    from: u16,
    mask: u16,
}

impl Iterator for Lost<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.mask != 0 {
            let at = self.mask.trailing_zeros() as u16;
            self.mask &= self.mask - 1;
            return Some(self.from.wrapping_add(at + 1));
        }
        let (group, after) = self.rest.split_first_chunk::<4>()?;
        self.rest = after;
        self.from = u16::from_be_bytes([group[0], group[1]]);
        self.mask = u16::from_be_bytes([group[2], group[3]]);
        Some(self.from)
    }
}

/// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport<'a> {
    /// The number of the first packet it speaks of.
    pub base: u16,
    /// How many it speaks of.
    pub count: u16,
    /// The time its arrivals are told from, in 64 ms of the receiver's clock, 24 bits with a sign.
    pub reference: i32,
    /// Counts the feedbacks, so that a lost one shows.
    pub number: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> Transport<'a> {
    fn read(body: &'a [u8]) -> Option<Transport<'a>> {
        let (head, rest) = body.split_first_chunk::<8>()?;
        let count = u16::from_be_bytes([head[2], head[3]]);
        if count > STATUSES_MAX {
            return None;
        }
        let mut statuses = Statuses::new(rest, count);
        let mut size = 0;
        for _ in 0..count {
            size += usize::from(statuses.next()?);
        }
        let (chunks, deltas) = rest.split_at(rest.len() - statuses.rest.len());
        Some(Transport {
            base: u16::from_be_bytes([head[0], head[1]]),
            count,
            reference: i32::from_be_bytes([head[4], head[5], head[6], 0]) >> 8,
            number: head[7],
            chunks,
            deltas: deltas.get(..size)?,
        })
    }

    /// Each packet's number, and when it arrived in microseconds of the receiver's clock, or `None` if it has not.
    pub fn arrivals(&self) -> impl Iterator<Item = (u16, Option<i64>)> + use<'a> {
        let mut at = i64::from(self.reference) * REFERENCE_US;
        let mut deltas = self.deltas;
        let statuses = Statuses::new(self.chunks, self.count);
        (0..self.count).zip(statuses).map({
            let base = self.base;
            move |(n, size)| {
                let (delta, after) = deltas.split_at(usize::from(size).min(deltas.len()));
                deltas = after;
                let ticks = match *delta {
                    [small] => Some(i64::from(small)),
                    [high, low] => Some(i64::from(i16::from_be_bytes([high, low]))),
                    _ => None,
                };
                at += ticks.unwrap_or(0) * DELTA_US;
                (base.wrapping_add(n), ticks.map(|_| at))
            }
        })
    }
}

/// For each packet of a feedback, how many bytes its arrival takes: none if it has not arrived.
struct Statuses<'a> {
    rest: &'a [u8],
    chunk: u16,
    /// Packets of the chunk that are still to come.
    left: u16,
    /// Packets of the feedback that are still to come.
    wanted: u16,
}

impl Statuses<'_> {
    fn new(rest: &[u8], count: u16) -> Statuses<'_> {
        Statuses { rest, chunk: 0, left: 0, wanted: count }
    }
}

impl Iterator for Statuses<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.wanted = self.wanted.checked_sub(1)?;
        while self.left == 0 {
            let (chunk, after) = self.rest.split_first_chunk::<2>()?;
            self.rest = after;
            self.chunk = u16::from_be_bytes(*chunk);
            self.left = match self.chunk >> 14 {
                0b10 => 14,
                0b11 => 7,
                _ => self.chunk & 0x1fff,
            };
        }
        self.left -= 1;
        let symbol = match self.chunk >> 14 {
            0b10 => self.chunk >> self.left & 1,
            0b11 => self.chunk >> (2 * self.left) & 3,
            _ => self.chunk >> 13 & 3,
        };
        // The fourth symbol is reserved, and says nothing of where the next one's bytes are.
        u8::try_from(symbol).ok().filter(|symbol| *symbol < 3)
    }
}

/// What a sender says of its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// Which stream.
    pub ssrc: u32,
    /// Now, as NTP writes it.
    pub ntp: u64,
    /// Now, in the stream's own time.
    pub time: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub octets: u32,
}

/// Writes a sender report without reception blocks.
pub fn write_sender_report(out: &mut Vec<u8>, info: &SenderInfo) {
    out.extend_from_slice(&[0x80, 200, 0, 6]);
    out.extend_from_slice(&info.ssrc.to_be_bytes());
    out.extend_from_slice(&info.ntp.to_be_bytes());
    for word in [info.time, info.packets, info.octets] {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

/// Writes a source's canonical name, by which a receiver knows which streams belong together.
pub fn write_name(out: &mut Vec<u8>, ssrc: u32, name: &str) {
    let name = &name.as_bytes()[..name.len().min(255)];
    // The item is ended by at least one zero, up to a whole word.
    let words = (2 + name.len() + 1).div_ceil(4);
    let zeros = words * 4 - 2 - name.len();
    out.extend_from_slice(&[0x81, 202]);
    out.extend_from_slice(&u16::try_from(1 + words).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[1, name.len() as u8]);
    out.extend_from_slice(name);
    out.extend_from_slice(&[0; 4][..zeros]);
}

/// Writes a source's leave.
pub fn write_goodbye(out: &mut Vec<u8>, ssrc: u32) {
    out.extend_from_slice(&[0x81, 203, 0, 1]);
    out.extend_from_slice(&ssrc.to_be_bytes());
}

/// Gives a receiver's clock back to it, with how long that took here, in 65,536ths of a second (RFC 3611,
/// section 4.5): from this, one that only receives learns the round trip.
pub fn write_clock_back(out: &mut Vec<u8>, ssrc: u32, receiver: u32, ntp: u32, delay: u32) {
    out.extend_from_slice(&[0x80, 207, 0, 5]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[5, 0, 0, 3]);
    for word in [receiver, ntp, delay] {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(compound: &[u8]) -> Vec<String> {
        packets(compound)
            .map(|packet| match packet {
                Rtcp::SenderReport { ssrc, reports } => format!("sender {ssrc}, {} reports", reports.count()),
                Rtcp::ReceiverReport { ssrc, reports } => {
                    let reports: Vec<String> =
                        reports.map(|r| format!("{} lost {}", r.ssrc, r.lost)).collect();
                    format!("receiver {ssrc}: {}", reports.join(", "))
                }
                Rtcp::Nack { media, lost } => format!("nack {media}: {:?}", lost.collect::<Vec<u16>>()),
                Rtcp::Transport(feedback) => {
                    format!("transport {}: {:?}", feedback.number, feedback.arrivals().collect::<Vec<_>>())
                }
                Rtcp::Descriptions
                | Rtcp::Goodbye
                | Rtcp::Pli { .. }
                | Rtcp::Fir { .. }
                | Rtcp::Estimate { .. }
                | Rtcp::Clock { .. }
                | Rtcp::Other => format!("{packet:?}"),
            })
            .collect()
    }

    #[test]
    fn a_compound_packet_is_read_in_order() {
        let mut compound = Vec::new();
        compound.extend([0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9, 26, 0xff, 0xff, 0xfe]);
        compound.extend([0, 1, 0, 7, 0, 0, 0, 90, 1, 2, 3, 4, 0, 0, 0, 5]);
        compound.extend([0x81, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 9, 0xff, 0xff, 0x80, 0x01, 0, 3, 0, 0]);
        compound.extend([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9]);
        compound.extend([0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0]);
        compound.extend([0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0]);
        compound.extend(*b"REMB");
        compound.extend([1, 0x0b, 0xd0, 0x90, 0, 0, 0, 9]);
        compound.extend([0x80, 207, 0, 4, 0, 0, 0, 1, 4, 0, 0, 2, 0, 0, 0x12, 0x34, 0x56, 0x78, 0, 0]);
        compound.extend([0x80, 199, 0, 1, 0, 0, 0, 1, 0x80, 200]);
        assert_eq!(
            told(&compound),
            [
                "receiver 1: 9 lost -2",
                "nack 9: [65535, 0, 15, 3]",
                "Pli { media: 9 }",
                "Fir { media: 9 }",
                "Estimate { bps: 1000000 }",
                "Clock { ssrc: 1, ntp: 305419896 }",
                "Other",
            ]
        );
    }

    #[test]
    fn transport_feedback_tells_when_packets_arrived() {
        // Two that came a quarter of a millisecond apart, a run of two losses, then one early and one late by their
        // two-byte deltas.
        let mut packet = vec![0x8f, 205, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9, 0xff, 0xfe, 0, 6, 0, 0, 2, 77];
        packet.extend([0x20, 0x02, 0x00, 0x02, 0xe8, 0x00]);
        packet.extend([4, 1, 0xff, 0xfe, 1, 0x00]);
        assert_eq!(
            told(&packet),
            ["transport 77: [(65534, Some(129000)), (65535, Some(129250)), (0, None), (1, None), \
             (2, Some(128750)), (3, Some(192750))]"]
        );
        // One delta is missing.
        let mut short = packet.clone();
        short[3] = 6;
        assert_eq!(told(&short[..28]), ["Other"]);
        // More losses than anybody remembers.
        packet[14..16].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(told(&packet), ["Other"]);
    }

    #[test]
    fn what_is_written_is_read() {
        let info = SenderInfo { ssrc: 7, ntp: 1 << 40, time: 90_000, packets: 3, octets: 3_000 };
        for name in ["", "a", "ab", "abc", "abcd", "a-much-longer-name"] {
            let mut out = Vec::new();
            write_sender_report(&mut out, &info);
            write_name(&mut out, 7, name);
            write_clock_back(&mut out, 7, 1, 2, 3);
            write_goodbye(&mut out, 7);
            assert_eq!(told(&out), ["sender 7, 0 reports", "Descriptions", "Other", "Goodbye"], "{name:?}");
            assert_eq!(out.len() % 4, 0);
        }
    }

    proptest! {
        #[test]
        fn no_packet_panics(mut bytes in proptest::collection::vec(any::<u8>(), 4..120), kind in 199u8..209, count in 0u8..32) {
            bytes[0] = 0x80 | count;
            bytes[1] = kind;
            bytes[2] = 0;
            bytes[3] = (bytes.len() / 4 - 1) as u8;
            told(&bytes);
        }
    }
}
