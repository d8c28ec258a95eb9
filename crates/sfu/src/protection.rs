//! Repair packets of one room: for each layer and each scheme that somebody needs now, computed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Packet;
use crate::fec::{Grouping, Protected, Repair, Scheme};

/// The open groups of everything that is protected.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    groupings: BTreeMap<(u8, Scheme), Grouping>,
    made: Vec<Arc<Repair>>,
}

impl Protection {
    /// From now on these schemes are needed of these layers, and no others.
    pub(crate) fn need(&mut self, needed: &[(u8, Scheme)]) {
        self.groupings.retain(|one, _| needed.contains(one));
        for (layer, scheme) in needed {
            self.groupings.entry((*layer, *scheme)).or_insert_with(|| Grouping::new(*scheme));
        }
    }

    /// Whether nobody needs anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.groupings.is_empty()
    }

    /// Takes a packet that has just been sent to the layer's viewers, and gives each repair that is complete now.
    pub(crate) fn push(&mut self, packet: &Packet, mut give: impl FnMut(Scheme, &Arc<Repair>)) {
        let Packet { layer, seq, time, marker, payload, .. } = packet;
        for ((of, scheme), grouping) in &mut self.groupings {
            if of != layer {
                continue;
            }
            grouping.push(Protected { seq: *seq, time: *time, marker: *marker, payload }, &mut self.made);
            self.made.drain(..).for_each(|repair| give(*scheme, &repair));
        }
    }
}
