//! Chat messages: what one may be, and how fast they may come.

use std::time::Duration;

use model::{ParticipantId, Seq};

use crate::pace::Pace;
use crate::text::Extent;
use crate::{Refusal, Room, Speech};

/// 500 characters are a paragraph; ten lines are what a chat column shows without burying the others.
const EXTENT: Extent = Extent { chars_max: 500, lines_max: 10 };

/// People one message may name, so that none can call the whole room.
const MENTIONS_MAX: usize = 10;

/// Messages a person below staff may send at once, and how long one more takes. A quick talker never meets it; a
/// script does, whether or not slow mode is on.
const BURST: u32 = 5;
const EACH: Duration = Duration::from_secs(1);

/// How fast each person has been talking.
pub(crate) fn pace() -> Pace {
    Pace::new(BURST, EACH)
}

impl Room {
    /// The message as it will stand in the log.
    pub(crate) fn check_chat(
        &self,
        text: &str,
        reply_to: Option<Seq>,
        mentions: &[ParticipantId],
    ) -> Result<Speech, Refusal> {
        let text = EXTENT.check(text)?;
        if let Some(message) = reply_to {
            self.messages.may_be_answered(message)?;
        }
        if mentions.len() > MENTIONS_MAX {
            return Err(Refusal::OutOfRange);
        }
        let mut named = Vec::new();
        for who in mentions {
            if self.name_of(*who).is_some() && !named.contains(who) {
                named.push(*who);
            }
        }
        Ok(Speech::Chat { text, reply_to, mentions: named })
    }
}
