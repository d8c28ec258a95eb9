//! What viewers on bad links need now, looked at again and again.

use std::time::Instant;

use super::Sfu;
use super::entry::PeerEnd;

impl Sfu {
    /// Reconsiders every viewer's remedy, and computes what at least one of them needs.
    pub(super) fn mend(&mut self, now: Instant) {
        for room in self.rooms.values_mut() {
            let mut needed = Vec::new();
            for id in &room.viewers {
                let Some(PeerEnd::Viewer(viewer)) = self.peers.get_mut(id).map(|entry| &mut entry.end) else {
                    continue;
                };
                let Some(fast) = viewer.fast.as_mut().filter(|_| viewer.connected) else { continue };
                fast.mending.observe(now);
                let need = viewer.video.current().zip(fast.mending.scheme());
                needed.extend(need.filter(|need| !needed.contains(need)));
            }
            room.protection.need(&needed);
        }
    }
}
