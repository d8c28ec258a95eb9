//! The room's settings: its title, its door, and the danmaku curve.

use model::{ParticipantId, Timestamp};

use crate::{Access, Answer, DanmakuCurve, Event, Refusal, Room, Title};

/// What the host sets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) title: Title,
    pub(crate) access: Access,
    pub(crate) danmaku: DanmakuCurve,
}

impl Room {
    /// People who are here stay when the door changes; whether they may come back is asked at the door.
    pub(crate) fn configure(
        &mut self,
        by: ParticipantId,
        title: Option<Title>,
        access: Option<Access>,
        danmaku: Option<DanmakuCurve>,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let settings = Settings {
            title: title.unwrap_or_else(|| self.settings.title.clone()),
            access: access.unwrap_or(self.settings.access),
            danmaku: danmaku.unwrap_or(self.settings.danmaku),
        };
        if danmaku.is_some_and(|curve| !curve.is_legal()) {
            return Err(Refusal::OutOfRange);
        }
        if settings == self.settings {
            return Ok(Answer { seq: None });
        }
        let Settings { title, access, danmaku } = settings;
        Ok(Answer { seq: Some(self.emit(Event::Configured { by, title, access, danmaku }, now)) })
    }
}
