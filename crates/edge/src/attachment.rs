//! Which rooms' packets this loop wants of its neighbours, and whether they know.
//!
//! A room's publisher lives on one loop. Every other loop with viewers of the room is attached to it: it asked for the
//! packets, and takes leave when its last viewer goes. A neighbour whose inbox is full is told again later, so that
//! what it knows becomes true whatever was lost.

use std::collections::{BTreeMap, BTreeSet};

use model::RoomId;

/// The rooms that are watched here and published elsewhere.
#[derive(Default)]
pub(crate) struct Attachments {
    rooms: BTreeMap<RoomId, Attachment>,
    /// Rooms of which the neighbour has still to be told: no more than there are in `rooms`.
    untold: BTreeSet<RoomId>,
}

#[derive(Default)]
struct Attachment {
    /// Viewers' sessions here.
    viewers: u32,
    /// Whether the neighbour was told last that its packets are wanted.
    told: bool,
}

impl Attachments {
    /// A viewer came.
    pub(crate) fn came(&mut self, room: RoomId) {
        self.rooms.entry(room).or_default().viewers += 1;
        self.untold.insert(room);
    }

    /// A viewer has gone.
    pub(crate) fn left(&mut self, room: RoomId) {
        if let Some(attachment) = self.rooms.get_mut(&room) {
            attachment.viewers = attachment.viewers.saturating_sub(1);
            self.untold.insert(room);
        }
    }

    /// Tells each neighbour what it has to know, once: whoever is told twice that a loop begins would send what it
    /// keeps twice. `leave` says whether there was space for it.
    pub(crate) fn tell(&mut self, mut leave: impl FnMut(RoomId, bool) -> bool) {
        let rooms = &mut self.rooms;
        self.untold.retain(|room| {
            let Some(attachment) = rooms.get_mut(room) else { return false };
            let wanted = attachment.viewers > 0;
            if attachment.told != wanted {
                if !leave(*room, wanted) {
                    return true;
                }
                attachment.told = wanted;
            }
            if !wanted {
                rooms.remove(room);
            }
            false
        });
    }

    /// Whether there was no space for something: then [`Attachments::tell`] is called again soon.
    pub(crate) fn is_settled(&self) -> bool {
        self.untold.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A story of `+` (a viewer comes), `-` (one leaves), `x` (the neighbour's inbox is full at this turn) and `.` (it
    /// has space); what the neighbour was told.
    #[track_caller]
    fn check(story: &str, expected: &str) {
        let mut attachments = Attachments::default();
        let mut told = String::new();
        for step in story.chars() {
            match step {
                '+' => attachments.came(RoomId(3)),
                '-' => attachments.left(RoomId(3)),
                space => attachments.tell(|_, wanted| {
                    if space == '.' {
                        told.push(if wanted { '+' } else { '-' });
                    }
                    space == '.'
                }),
            }
        }
        assert_eq!(told, expected, "{story}");
        assert!(
            attachments.is_settled() && attachments.rooms.len() == usize::from(told.ends_with('+')),
            "{story}"
        );
    }

    #[test]
    fn what_was_lost_is_said_again_and_nothing_is_said_twice() {
        check("+.-.", "+-");
        check("+x.", "+");
        check("+.-xx.", "+-");
        check("+.+.+.-.-.", "+");
        // It came and went, or went and came, before there was space to say so.
        check("+x-.", "");
        check("+.-x+.", "+");
        check("+.-x+x-.", "+-");
        check("-.", "");
    }

    proptest! {
        /// Whatever comes and goes and is lost: once there is space, each neighbour knows what is so, and was never
        /// told the same twice in a row.
        #[test]
        fn neighbours_come_to_know(steps in prop::collection::vec((0u64..4, any::<bool>(), any::<bool>()), 1..200)) {
            let mut attachments = Attachments::default();
            let mut truth = BTreeMap::new();
            let mut known = BTreeMap::new();
            for (room, comes, space) in steps {
                let viewers: &mut u32 = truth.entry(RoomId(room)).or_default();
                if comes {
                    *viewers += 1;
                    attachments.came(RoomId(room));
                } else if *viewers > 0 {
                    *viewers -= 1;
                    attachments.left(RoomId(room));
                }
                attachments.tell(|room, wanted| {
                    if space {
                        assert_ne!(known.insert(room, wanted).unwrap_or(false), wanted, "said twice");
                    }
                    space
                });
            }
            attachments.tell(|room, wanted| {
                known.insert(room, wanted);
                true
            });
            prop_assert!(attachments.is_settled());
            for (room, viewers) in truth {
                prop_assert_eq!(known.get(&room).copied().unwrap_or(false), viewers > 0);
            }
        }
    }
}
