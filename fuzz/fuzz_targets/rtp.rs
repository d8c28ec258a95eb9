//! RTP payloads from strangers, of every codec: whatever comes out can be sent on and comes out the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::{Arrival, Codec, CodecConfig, Depacketizer, Description, Packetizer};

/// A packet: how far its number and its time are from the one before, whether the marker is set, its payload.
type Given<'a> = (u8, u16, bool, &'a [u8]);

fuzz_target!(|input: (u8, Vec<Given<'_>>)| {
    let codec = Codec::ALL[usize::from(input.0) % Codec::ALL.len()];
    let mut depacketizer = Depacketizer::new(Description::parse(codec, ""));
    let (mut seq, mut time, mut newest) = (1u64, 0u64, None);
    let mut config = None;
    for (steps, ticks, marker, payload) in input.1 {
        seq = (seq + u64::from(steps)).saturating_sub(3);
        time += u64::from(ticks);
        depacketizer.push(seq, time, marker, payload.into());
        while let Some(arrival) = depacketizer.poll() {
            match arrival {
                Arrival::Config(CodecConfig::Video(video)) => config = Some(video),
                Arrival::Config(CodecConfig::Audio(_)) | Arrival::Gap => {}
                Arrival::Frame(frame) => {
                    assert!(newest.is_none_or(|newest| frame.decode > newest), "decoding goes forward");
                    newest = Some(frame.decode);
                    if let Some(config) = &config {
                        let _ = Packetizer::new(codec, usize::from(steps) * 8).packetize(config, &frame);
                    }
                }
            }
        }
    }
});
