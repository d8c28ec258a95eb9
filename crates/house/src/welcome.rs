//! What a new line is given before its first tick.

use bytes::Bytes;
use fanout::History;
use model::{ParticipantId, Role, Seq, StreamPosition, Timestamp};
use room::{Event, Speech, View};
use std::sync::Arc;

use crate::Shown;

/// Chat messages shown to one who comes late.
const CHAT: usize = 50;

/// And of the danmaku among them so many: a storm of these does not push out what was talked about.
const DANMAKU: usize = 50;

/// Where a client says it stood; it may say anything.
pub type Resume = StreamPosition;

/// The room for one who comes in. Everything up to `position` is in it or was received before, and every tick that
/// the audience is handed after it goes on from there: nothing is missed, nothing comes twice.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The room now. It may be a tick ahead of `position`.
    pub view: Arc<View>,
    /// Who came in; `None` for one who has not said.
    pub who: Option<ParticipantId>,
    /// What they are here.
    pub role: Role,
    /// Until when they may not speak.
    pub muted_until: Option<Timestamp>,
    /// Where the line stands.
    pub position: StreamPosition,
    /// Whether `events` are all since the client's position; else they are the recent messages.
    pub recovered: bool,
    /// Events as [`Encode::event`](crate::Encode::event) tells them.
    pub events: Vec<Bytes>,
    /// The server's clock.
    pub now: Timestamp,
}

/// What was said last, in order, for one who comes late.
///
/// Invariant: no chat message is missing between the first of them and the last, for a client asks for what is older
/// by the number of the first.
pub(crate) fn recent_talk(history: &History<Shown>) -> Vec<Shown> {
    let mut talk = history.recent(CHAT, is_chat);
    let from = if talk.len() < CHAT { Seq(0) } else { talk[0].entry.seq };
    talk.extend(history.recent(DANMAKU, |shown| is_danmaku(shown) && shown.entry.seq > from));
    talk.sort_by_key(|shown| shown.entry.seq);
    talk
}

fn is_chat(shown: &Shown) -> bool {
    matches!(&shown.entry.event, Event::Said { speech: Speech::Chat { .. }, .. })
}

fn is_danmaku(shown: &Shown) -> bool {
    matches!(&shown.entry.event, Event::Said { speech: Speech::Danmaku { .. }, .. })
}
