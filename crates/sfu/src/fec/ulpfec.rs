//! ULPFEC (RFC 5109), read only: publishers that send it, inside RED, let the house work lost packets out before anyone
//! is asked for them.
//!
//! It is not sent. Its packets share the media's numbers, so every viewer would need a numbering of its own, and
//! browsers that only watch offer FlexFEC beside it.

use std::collections::BTreeMap;

use super::parity;

/// Media packets kept to work others out with: what the longest mask covers, and as much again for what comes late.
const MEDIA_MAX: usize = 96;

/// Repair packets kept because more than one of their packets is still missing. The oldest goes.
const REPAIRS_MAX: usize = 16;

/// A repair packet's own words about what it protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UlpFecHeader {
    /// The numbers of the protected packets.
    pub protected: Vec<u16>,
    /// How much of each is protected, after its first 12 bytes.
    bytes: usize,
    body: usize,
}

impl UlpFecHeader {
    /// Reads the payload of a repair packet; only its first level, which is all that is used.
    pub fn parse(payload: &[u8]) -> Option<UlpFecHeader> {
        let head = payload.first_chunk::<14>()?;
        if head[0] & 0x80 != 0 {
            return None;
        }
        let long = head[0] & 0x40 != 0;
        let base = u16::from_be_bytes([head[2], head[3]]);
        let bytes = usize::from(u16::from_be_bytes([head[10], head[11]]));
        let mask = payload.get(12..if long { 18 } else { 14 })?;
        let body = 12 + mask.len();
        let set = |bit: &u16| mask[usize::from(bit / 8)] >> (7 - bit % 8) & 1 == 1;
        let protected: Vec<u16> =
            (0..mask.len() as u16 * 8).filter(set).map(|bit| base.wrapping_add(bit)).collect();
        (!protected.is_empty() && payload.len() - body >= bytes).then_some(UlpFecHeader {
            protected,
            bytes,
            body,
        })
    }
}

/// A packet that was worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UlpPacket {
    /// Its number.
    pub seq: u16,
    /// The whole RTP packet, the changing content of its header extensions set to zero.
    pub packet: Vec<u8>,
}

/// Recent packets of one stream, and the repairs that may still be of use.
#[derive(Debug, Default)]
pub struct UlpFecDecoder {
    media: BTreeMap<u64, Vec<u8>>,
    repairs: Vec<(UlpFecHeader, Vec<u8>)>,
    /// The highest number, without wrapping.
    newest: Option<u64>,
}

impl UlpFecDecoder {
    /// Takes a media packet as it was before it was put into RED, with the changing content of its header extensions
    /// set to zero. What it lets be worked out is appended to `out`.
    pub fn push_media(&mut self, seq: u16, packet: &[u8], out: &mut Vec<UlpPacket>) {
        if packet.len() < 12 {
            return;
        }
        self.keep(seq, packet.to_vec());
        self.work_out(out);
    }

    /// Takes the payload of a repair packet, without RED's header.
    pub fn push_repair(&mut self, payload: &[u8], out: &mut Vec<UlpPacket>) {
        let Some(header) = UlpFecHeader::parse(payload) else { return };
        if self.repairs.len() == REPAIRS_MAX {
            self.repairs.remove(0);
        }
        self.repairs.push((header, payload.to_vec()));
        self.work_out(out);
    }

    fn keep(&mut self, seq: u16, packet: Vec<u8>) {
        let at = self.unwrapped(seq);
        self.newest = self.newest.max(Some(at));
        self.media.insert(at, packet);
        while self.media.len() > MEDIA_MAX {
            self.media.pop_first();
        }
    }

    /// The number without wrapping that is nearest to the highest so far.
    fn unwrapped(&self, seq: u16) -> u64 {
        let near = self.newest.unwrap_or(1 << 16 | u64::from(seq));
        let step = i64::from(seq.wrapping_sub(near as u16) as i16);
        near.saturating_add_signed(step)
    }

    /// One packet that is known again may be what another repair waits for.
    fn work_out(&mut self, out: &mut Vec<UlpPacket>) {
        loop {
            let (mut found, mut useless) = (None, Vec::new());
            for (at, (header, payload)) in self.repairs.iter().enumerate() {
                let missing: Vec<u16> =
                    header.protected.iter().copied().filter(|seq| !self.has(*seq)).collect();
                match missing[..] {
                    [] => useless.push(at),
                    [lost] => {
                        useless.push(at);
                        found = self.sum(header, payload, lost).map(|packet| (lost, packet));
                    }
                    _ => {}
                }
                if found.is_some() {
                    break;
                }
            }
            for at in useless.into_iter().rev() {
                self.repairs.remove(at);
            }
            let Some((seq, packet)) = found else { return };
            self.keep(seq, packet.clone());
            out.push(UlpPacket { seq, packet });
        }
    }

    fn has(&self, seq: u16) -> bool {
        self.media.contains_key(&self.unwrapped(seq))
    }

    fn sum(&self, header: &UlpFecHeader, payload: &[u8], lost: u16) -> Option<Vec<u8>> {
        let mut first = [payload[0] & 0x3f, payload[1]];
        let mut time = [payload[4], payload[5], payload[6], payload[7]];
        let mut length = u16::from_be_bytes([payload[8], payload[9]]);
        let mut body = payload[header.body..header.body + header.bytes].to_vec();
        let mut ssrc = [0; 4];
        for seq in header.protected.iter().filter(|seq| **seq != lost) {
            let (head, rest) = self.media.get(&self.unwrapped(*seq))?.split_first_chunk::<12>()?;
            first = [first[0] ^ (head[0] & 0x3f), first[1] ^ head[1]];
            length ^= u16::try_from(rest.len()).ok()?;
            parity::add_within(&mut time, &head[4..8]);
            parity::add_within(&mut body, rest);
            ssrc.copy_from_slice(&head[8..12]);
        }
        // A packet longer than what is protected of it stays unknown.
        let length = usize::from(length);
        if length > body.len() || header.protected.len() == 1 {
            return None;
        }
        body.truncate(length);
        let mut out = vec![0x80 | first[0], first[1]];
        out.extend(lost.to_be_bytes());
        out.extend(time);
        out.extend(ssrc);
        out.extend(body);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn media(seq: u16, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x80, 96];
        out.extend(seq.to_be_bytes());
        out.extend((u32::from(seq) * 3_000).to_be_bytes());
        out.extend([1, 2, 3, 4]);
        out.extend(payload);
        out
    }

    /// A repair as RFC 5109 writes it: one level with a mask of 16 or 48 bits.
    fn repair(base: u16, packets: &[&Vec<u8>], long: bool) -> Vec<u8> {
        let (mut first, mut time, mut length, mut body, mut mask) =
            ([0u8; 2], [0u8; 4], 0u16, Vec::new(), 0u64);
        for packet in packets {
            first = [first[0] ^ (packet[0] & 0x3f), first[1] ^ packet[1]];
            parity::add_within(&mut time, &packet[4..8]);
            length ^= packet.len() as u16 - 12;
            parity::add(&mut body, &packet[12..]);
            mask |= 1 << (47 - (u16::from_be_bytes([packet[2], packet[3]]).wrapping_sub(base)));
        }
        let mut out = vec![first[0] | if long { 0x40 } else { 0 }, first[1]];
        out.extend(base.to_be_bytes());
        out.extend(time);
        out.extend(length.to_be_bytes());
        out.extend((body.len() as u16).to_be_bytes());
        out.extend(&mask.to_be_bytes()[2..if long { 8 } else { 4 }]);
        out.extend(body);
        out
    }

    proptest! {
        #[test]
        fn one_lost_packet_comes_back(
            payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 2..40),
            first in any::<u16>(),
            lost in 0usize..40,
            late in any::<bool>(),
        ) {
            let all: Vec<Vec<u8>> = payloads.iter().enumerate()
                .map(|(at, payload)| media(first.wrapping_add(at as u16), payload)).collect();
            let lost = lost % all.len();
            let sum = repair(first, &all.iter().collect::<Vec<_>>(), all.len() > 16);
            let (mut decoder, mut out) = (UlpFecDecoder::default(), Vec::new());
            if late {
                decoder.push_repair(&sum, &mut out);
            }
            for (at, packet) in all.iter().enumerate().filter(|(at, _)| *at != lost) {
                decoder.push_media(first.wrapping_add(at as u16), packet, &mut out);
            }
            if !late {
                decoder.push_repair(&sum, &mut out);
            }
            let seq = first.wrapping_add(lost as u16);
            prop_assert_eq!(out, vec![UlpPacket { seq, packet: all[lost].clone() }]);
        }

        #[test]
        fn nothing_panics(inputs in proptest::collection::vec((any::<bool>(), any::<u16>(),
            proptest::collection::vec(any::<u8>(), 0..60)), 0..60)) {
            let (mut decoder, mut out) = (UlpFecDecoder::default(), Vec::new());
            for (is_media, seq, bytes) in inputs {
                match is_media {
                    true => decoder.push_media(seq % 70, &bytes, &mut out),
                    false => decoder.push_repair(&bytes, &mut out),
                }
            }
        }
    }

    #[test]
    fn one_packet_found_leads_to_the_next() {
        let all: Vec<Vec<u8>> = (0..4).map(|seq| media(seq, &[seq as u8 + 1; 5])).collect();
        let (mut decoder, mut out) = (UlpFecDecoder::default(), Vec::new());
        decoder.push_media(0, &all[0], &mut out);
        decoder.push_repair(&repair(0, &[&all[0], &all[1], &all[2]], false), &mut out);
        assert_eq!(out, [], "two of three are missing");
        decoder.push_repair(&repair(1, &[&all[1], &all[3]], false), &mut out);
        decoder.push_media(3, &all[3], &mut out);
        assert_eq!(out.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(out[1].packet, all[2]);
    }
}
