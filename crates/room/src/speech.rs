//! Saying something, in chat or over the picture: who may, when, and once only.

use model::{ClientKey, ParticipantId, Seq, Timestamp};

use crate::recent::Recent;
use crate::{Answer, Event, Refusal, Room, Speech};

/// Keys of messages that are known, so that a message sent again is the same message. A client sends again
/// within seconds of a lost answer; this is minutes of a busy room. A key forgotten would count as new.
const KEYS_MAX: usize = 4_096;

/// The messages' keys: which entry each led to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SpeechKeys {
    recent: Recent<(ParticipantId, ClientKey), Seq>,
}

impl SpeechKeys {
    pub(crate) fn new() -> SpeechKeys {
        SpeechKeys { recent: Recent::new(KEYS_MAX) }
    }

    pub(crate) fn said(&mut self, by: ParticipantId, key: ClientKey, seq: Seq) {
        self.recent.put((by, key), seq);
    }
}

impl Room {
    pub(crate) fn say(
        &mut self,
        by: ParticipantId,
        key: ClientKey,
        speech: Speech,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        // Before anything else: since the first time they may have left or been muted, and yet it was said.
        if let Some(seq) = self.speech_keys.recent.get((by, key)) {
            return Ok(Answer { seq: Some(*seq) });
        }
        let Some(name) = self.presence.name(by).cloned() else { return Err(Refusal::NotPresent) };
        self.not_muted(by, now)?;
        let speech = match speech {
            Speech::Chat { text, reply_to, mentions } => self.check_chat(&text, reply_to, &mentions)?,
            Speech::Danmaku { text, mode, colour, size } => {
                Speech::Danmaku { text: crate::danmaku::check(&text)?, mode, colour, size }
            }
        };
        let role = self.role_of(by);
        if !role.is_staff() {
            self.not_too_fast(by, &speech, now)?;
        }
        let seq = self.emit(Event::Said { by, name, role, key, speech }, now);
        Ok(Answer { seq: Some(seq) })
    }

    /// Slow mode counts chat and danmaku alike; each has a limit of its own besides. The answer is the time at
    /// which all of them allow it.
    fn not_too_fast(&self, by: ParticipantId, speech: &Speech, now: Timestamp) -> Result<(), Refusal> {
        let own = match speech {
            Speech::Chat { .. } => self.chat_pace.free_at(by, 1, now),
            Speech::Danmaku { .. } => self.danmaku.free_at(by, self.settings.danmaku, now),
        };
        let retry_at = own.max(self.slow_mode.free_at(by));
        if retry_at > now { Err(Refusal::TooFast { retry_at }) } else { Ok(()) }
    }
}
