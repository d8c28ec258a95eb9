//! What a line thread is told by everybody else.

use bytes::Bytes;
use fanout::Tick;
use house::{Done, Resume, SendError, Welcome};
use model::{ClientKey, ConnectionId, ParticipantId, RoomId};
use protocol::Disconnect;
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Hello, SignIn};

/// Ticks waiting for one thread. A thread that is so far behind closes the lines of the rooms whose ticks it could not
/// take; they come back and resume. Everything else that is posted is bounded by the lines and what each may ask.
const TICKS_MAX: usize = 4_096;

/// One message to a thread.
#[derive(Debug)]
pub(super) enum Post {
    Adopt(Box<Adopted>),
    Tick { room: RoomId, tick: Arc<Tick> },
    Welcome { line: LineId, resume: Option<Resume>, result: Result<Box<Welcome>, SendError> },
    Answer { line: LineId, key: ClientKey, result: Result<Done, SendError> },
    ClosePerson { who: ParticipantId, room: Option<RoomId>, why: Disconnect },
    CloseSignIn { sign_in: SignIn, why: Disconnect },
    CloseLine { connection: ConnectionId, why: Disconnect },
    CloseRoom { room: RoomId, why: Disconnect },
    Stop,
}

/// A socket that changes hands.
#[derive(Debug)]
pub(super) struct Adopted {
    pub(super) socket: TcpStream,
    pub(super) tls: Option<Box<rustls::ServerConnection>>,
    pub(super) leftover: Bytes,
    pub(super) hello: Hello,
}

/// A line on its thread: its place, and who stood there, because places are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineId {
    pub(super) index: usize,
    pub(super) connection: ConnectionId,
}

/// A thread's queue. A lock and not a channel, because the thread sleeps in its poll and takes all at once.
#[derive(Debug)]
pub(super) struct Mailbox {
    inner: Mutex<Inner>,
    waker: mio::Waker,
    lines: AtomicUsize,
    stopped: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    posts: Vec<Post>,
    ticks: usize,
    /// The thread has ended: nobody would take a post.
    over: bool,
    /// Rooms the thread has lines of: other rooms' ticks need not wake it.
    rooms: BTreeSet<RoomId>,
    /// Rooms of which a tick was lost since the thread last looked.
    lost: BTreeSet<RoomId>,
}

impl Mailbox {
    pub(super) fn new(waker: mio::Waker) -> Mailbox {
        Mailbox {
            inner: Mutex::default(),
            waker,
            lines: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// Hands a post over; `false` if the thread has ended, and then the post is dropped.
    pub(super) fn post(&self, post: Post) -> bool {
        let mut inner = self.lock();
        if inner.over {
            return false;
        }
        if let Post::Adopt(_) = &post {
            self.lines.fetch_add(1, Ordering::Relaxed);
        }
        if let Post::Stop = &post {
            self.stopped.store(true, Ordering::Relaxed);
        }
        let was_empty = inner.posts.is_empty();
        inner.posts.push(post);
        drop(inner);
        self.wake(was_empty);
        true
    }

    pub(super) fn post_tick(&self, room: RoomId, tick: &Arc<Tick>) {
        let mut inner = self.lock();
        if !inner.rooms.contains(&room) {
            return;
        }
        let was_empty = inner.posts.is_empty();
        if inner.ticks < TICKS_MAX {
            inner.ticks += 1;
            inner.posts.push(Post::Tick { room, tick: tick.clone() });
        } else if inner.lost.insert(room) {
            inner.posts.push(Post::CloseRoom { room, why: Disconnect::Slow });
        }
        drop(inner);
        self.wake(was_empty);
    }

    /// Everything that was posted, in order.
    pub(super) fn take(&self, into: &mut Vec<Post>) {
        let mut inner = self.lock();
        std::mem::swap(&mut inner.posts, into);
        inner.ticks = 0;
        inner.lost.clear();
    }

    /// The thread ends: what was posted and not taken, and no more of it.
    pub(super) fn end(&self, into: &mut Vec<Post>) {
        self.stopped.store(true, Ordering::Relaxed);
        let mut inner = self.lock();
        inner.over = true;
        inner.rooms.clear();
        into.append(&mut inner.posts);
    }

    /// Says whether the thread has lines of a room.
    pub(super) fn serve(&self, room: RoomId, serves: bool) {
        let mut inner = self.lock();
        if serves {
            inner.rooms.insert(room);
        } else {
            inner.rooms.remove(&room);
        }
    }

    pub(super) fn lines(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    pub(super) fn line_gone(&self) {
        self.lines.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The thread takes all posts at once, so only the first of them has to wake it.
    fn wake(&self, was_empty: bool) {
        if was_empty && let Err(error) = self.waker.wake() {
            tracing::error!(%error, "A line thread could not be woken");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A queue is whole after every statement above, whoever failed while holding it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_ended_takes_what_waits_and_nothing_more() {
        let poll = mio::Poll::new().unwrap();
        let mailbox = Mailbox::new(mio::Waker::new(poll.registry(), mio::Token(0)).unwrap());
        let ban = || Post::ClosePerson { who: ParticipantId(1), room: None, why: Disconnect::Banned };
        let mut left = Vec::new();
        assert!(mailbox.post(ban()));
        mailbox.end(&mut left);
        assert!(!mailbox.post(ban()));
        assert!(mailbox.is_stopped());
        assert_eq!(left.len(), 1);
        left.clear();
        mailbox.take(&mut left);
        assert_eq!(left.len(), 0);
    }
}
