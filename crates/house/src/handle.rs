//! What the rest of the house holds of a room.

use model::{ConnectionId, Epoch, ParticipantId, RoomId, RoomSlug, Timestamp};
use room::{Command, Room, View, Who};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{Done, Reply, Resume, SendError, Welcome};

/// Commands waiting for one room. Past this [`RoomHandle::try_send`] says `Busy` and [`RoomHandle::send`] waits.
pub const INBOX_MAX: usize = 1_024;

/// A running room. Cheap to clone; while somebody holds one, the room stays in memory.
#[derive(Debug, Clone)]
pub struct RoomHandle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) info: RoomInfo,
    pub(crate) inbox: mpsc::Sender<Mail>,
    pub(crate) view: watch::Receiver<Arc<View>>,
}

/// What never changes of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomInfo {
    /// Which room.
    pub id: RoomId,
    /// Its name in addresses.
    pub slug: RoomSlug,
    /// Which log its numbers count in.
    pub epoch: Epoch,
    /// Who owns it.
    pub host: ParticipantId,
}

/// One thing put to a room.
pub(crate) enum Mail {
    Command { command: Command, reply: Reply<Done> },
    Join { connection: ConnectionId, who: Option<Who>, resume: Option<Resume>, reply: Reply<Welcome> },
    Look(Look),
}

/// Reads something of a room.
pub(crate) type Look = Box<dyn FnOnce(&Room, Timestamp) + Send>;

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // People's words and names stay out of logs.
        f.write_str("Mail")
    }
}

impl RoomHandle {
    pub(crate) fn new(shared: Arc<Shared>) -> RoomHandle {
        RoomHandle { shared }
    }

    /// Whether nobody else holds the room.
    pub(crate) fn is_only_one(&self) -> bool {
        Arc::strong_count(&self.shared) == 1
    }

    /// Which room.
    pub fn id(&self) -> RoomId {
        self.shared.info.id
    }

    /// Its name in addresses.
    pub fn slug(&self) -> &RoomSlug {
        &self.shared.info.slug
    }

    /// What never changes of it.
    pub fn info(&self) -> &RoomInfo {
        &self.shared.info
    }

    /// The room as everybody may see it: as of the last thing written.
    pub fn view(&self) -> Arc<View> {
        self.shared.view.borrow().clone()
    }

    /// Puts a command to the room and waits until it is written and shown, or refused.
    /// Lines come in by [`RoomHandle::join`].
    pub async fn send(&self, command: Command) -> Result<Done, SendError> {
        let (reply, answer) = oneshot_reply();
        self.put(Mail::Command { command, reply }).await?;
        answer.await.unwrap_or(Err(SendError::Unavailable))
    }

    /// Puts a command to the room without waiting. A full inbox answers [`SendError::Busy`], through `reply` too.
    pub fn try_send(&self, command: Command, reply: Reply<Done>) {
        self.try_put(Mail::Command { command, reply });
    }

    /// Says that a line has closed. `false` if the inbox is full: say it again later, or the person stays present.
    #[must_use]
    pub fn try_leave(&self, connection: ConnectionId) -> bool {
        let command = Command::Leave { connection };
        match self.shared.inbox.try_send(Mail::Command { command, reply: Reply::none() }) {
            // A room that has closed has no lines.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => true,
            Err(mpsc::error::TrySendError::Full(_)) => false,
        }
    }

    /// Opens a line: the person is present from now on, and the welcome tells where the ticks go on.
    pub async fn join(
        &self,
        connection: ConnectionId,
        who: Option<Who>,
        resume: Option<Resume>,
    ) -> Result<Welcome, SendError> {
        let (reply, answer) = oneshot_reply();
        self.put_join(connection, who, resume, reply).await?;
        answer.await.unwrap_or(Err(SendError::Unavailable))
    }

    /// The same, answered in the room's own task: before the first tick that the welcome does not hold.
    pub async fn put_join(
        &self,
        connection: ConnectionId,
        who: Option<Who>,
        resume: Option<Resume>,
        reply: Reply<Welcome>,
    ) -> Result<(), SendError> {
        self.put(Mail::Join { connection, who, resume, reply }).await
    }

    /// The same without waiting.
    pub fn try_join(
        &self,
        connection: ConnectionId,
        who: Option<Who>,
        resume: Option<Resume>,
        reply: Reply<Welcome>,
    ) {
        self.try_put(Mail::Join { connection, who, resume, reply });
    }

    /// Reads something of the room, as of the last thing written: `room.look(|room, now| room.role_of(who))`.
    pub async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Room, Timestamp) -> T + Send + 'static,
    ) -> Result<T, SendError> {
        let (to, from) = oneshot::channel();
        let look = move |room: &Room, now: Timestamp| {
            // The asker may have left.
            let _ = to.send(read(room, now));
        };
        self.put(Mail::Look(Box::new(look))).await?;
        from.await.map_err(|_| SendError::Unavailable)
    }

    async fn put(&self, mail: Mail) -> Result<(), SendError> {
        self.shared.inbox.send(mail).await.map_err(|_| SendError::Closed)
    }

    fn try_put(&self, mail: Mail) {
        let refused = match self.shared.inbox.try_send(mail) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(mail)) => (mail, SendError::Busy),
            Err(mpsc::error::TrySendError::Closed(mail)) => (mail, SendError::Closed),
        };
        match refused {
            (Mail::Command { reply, .. }, why) => reply.send(Err(why)),
            (Mail::Join { reply, .. }, why) => reply.send(Err(why)),
            (Mail::Look(_), _) => {}
        }
    }
}

fn oneshot_reply<T: Send + 'static>() -> (Reply<T>, oneshot::Receiver<Result<T, SendError>>) {
    let (to, from) = oneshot::channel();
    let reply = Reply::call(move |result| {
        // The asker may have left; the command still happened.
        let _ = to.send(result);
    });
    (reply, from)
}
