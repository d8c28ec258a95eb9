//! From a publisher's line of time to the programme's, which never goes back.

use media::MediaTime;

/// Where a publisher's times lie on the programme's line, since the last discontinuity.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    /// Added to a publisher's time.
    shift: MediaTime,
    /// A place on the programme's line, and the wall clock there.
    anchor: (MediaTime, i64),
}

impl Timeline {
    /// Puts the publisher's `theirs` at the programme's `ours`, which the clock calls `wall_ms`.
    pub fn new(theirs: MediaTime, ours: MediaTime, wall_ms: i64) -> Timeline {
        Timeline { shift: ours - theirs, anchor: (ours, wall_ms) }
    }

    /// A publisher's time on the programme's line.
    pub fn place(&self, theirs: MediaTime) -> MediaTime {
        theirs + self.shift
    }

    /// The wall clock at a place of the programme's line.
    pub fn wall_ms(&self, ours: MediaTime) -> i64 {
        let (place, wall_ms) = self.anchor;
        wall_ms.saturating_add((ours - place).as_millis())
    }
}
