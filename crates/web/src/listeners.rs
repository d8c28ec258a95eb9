//! Everybody who hears or sees a room, by whatever way: lines, event streams, and the picture by WebRTC.
//!
//! The house speaks to its audience as one. Words go to the lines; when somebody is put out, or a door closes, their
//! picture ends with their words.

use edge::{MediaHandle, SessionId};
use fanout::Tick;
use house::{Audience, Farewell};
use model::{ParticipantId, RoomId};
use std::sync::Arc;
use tokio::runtime::Handle;

use crate::line::Lines;
use crate::watchers::Watchers;

/// The audience of all rooms.
pub struct Listeners {
    lines: Lines,
    media: MediaHandle,
    watchers: Watchers,
    runtime: Handle,
}

impl Listeners {
    /// The audience on these lines and this media plane. Call it inside a tokio runtime.
    pub fn new(lines: Lines, media: MediaHandle) -> Listeners {
        Listeners { lines, media, watchers: Watchers::default(), runtime: Handle::current() }
    }

    /// The lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The media plane.
    pub fn media(&self) -> &MediaHandle {
        &self.media
    }

    /// Who watches by WebRTC.
    pub fn watchers(&self) -> &Watchers {
        &self.watchers
    }

    /// Ends media sessions. One that has ended already is what was wanted.
    pub async fn end_media(&self, sessions: Vec<SessionId>) {
        end(self.media.clone(), sessions).await;
    }
}

async fn end(media: MediaHandle, sessions: Vec<SessionId>) {
    for session in sessions {
        let _ = media.close(&session).await;
    }
}

impl Audience for Listeners {
    fn deliver(&self, room: RoomId, tick: &Arc<Tick>) {
        self.lines.deliver(room, tick);
    }

    fn put_out(&self, room: RoomId, who: ParticipantId, why: Farewell) {
        self.lines.put_out(room, who, why);
        let sessions = self.watchers.of_person_in(room, who);
        if !sessions.is_empty() {
            // The room may not wait for the media plane.
            self.runtime.spawn(end(self.media.clone(), sessions));
        }
    }

    fn close(&self, room: RoomId, why: Farewell) {
        self.lines.close(room, why);
        match why {
            Farewell::Reenter => {
                let media = self.media.clone();
                self.runtime.spawn(async move {
                    if let Err(error) = media.close_viewers(room).await {
                        tracing::error!(room.id = %room, %error, "A door was closed, but viewers may still watch");
                    }
                });
            }
            // The picture does not depend on the log, and on a restart it ends with the process.
            Farewell::Banned | Farewell::Fault | Farewell::Restart => {}
        }
    }

    fn show_ended(&self, room: RoomId) {
        let media = self.media.clone();
        self.runtime.spawn(async move {
            if let Err(error) = media.close_publisher(room).await {
                tracing::error!(room.id = %room, %error, "A show has ended, but its publisher may still send");
            }
        });
    }
}
