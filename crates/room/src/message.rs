//! Messages as long as they can be answered or deleted.

use model::{ParticipantId, Permission, Seq, Timestamp};

use crate::recent::Recent;
use crate::{Answer, Event, Refusal, Room};

/// Messages and danmaku that can be answered and deleted: those of the recent 1,000 entries a room is restored
/// from are always among them. The oldest is forgotten; it stays in the log.
const MESSAGES_MAX: usize = 1_000;

/// The recent messages, by the number of their entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Messages {
    recent: Recent<Seq, Message>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Message {
    author: ParticipantId,
    /// A danmaku has flown past; it can be deleted, but not answered.
    is_chat: bool,
    /// The entry that says so.
    deleted: Option<Seq>,
}

impl Messages {
    pub(crate) fn new() -> Messages {
        Messages { recent: Recent::new(MESSAGES_MAX) }
    }

    pub(crate) fn said(&mut self, seq: Seq, author: ParticipantId, is_chat: bool) {
        self.recent.put(seq, Message { author, is_chat, deleted: None });
    }

    pub(crate) fn deleted(&mut self, message: Seq, seq: Seq) {
        if let Some(message) = self.recent.get_mut(message) {
            message.deleted = Some(seq);
        }
    }

    /// Whether a chat message is there to be answered.
    pub(crate) fn may_be_answered(&self, message: Seq) -> Result<(), Refusal> {
        match self.recent.get(message) {
            Some(Message { is_chat: true, deleted: None, .. }) => Ok(()),
            Some(_) | None => Err(Refusal::NoSuchMessage),
        }
    }
}

impl Room {
    /// Deleting what is deleted already is answered with the entry of the first time: the answer may have been
    /// lost on the way.
    pub(crate) fn delete(
        &mut self,
        by: ParticipantId,
        message: Seq,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(known) = self.messages.recent.get(message) else { return Err(Refusal::NoSuchMessage) };
        let author = known.author;
        if author != by && !self.role_of(by).may(Permission::DeleteAny) {
            return Err(Refusal::NotAllowed(Permission::DeleteAny));
        }
        let seq = match known.deleted {
            Some(seq) => seq,
            None => self.emit(Event::Deleted { by, author, message }, now),
        };
        Ok(Answer { seq: Some(seq) })
    }
}
