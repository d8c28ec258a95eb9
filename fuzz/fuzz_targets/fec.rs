//! Repair packets from strangers: FlexFEC and ULPFEC headers, masks that name packets which are not there, and sums
//! that make no packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sfu::fec::{UlpFecDecoder, recover_flexfec};

fuzz_target!(|input: (Vec<(u8, u16, Vec<u8>)>, Vec<u8>)| {
    let (packets, repair) = input;
    let found = |seq: u16| {
        packets.iter().find(|(_, of, _)| of % 64 == seq % 64).map(|(_, _, bytes)| bytes.as_slice())
    };
    if let Ok(packet) = recover_flexfec(&repair, found) {
        assert!(packet.len() >= 12 && packet[0] >> 6 == 2, "what is worked out is an RTP packet");
    }
    let (mut decoder, mut out) = (UlpFecDecoder::default(), Vec::new());
    for (kind, seq, bytes) in &packets {
        match kind % 3 {
            0 => decoder.push_repair(bytes, &mut out),
            _ => decoder.push_media(*seq, bytes, &mut out),
        }
    }
    decoder.push_repair(&repair, &mut out);
    assert!(out.iter().all(|one| one.packet.len() >= 12 && one.packet[0] >> 6 == 2));
});
