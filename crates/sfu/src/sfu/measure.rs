//! Figures, renewed now and then.

use super::entry::PeerEnd;
use super::{STATS_INTERVAL, Sfu};

impl Sfu {
    pub(super) fn measure(&mut self) {
        let seconds = STATS_INTERVAL.as_secs_f32();
        self.totals.publishers = 0;
        self.totals.viewers = 0;
        for room in self.rooms.values_mut() {
            let sum = room.measure(seconds);
            self.totals.packets_in += sum.packets;
            self.totals.bytes_in += sum.bytes;
            self.totals.packets_in_lost += sum.expected.saturating_sub(sum.packets);
            self.totals.publishers += u64::from(room.stats.publishing);
            self.totals.viewers += u64::from(room.watching);
            let description = room.layers.description();
            let mut blind = 0;
            for id in &room.viewers {
                if let (Some(description), Some(PeerEnd::Viewer(viewer))) =
                    (description, self.peers.get_mut(id).map(|entry| &mut entry.end))
                {
                    blind += u32::from(viewer.connected && viewer.payload_type(description).is_none());
                }
            }
            room.stats.watching_blind = blind;
        }
    }
}
