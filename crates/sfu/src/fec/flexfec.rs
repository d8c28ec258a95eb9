//! Reading FlexFEC-03: what a receiver does with a repair packet. The house only sends it; this is what shows that
//! what it sends is right.

use thiserror::Error;

use super::parity;

/// A repair packet's own words about what it protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlexFecHeader {
    /// The SSRC of the protected packets.
    pub ssrc: u32,
    /// The numbers of the protected packets, in the order of the mask.
    pub protected: Vec<u16>,
    /// Where in the payload the sum begins.
    body: usize,
}

/// Why nothing came of a repair packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FlexFecError {
    /// It is too short, or of a kind that is not used between browsers.
    #[error("the repair packet is malformed")]
    Malformed,
    /// All protected packets are there, or more than one is missing.
    #[error("{0} protected packets are missing, and one can be worked out")]
    Missing(usize),
    /// What was worked out is no RTP packet.
    #[error("the sum makes no RTP packet")]
    Nonsense,
}

impl FlexFecHeader {
    /// Reads the payload of a repair packet.
    pub fn parse(payload: &[u8]) -> Option<FlexFecHeader> {
        let head = payload.first_chunk::<20>()?;
        // A retransmission, a fixed mask, and more than one protected stream are other forms.
        if head[0] & 0xc0 != 0 || head[8] != 1 {
            return None;
        }
        let ssrc = u32::from_be_bytes([head[12], head[13], head[14], head[15]]);
        let base = u16::from_be_bytes([head[16], head[17]]);
        let mut at = 18;
        let mut reach = 0u16;
        let mut protected = Vec::new();
        for bytes in [2usize, 4, 8] {
            let part = payload.get(at..at + bytes)?;
            at += bytes;
            for bit in 1..bytes * 8 {
                if part[bit / 8] >> (7 - bit % 8) & 1 == 1 {
                    protected.push(base.wrapping_add(reach));
                }
                reach += 1;
            }
            if part[0] & 0x80 != 0 {
                return Some(FlexFecHeader { ssrc, protected, body: at });
            }
        }
        None
    }
}

/// Works the one missing packet out. `packet` finds a protected RTP packet by its number, with the changing content of
/// its header extensions set to zero.
pub fn recover_flexfec<'a>(
    payload: &[u8],
    packet: impl Fn(u16) -> Option<&'a [u8]>,
) -> Result<Vec<u8>, FlexFecError> {
    let header = FlexFecHeader::parse(payload).ok_or(FlexFecError::Malformed)?;
    let missing: Vec<u16> = header.protected.iter().copied().filter(|seq| packet(*seq).is_none()).collect();
    let [lost] = missing[..] else { return Err(FlexFecError::Missing(missing.len())) };
    let mut first = [payload[0] & 0x3f, payload[1]];
    let mut length = u16::from_be_bytes([payload[2], payload[3]]);
    let mut time = [payload[4], payload[5], payload[6], payload[7]];
    let mut body = payload[header.body..].to_vec();
    for one in header.protected.iter().filter_map(|seq| packet(*seq)) {
        let Some((head, rest)) = one.split_first_chunk::<12>() else { return Err(FlexFecError::Malformed) };
        first = [first[0] ^ (head[0] & 0x3f), first[1] ^ head[1]];
        length ^= rest.len() as u16;
        parity::add_within(&mut time, &head[4..8]);
        parity::add_within(&mut body, rest);
    }
    if usize::from(length) > body.len() {
        return Err(FlexFecError::Nonsense);
    }
    body.truncate(usize::from(length));
    let mut out = vec![0x80 | first[0], first[1]];
    out.extend(lost.to_be_bytes());
    out.extend(time);
    out.extend(header.ssrc.to_be_bytes());
    out.extend(body);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::{Grouping, Protected, RepairStream, Scheme};
    use super::*;

    #[derive(Debug)]
    struct Sent {
        marker: bool,
        payload: Vec<u8>,
    }

    /// What a viewer gets: RTP packets with its numbers, the transport-wide number set to zero.
    fn rtp(stream: &RepairStream, seq: u64, time: u64, sent: &Sent) -> Vec<u8> {
        let extended = if stream.transport_number.is_some() { 0x10 } else { 0 };
        let mut out = vec![0x80 | extended, (u8::from(sent.marker) << 7) | stream.payload_type];
        out.extend((seq.wrapping_add(stream.seq_shift) as u16).to_be_bytes());
        out.extend((time.wrapping_add(stream.time_shift) as u32).to_be_bytes());
        out.extend(stream.ssrc.to_be_bytes());
        if let Some(id) = stream.transport_number {
            out.extend([0xbe, 0xde, 0, 1, (id << 4) | 1, 0, 0, 0]);
        }
        out.extend(&sent.payload);
        out
    }

    fn packets() -> impl Strategy<Value = Vec<Sent>> {
        let one = (any::<bool>(), proptest::collection::vec(any::<u8>(), 1..60));
        proptest::collection::vec(one.prop_map(|(marker, payload)| Sent { marker, payload }), 1..50)
    }

    fn streams() -> impl Strategy<Value = RepairStream> {
        (any::<u32>(), 0u8..128, any::<u64>(), any::<u64>(), proptest::option::of(1u8..15)).prop_map(
            |(ssrc, payload_type, seq_shift, time_shift, transport_number)| RepairStream {
                ssrc,
                payload_type,
                seq_shift,
                time_shift,
                transport_number,
            },
        )
    }

    proptest! {
        /// Whatever one packet of a group is lost, every viewer gets it back bit for bit out of the one shared repair.
        #[test]
        fn any_one_packet_of_a_group_comes_back(
            sent in packets(),
            viewers in proptest::collection::vec(streams(), 1..4),
            group in 2u8..=15,
            depth in 1u8..=3,
            first in 0u64..200_000,
        ) {
            let scheme = Scheme::new(group, depth.min((46 / group).max(1)));
            let (mut grouping, mut repairs) = (Grouping::new(scheme), Vec::new());
            for (at, one) in sent.iter().enumerate() {
                let (seq, time) = (first + at as u64, at as u64 / 4 * 3_000);
                grouping.push(Protected { seq, time, marker: one.marker, payload: &one.payload }, &mut repairs);
            }
            for stream in viewers {
                let arrived: BTreeMap<u16, Vec<u8>> = sent.iter().enumerate().map(|(at, one)| {
                    let (seq, time) = (first + at as u64, at as u64 / 4 * 3_000);
                    (seq.wrapping_add(stream.seq_shift) as u16, rtp(&stream, seq, time, one))
                }).collect();
                for repair in &repairs {
                    let mut payload = Vec::new();
                    repair.write(&stream, &mut payload);
                    prop_assert_eq!(payload.len(), repair.bytes(&stream));
                    let header = FlexFecHeader::parse(&payload).expect("just written");
                    prop_assert_eq!(header.protected.len(), repair.covered().len());
                    for lost in header.protected {
                        let found = |seq| arrived.get(&seq).filter(|_| seq != lost).map(Vec::as_slice);
                        prop_assert_eq!(&recover_flexfec(&payload, found).expect("one is missing"), &arrived[&lost]);
                    }
                    let all = |seq| arrived.get(&seq).map(Vec::as_slice);
                    prop_assert_eq!(recover_flexfec(&payload, all), Err(FlexFecError::Missing(0)));
                }
            }
        }

        #[test]
        fn no_repair_packet_panics(payload in proptest::collection::vec(any::<u8>(), 0..80), media in packets()) {
            let media: Vec<Vec<u8>> = media.into_iter().map(|one| one.payload).collect();
            let _ = recover_flexfec(&payload, |seq| media.get(usize::from(seq % 60)).map(Vec::as_slice));
        }
    }

    #[test]
    fn the_wire_form_is_the_drafts() {
        let (mut grouping, mut repairs) = (Grouping::new(Scheme::new(3, 1)), Vec::new());
        for (seq, payload) in [(7, &[1u8, 2][..]), (8, &[4]), (9, &[8, 8, 8])] {
            grouping.push(Protected { seq, time: 100, marker: seq == 9, payload }, &mut repairs);
        }
        let stream = RepairStream {
            ssrc: 0x0a0b_0c0d,
            payload_type: 96,
            seq_shift: 0,
            time_shift: 0,
            transport_number: Some(3),
        };
        let mut out = Vec::new();
        repairs[0].write(&stream, &mut out);
        let told: Vec<String> = out.iter().map(|byte| format!("{byte:02x}")).collect();
        // X; M and PT 96; 10 ^ 9 ^ 11; the time; one SSRC, its base 7, a mask of three in its only part; the
        // extension with its content zeroed; the payloads' sum.
        assert_eq!(
            told.join(" "),
            "10 e0 00 08 00 00 00 64 01 00 00 00 0a 0b 0c 0d 00 07 f0 00 be de 00 01 31 00 00 00 0d 0a 08"
        );
    }
}
