//! What one viewer needs to know to be sent a repair packet that is shared: which packets it was sent as they are.

use crate::Outgoing;
use crate::fec::{Repair, RepairStream};

/// The stream of repair packets that was agreed on with a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RepairAgreed {
    pub(crate) ssrc: u32,
    pub(crate) pt: u8,
    /// The stream of the picture.
    pub(crate) media: u32,
    /// The id of the transport-wide number's extension on both.
    pub(crate) transport: Option<u8>,
}

/// The packets since which a viewer's numbers have differed from the layer's by the same.
#[derive(Debug)]
pub(crate) struct Repairs {
    pub(crate) agreed: RepairAgreed,
    run: Option<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    layer: u8,
    pt: u8,
    seq_shift: u64,
    time_shift: u64,
    first: u64,
    last: u64,
}

impl Repairs {
    pub(crate) fn new(agreed: RepairAgreed) -> Repairs {
        Repairs { agreed, run: None }
    }

    /// A packet of the picture is on its way.
    pub(crate) fn note(&mut self, pt: u8, outgoing: &Outgoing) {
        let (layer, seq, time) = (outgoing.packet.layer, outgoing.packet.seq, outgoing.packet.time);
        let (seq_shift, time_shift) = (outgoing.seq.wrapping_sub(seq), outgoing.time.wrapping_sub(time));
        if outgoing.pictures != (0, 0) {
            // Its payload is not the layer's own, byte for byte.
            self.run = None;
            return;
        }
        match &mut self.run {
            Some(run)
                if (run.layer, run.pt, run.seq_shift, run.time_shift)
                    == (layer, pt, seq_shift, time_shift) =>
            {
                run.last = run.last.max(seq);
            }
            run => *run = Some(Run { layer, pt, seq_shift, time_shift, first: seq, last: seq }),
        }
    }

    /// How a repair is written for this viewer; `None` if it was not sent all that the repair stands for, or not yet.
    pub(crate) fn stream(&self, layer: u8, repair: &Repair) -> Option<RepairStream> {
        let run = self.run.filter(|run| run.layer == layer)?;
        (run.first <= repair.first() && repair.last() <= run.last).then_some(RepairStream {
            ssrc: self.agreed.media,
            payload_type: run.pt,
            seq_shift: run.seq_shift,
            time_shift: run.time_shift,
            transport_number: self.agreed.transport,
        })
    }
}
