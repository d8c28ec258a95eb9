//! Event streams: the same ticks for who cannot or does not want to speak, driven by tokio.

use bytes::Bytes;
use fanout::Tick;
use house::{Reply, Resume, RoomHandle, SendError, Welcome};
use model::{ConnectionId, Epoch, ParticipantId, RoomId, Seq, StreamPosition};
use protocol::Disconnect;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

use super::streams::StreamPlace;
use super::{Hello, SignIn, reconnect_ms};
use crate::encode;

/// What one listener may be behind, in bytes and in ticks. Past it the listener is closed and comes back to resume.
const BEHIND_BYTES_MAX: usize = 256 * 1024;
const BEHIND_TICKS_MAX: usize = 512;

/// How often something is sent where nothing happens, so that nothing in between takes the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// One open event stream. Ask [`Listener::next`] for what to send; drop it to leave the room.
#[derive(Debug)]
pub struct Listener {
    seat: Arc<Seat>,
    room: RoomHandle,
    seats: Listeners,
    _open: (OpenLine, StreamPlace),
}

impl Listener {
    /// The next bytes of the stream; `None` when it is over.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            let told = self.seat.told.notified();
            if let Some(next) = self.seat.take() {
                return next;
            }
            if tokio::time::timeout(KEEP_ALIVE, told).await.is_err() {
                return Some(Bytes::from_static(b":\n\n"));
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.seats.leave(&self.seat);
        let connection = self.seat.connection;
        if self.room.try_leave(connection) {
            return;
        }
        let room = self.room.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // A room that is closed has nobody in it.
                let _ = room.send(room::Command::Leave { connection }).await;
            });
        }
    }
}

/// One of the lines that are counted.
#[derive(Debug)]
pub(super) struct OpenLine {
    open: Arc<AtomicUsize>,
}

impl OpenLine {
    /// A line that `open` counts already.
    pub(super) fn counted(open: Arc<AtomicUsize>) -> OpenLine {
        OpenLine { open }
    }
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What may be asked of a listener to find those to close.
pub(super) struct Brief {
    pub(super) room: RoomId,
    pub(super) sign_in: Option<SignIn>,
    who: Option<ParticipantId>,
}

impl Brief {
    pub(super) fn is(&self, who: ParticipantId) -> bool {
        self.who == Some(who)
    }
}

#[derive(Debug)]
struct Seat {
    room: RoomId,
    connection: ConnectionId,
    who: Option<ParticipantId>,
    sign_in: Option<SignIn>,
    queue: Mutex<Queue>,
    told: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    /// Invariant: `bytes` is the sum of their lengths.
    waiting: VecDeque<Bytes>,
    bytes: usize,
    welcomed: bool,
    over: bool,
}

impl Seat {
    /// What is next; `Some(None)` at the end, `None` if nothing waits.
    fn take(&self) -> Option<Option<Bytes>> {
        let mut queue = lock(&self.queue);
        match queue.waiting.pop_front() {
            Some(bytes) => {
                queue.bytes -= bytes.len();
                Some(Some(bytes))
            }
            None => queue.over.then_some(None),
        }
    }

    fn welcome(&self, bytes: Bytes) {
        let mut queue = lock(&self.queue);
        queue.welcomed = true;
        queue.push(bytes);
        drop(queue);
        self.told.notify_one();
    }

    fn deliver(&self, bytes: &Bytes) {
        let mut queue = lock(&self.queue);
        if !queue.welcomed || queue.over {
            return;
        }
        let is_behind =
            queue.bytes + bytes.len() > BEHIND_BYTES_MAX || queue.waiting.len() >= BEHIND_TICKS_MAX;
        if is_behind {
            queue.end(self.connection, Disconnect::Slow);
        } else {
            queue.push(bytes.clone());
        }
        drop(queue);
        self.told.notify_one();
    }

    fn close(&self, why: Disconnect) {
        lock(&self.queue).end(self.connection, why);
        self.told.notify_one();
    }
}

impl Queue {
    fn push(&mut self, bytes: Bytes) {
        self.bytes += bytes.len();
        self.waiting.push_back(bytes);
    }

    fn end(&mut self, connection: ConnectionId, why: Disconnect) {
        if self.over {
            return;
        }
        self.over = true;
        self.waiting.clear();
        self.bytes = 0;
        let message = encode::closing(why, reconnect_ms(why, connection));
        let mut text = String::new();
        push_data(&message, &mut text);
        self.push(text.into());
    }
}

/// The listeners of all rooms.
#[derive(Debug, Clone, Default)]
pub(super) struct Listeners {
    /// A lock, because rooms deliver from their own tasks; it is held while ticks are queued, never while they are sent.
    rooms: Arc<Mutex<BTreeMap<RoomId, Vec<Arc<Seat>>>>>,
}

impl Listeners {
    pub(super) async fn open(
        &self,
        hello: Hello,
        resume: Option<Resume>,
        open: (OpenLine, StreamPlace),
    ) -> Result<Listener, SendError> {
        let Hello { room, connection, who, sign_in } = hello;
        let seat = Arc::new(Seat {
            room: room.id(),
            connection,
            who: who.as_ref().map(|who| who.id),
            sign_in,
            queue: Mutex::default(),
            told: Notify::new(),
        });
        lock(&self.rooms).entry(room.id()).or_default().push(seat.clone());
        // From here on leaving is the listener's: it is dropped with the room's answer if the asker goes away.
        let listener = Listener { seat: seat.clone(), room: room.clone(), seats: self.clone(), _open: open };
        let (to, from) = oneshot::channel();
        let slug = room.slug().clone();
        let name = who.clone();
        let reply = Reply::call(move |result: Result<Welcome, SendError>| {
            // In the room's own task, so that no tick comes between the welcome and the listening.
            let result = result.map(|welcome| {
                let message = encode::welcome(&welcome, &slug, name.as_ref());
                seat.welcome(stream_bytes(welcome.position, std::iter::once(message.as_slice())));
            });
            let _ = to.send(result);
        });
        room.put_join(connection, who, resume, reply).await?;
        from.await.unwrap_or(Err(SendError::Unavailable))?;
        Ok(listener)
    }

    pub(super) fn deliver(&self, room: RoomId, tick: &Tick) {
        let rooms = lock(&self.rooms);
        let Some(seats) = rooms.get(&room) else { return };
        let messages = tick.messages.iter().map(|range| &tick.frames[range.clone()]);
        let bytes = stream_bytes(tick.position, messages);
        for seat in seats {
            seat.deliver(&bytes);
        }
    }

    pub(super) fn close(&self, which: impl Fn(&Brief) -> bool, why: Disconnect) {
        for seat in lock(&self.rooms).values().flatten() {
            if which(&Brief { room: seat.room, sign_in: seat.sign_in, who: seat.who }) {
                seat.close(why);
            }
        }
    }

    fn leave(&self, seat: &Arc<Seat>) {
        let mut rooms = lock(&self.rooms);
        if let Some(seats) = rooms.get_mut(&seat.room) {
            seats.retain(|other| !Arc::ptr_eq(other, seat));
            if seats.is_empty() {
                rooms.remove(&seat.room);
            }
        }
    }
}

/// Messages as one piece of an event stream. The last carries the position, from which `Last-Event-ID` resumes: a
/// browser takes it over when it has that message.
fn stream_bytes<'a>(position: StreamPosition, messages: impl Iterator<Item = &'a [u8]>) -> Bytes {
    let mut text = String::new();
    let mut messages = messages.peekable();
    while let Some(message) = messages.next() {
        if messages.peek().is_none() {
            text.push_str(&format!("id: {}-{}\n", position.epoch.0, position.seq.0));
        }
        push_data(message, &mut text);
    }
    text.into()
}

fn push_data(message: &[u8], out: &mut String) {
    out.push_str("data: ");
    // JSON is UTF-8 and has no line breaks of its own.
    out.push_str(&String::from_utf8_lossy(message));
    out.push_str("\n\n");
}

/// Reads a `Last-Event-ID` as this server writes it; `None` is "start anew".
pub fn parse_last_event_id(id: &str) -> Option<Resume> {
    let (epoch, seq) = id.split_once('-')?;
    Some(StreamPosition { epoch: Epoch(epoch.parse().ok()?), seq: Seq(seq.parse().ok()?) })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each critical section above leaves what it guards whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
