//! RTCP from strangers: every packet of a compound one, to the end of what each iterates over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sfu::rtcp::{Rtcp, STATUSES_MAX, packets};

fuzz_target!(|compound: &[u8]| {
    let mut steps = 0;
    for packet in packets(compound) {
        steps += 1;
        match packet {
            Rtcp::SenderReport { reports, .. } | Rtcp::ReceiverReport { reports, .. } => {
                steps += reports.count();
            }
            Rtcp::Nack { lost, .. } => steps += lost.count(),
            Rtcp::Transport(feedback) => {
                assert!(feedback.count <= STATUSES_MAX);
                // Told of in order, and all that were promised.
                let numbers: Vec<u16> = feedback.arrivals().map(|(number, _)| number).collect();
                assert_eq!(numbers.len(), usize::from(feedback.count));
                let expected = (0..feedback.count).map(|n| feedback.base.wrapping_add(n));
                assert!(numbers.iter().copied().eq(expected));
            }
            Rtcp::Descriptions
            | Rtcp::Goodbye
            | Rtcp::Pli { .. }
            | Rtcp::Fir { .. }
            | Rtcp::Estimate { .. }
            | Rtcp::Clock { .. }
            | Rtcp::Other => {}
        }
    }
    // A message of a few bytes is never long work: a group of four bytes names seventeen losses.
    assert!(steps <= compound.len() * 5, "{steps} steps for {} bytes", compound.len());
});
