//! How packets are put together into groups that are protected as one, and when a group is complete.

use std::sync::Arc;

use super::SPAN_MAX;
use super::repair::{Building, Protected, Repair};

/// A group that has waited so long for its last packet is closed at the next end of a frame, in ticks of the picture
/// clock (50 ms): a repair that comes later than a resend would is of no use.
const AGE_TICKS_MAX: u64 = 4_500;

/// Which packets one repair packet stands for. The number of schemes is small and each is computed once for all its
/// viewers, so it is what viewers choose from, not something made to measure for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scheme {
    /// Packets in a group: one repair packet is sent for so many.
    pub group: u8,
    /// Groups that are filled in turn, packet by packet: so many packets in a row may be lost.
    pub depth: u8,
}

impl Scheme {
    /// A scheme. A group has 2 to 15 packets, and all of its turns fit one mask.
    pub const fn new(group: u8, depth: u8) -> Scheme {
        assert!(group >= 2 && group <= 15, "a group has 2 to 15 packets");
        assert!(depth >= 1 && group as u64 * depth as u64 <= SPAN_MAX, "the mask reaches no farther");
        Scheme { group, depth }
    }

    /// What it costs: repair packets for each packet, when groups are full.
    pub fn share(self) -> f32 {
        1.0 / f32::from(self.group)
    }

    fn turns(self) -> usize {
        usize::from(self.group) * usize::from(self.depth)
    }
}

/// The open groups of one scheme over one layer.
///
/// A group is closed when it is full, or at the end of a frame when it is nearly full: what is lost should be
/// known again by the time the frame would be shown, not a frame later. Where frames are smaller than groups, a group
/// goes on over several frames, so that a low bitrate does not cost a repair packet for every frame.
#[derive(Debug)]
pub struct Grouping {
    scheme: Scheme,
    open: Vec<Building>,
    /// Packets taken since the groups were opened.
    taken: usize,
    first: u64,
    began: u64,
}

impl Grouping {
    /// Groups for a scheme, none of them open.
    pub fn new(scheme: Scheme) -> Grouping {
        let open = (0..scheme.depth).map(|_| Building::default()).collect();
        Grouping { scheme, open, taken: 0, first: 0, began: 0 }
    }

    /// Takes a packet that goes out to everybody, in the order in which it goes out; repairs that are complete now are
    /// appended to `out`.
    pub fn push(&mut self, packet: Protected<'_>, out: &mut Vec<Arc<Repair>>) {
        if self.taken == 0 {
            (self.first, self.began) = (packet.seq, packet.time);
        }
        let (low, high) = (self.first.min(packet.seq), self.last().max(packet.seq));
        if high - low >= SPAN_MAX {
            // The numbers jumped, or a packet came far too late: what is open cannot have both.
            if packet.seq < self.first {
                return;
            }
            self.close(out);
            (self.first, self.began) = (packet.seq, packet.time);
        }
        self.first = self.first.min(packet.seq);
        let turn = self.taken % self.open.len();
        self.open[turn].add(packet);
        self.taken += 1;
        let most = self.scheme.turns();
        let old = packet.time.saturating_sub(self.began) >= AGE_TICKS_MAX;
        if self.taken >= most || (packet.marker && (self.taken * 4 >= most * 3 || old)) {
            self.close(out);
        }
    }

    /// Forgets what is open: the layer begins anew.
    pub fn clear(&mut self) {
        self.open.iter_mut().for_each(|group| *group = Building::default());
        self.taken = 0;
    }

    fn last(&self) -> u64 {
        self.open.iter().filter_map(Building::last).max().unwrap_or(self.first)
    }

    fn close(&mut self, out: &mut Vec<Arc<Repair>>) {
        out.extend(self.open.iter_mut().filter_map(|group| std::mem::take(group).finish()).map(Arc::new));
        self.taken = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets of frames of these sizes, 3,000 ticks apart; which packets each repair covers.
    fn covered(scheme: Scheme, frames: &[usize]) -> Vec<Vec<u64>> {
        let (mut grouping, mut out) = (Grouping::new(scheme), Vec::new());
        let mut seq = 0;
        for (frame, packets) in frames.iter().enumerate() {
            for at in 0..*packets {
                let marker = at + 1 == *packets;
                let time = frame as u64 * 3_000;
                grouping.push(Protected { seq, time, marker, payload: &[seq as u8; 4] }, &mut out);
                seq += 1;
            }
        }
        out.iter().map(|repair| repair.covered().map(|one| one.seq).collect()).collect()
    }

    #[test]
    fn a_group_ends_where_it_is_full_or_a_frame_ends() {
        assert_eq!(
            covered(Scheme::new(4, 1), &[4, 3, 6]),
            [vec![0, 1, 2, 3], vec![4, 5, 6], vec![7, 8, 9, 10],]
        );
    }

    #[test]
    fn small_frames_share_a_group_for_a_while() {
        assert_eq!(covered(Scheme::new(6, 1), &[1, 1, 1, 1, 1, 1]), [vec![0, 1, 2], vec![3, 4, 5]]);
    }

    #[test]
    fn groups_are_filled_in_turn_where_losses_come_in_a_row() {
        assert_eq!(covered(Scheme::new(3, 2), &[6]), [vec![0, 2, 4], vec![1, 3, 5]]);
    }

    #[test]
    fn a_jump_of_the_numbers_closes_what_is_open() {
        let (mut grouping, mut out) = (Grouping::new(Scheme::new(5, 1)), Vec::new());
        for seq in [1, 2, 100, 50, 101, 102, 103, 104] {
            grouping.push(Protected { seq, time: 0, marker: false, payload: &[1] }, &mut out);
        }
        let covered: Vec<Vec<u64>> =
            out.iter().map(|repair| repair.covered().map(|one| one.seq).collect()).collect();
        assert_eq!(covered, [vec![1, 2], vec![100, 101, 102, 103, 104]]);
    }
}
