//! Slow mode: how long everybody below staff waits between two messages.

use std::time::Duration;

use model::{ParticipantId, Timestamp};

use crate::pace::SPEAKERS_MAX;
use crate::recent::Recent;
use crate::{Answer, Event, Refusal, Room};

/// The longest wait. A longer one is a mute of everybody.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// The wait, and when each person below staff spoke last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SlowMode {
    pub(crate) wait: Duration,
    spoke: Recent<ParticipantId, Timestamp>,
}

impl SlowMode {
    pub(crate) fn new() -> SlowMode {
        SlowMode { wait: Duration::ZERO, spoke: Recent::new(SPEAKERS_MAX) }
    }

    pub(crate) fn said(&mut self, by: ParticipantId, at: Timestamp) {
        self.spoke.put(by, at);
    }

    /// When `who` may speak next.
    pub(crate) fn free_at(&self, who: ParticipantId) -> Timestamp {
        self.spoke.get(who).map_or(Timestamp(0), |spoke| *spoke + self.wait)
    }
}

impl Room {
    pub(crate) fn set_slow_mode(
        &mut self,
        by: ParticipantId,
        wait: Duration,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        if wait > WAIT_MAX {
            return Err(Refusal::OutOfRange);
        }
        if wait == self.slow_mode.wait {
            return Ok(Answer { seq: None });
        }
        Ok(Answer { seq: Some(self.emit(Event::SlowModeSet { by, wait }, now)) })
    }
}
