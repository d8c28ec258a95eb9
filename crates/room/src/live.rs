//! The show: on, waiting for its publisher, or off.

use std::time::Duration;

use model::{ParticipantId, ShowId, Timestamp};

use crate::{Answer, Event, Refusal, Room};

/// How long an interrupted show waits for its publisher: an encoder restarted, a phone that changed networks.
pub const INTERRUPTION_MAX: Duration = Duration::from_secs(60);

/// Whether there is a show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Live {
    /// There is none.
    #[default]
    Off,
    /// A publisher's media arrives.
    On {
        /// Which show.
        show: ShowId,
        /// Since when.
        since: Timestamp,
    },
    /// The publisher is gone for a moment and is waited for.
    Interrupted {
        /// Which show.
        show: ShowId,
        /// Since when the show, not the break, lasts.
        since: Timestamp,
        /// When the wait is over and the show ends.
        until: Timestamp,
    },
}

impl Live {
    /// Which show, on or interrupted.
    pub fn show(self) -> Option<ShowId> {
        match self {
            Live::Off => None,
            Live::On { show, .. } | Live::Interrupted { show, .. } => Some(show),
        }
    }

    pub(crate) fn started(&mut self, show: ShowId, at: Timestamp) {
        *self = Live::On { show, since: at };
    }

    pub(crate) fn interrupted(&mut self, at: Timestamp) {
        if let Live::On { show, since } = *self {
            *self = Live::Interrupted { show, since, until: at + INTERRUPTION_MAX };
        }
    }

    pub(crate) fn resumed(&mut self) {
        if let Live::Interrupted { show, since, .. } = *self {
            *self = Live::On { show, since };
        }
    }

    pub(crate) fn ended(&mut self) {
        *self = Live::Off;
    }

    /// When an interrupted show ends.
    pub(crate) fn ends_at(self) -> Option<Timestamp> {
        match self {
            Live::Interrupted { until, .. } => Some(until),
            Live::Off | Live::On { .. } => None,
        }
    }
}

impl Room {
    /// While the show is on, another publisher has taken over: the show goes on and nothing needs to be said.
    pub(crate) fn publisher_connected(&mut self, show: ShowId, now: Timestamp) -> Result<Answer, Refusal> {
        let event = match self.live {
            Live::Off => Event::LiveStarted { show },
            Live::On { .. } => return Ok(Answer { seq: None }),
            Live::Interrupted { show, .. } => Event::LiveResumed { show },
        };
        Ok(Answer { seq: Some(self.emit(event, now)) })
    }

    pub(crate) fn publisher_lost(&mut self, now: Timestamp) -> Result<Answer, Refusal> {
        let seq = match self.live {
            Live::On { show, .. } => Some(self.emit(Event::LiveInterrupted { show }, now)),
            Live::Off | Live::Interrupted { .. } => None,
        };
        Ok(Answer { seq })
    }

    /// A host who ends what is not on is told so; a publisher that takes leave twice is not.
    pub(crate) fn end_live(&mut self, by: Option<ParticipantId>, now: Timestamp) -> Result<Answer, Refusal> {
        match self.live.show() {
            Some(show) => Ok(Answer { seq: Some(self.emit(Event::LiveEnded { show }, now)) }),
            None if by.is_some() => Err(Refusal::NotLive),
            None => Ok(Answer { seq: None }),
        }
    }

    /// Ends a show that has waited long enough.
    pub(crate) fn end_interrupted(&mut self, now: Timestamp) {
        if let Live::Interrupted { show, until, .. } = self.live
            && until <= now
        {
            self.emit(Event::LiveEnded { show }, now);
        }
    }
}
