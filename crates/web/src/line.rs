//! Lines: who listens to a room, thousands of them on few threads.
//!
//! A WebSocket costs a task, two buffers and a wake-up per message where a runtime drives it. Here a *line thread* owns
//! thousands of sockets in one epoll loop: it writes the bytes of a room's tick, encoded once, to each with one
//! `write()`, and keeps an outbox only for those who lag. An idle line is a socket and some hundred bytes.
//!
//! ```text
//! after the upgrade   Lines::adopt(socket, tls, leftover, hello)
//! event streams       Lines::listen(hello, resume) -> Listener, driven by tokio
//! from the rooms      Audience::{deliver, put_out, close}
//! from the doors      Lines::{close_person, close_sign_in, close_room}
//! ```

mod bucket;
mod frame;
mod listener;
mod mailbox;
mod one;
mod socket;
mod streams;
mod thread;

pub(crate) use frame::push_text;
pub use frame::{Frame, FrameError, FrameReader};
pub use listener::{Listener, parse_last_event_id};

use bytes::Bytes;
use fanout::Tick;
use house::{Audience, Clock, Farewell, RoomHandle, SendError};
use model::{ConnectionId, Origin, ParticipantId, RoomId};
use protocol::Disconnect;
use room::Who;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use thiserror::Error;

use listener::Listeners;
use mailbox::{Mailbox, Post};
use streams::Streams;

use crate::orders::Orders;

/// How the lines are kept.
#[derive(Debug, Clone)]
pub struct LinesConfig {
    /// Threads; 0 is one per core.
    pub threads: usize,
    /// Open lines of both kinds, all rooms together. Past it a new one is refused.
    pub lines_max: usize,
    /// Open event streams, of the lines above. Past it a new one is refused.
    pub streams_max: usize,
    /// Of these, open event streams from one address. Past it a new one from there is refused.
    pub streams_per_address_max: usize,
    /// What one lagging reader may be owed, in bytes. Past it: see [`fanout::Outbox`].
    pub outbox_bytes_max: usize,
    /// How often a line is pinged. All lines of a thread are spread over this time.
    pub ping_every: Duration,
    /// How long a line may say nothing, a pong included, before it is closed.
    pub silent_after: Duration,
}

impl Default for LinesConfig {
    fn default() -> LinesConfig {
        LinesConfig {
            threads: 0,
            lines_max: 100_000,
            streams_max: 16_384,
            streams_per_address_max: 2_048,
            outbox_bytes_max: 256 * 1024,
            ping_every: Duration::from_secs(25),
            silent_after: Duration::from_secs(60),
        }
    }
}

/// Which sign-in a line was opened with: a number of the door's own choosing, compared and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn(pub u64);

/// Who is at the other end of a new line, as the door knows them.
#[derive(Debug, Clone)]
pub struct Hello {
    /// The room. The line holds it open.
    pub room: RoomHandle,
    /// The line's id, from `house::Ids::connection`.
    pub connection: ConnectionId,
    /// The person; `None` for one who has not said who they are.
    pub who: Option<Who>,
    /// With which sign-in, to close the line when that ends.
    pub sign_in: Option<SignIn>,
}

/// Why a line was not taken.
#[derive(Debug, Error)]
pub enum AdoptError {
    /// As many lines are open as the server takes.
    #[error("the server has as many lines open as it takes; try again later")]
    Full,
    /// As many event streams are open as the server takes.
    #[error("as many event streams are open as the server takes; open a WebSocket, or try again later")]
    StreamsFull,
    /// As many event streams are open from one address as the server takes from one.
    #[error("as many event streams are open from this address as the server takes; open a WebSocket")]
    StreamsFullThere,
    /// The server is stopping.
    #[error("the server is stopping; come back in a moment")]
    Stopping,
    /// The socket could not be handed over.
    #[error("the socket could not be handed over")]
    Io(#[from] std::io::Error),
}

/// Every open line of the server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lines {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: LinesConfig,
    threads: Vec<Thread>,
    listeners: Listeners,
    /// Lines on all threads and listeners.
    open: Arc<AtomicUsize>,
    /// Of these the listeners.
    streams: Arc<Streams>,
    orders: Orders,
}

#[derive(Debug)]
struct Thread {
    mailbox: Arc<Mailbox>,
    join: std::sync::Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Lines {
    /// Starts the threads.
    pub fn start(config: LinesConfig, clock: Arc<dyn Clock>) -> std::io::Result<Lines> {
        let count = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let open = Arc::new(AtomicUsize::new(0));
        let streams = Streams::new(config.streams_max, config.streams_per_address_max);
        let orders = Orders::default();
        let threads = (0..count)
            .map(|number| {
                let (mailbox, join) =
                    thread::start(number, &config, clock.clone(), open.clone(), orders.clone())?;
                Ok(Thread { mailbox, join: std::sync::Mutex::new(Some(join)) })
            })
            .collect::<std::io::Result<Vec<Thread>>>()?;
        let listeners = Listeners::default();
        Ok(Lines { shared: Arc::new(Shared { config, threads, listeners, open, streams, orders }) })
    }

    /// Takes a socket after its WebSocket upgrade was answered. `tls` is the state of an encrypted one, and `leftover` what the
    /// HTTP side has read beyond the request. The line says [`protocol::ClientMessage::Join`] next.
    pub fn adopt(
        &self,
        socket: TcpStream,
        tls: Option<rustls::ServerConnection>,
        leftover: Bytes,
        hello: Hello,
    ) -> Result<(), AdoptError> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        self.count_one()?;
        let lightest = self.shared.threads.iter().min_by_key(|thread| thread.mailbox.lines());
        let thread = lightest.expect("there is at least one thread");
        let adopted = mailbox::Adopted { socket, tls: tls.map(Box::new), leftover, hello };
        if !thread.mailbox.post(Post::Adopt(Box::new(adopted))) {
            self.shared.open.fetch_sub(1, Ordering::Relaxed);
            return Err(AdoptError::Stopping);
        }
        Ok(())
    }

    /// Opens an event stream: the room's welcome first, then everything a WebSocket is told. Dropping the listener leaves
    /// the room.
    pub async fn listen(
        &self,
        hello: Hello,
        from: Origin,
        resume: Option<house::Resume>,
    ) -> Result<Listener, ListenError> {
        self.count_one()?;
        let open = listener::OpenLine::counted(self.shared.open.clone());
        let place = self.shared.streams.take(from)?;
        Ok(self.shared.listeners.open(hello, resume, (open, place)).await?)
    }

    /// Closes one line that was adopted.
    pub fn close_line(&self, connection: ConnectionId, why: Disconnect) {
        self.post_all(|| Post::CloseLine { connection, why });
    }

    /// Closes every line of a person, in one room or in all.
    pub fn close_person(&self, who: ParticipantId, room: Option<RoomId>, why: Disconnect) {
        self.post_all(|| Post::ClosePerson { who, room, why });
        self.shared.listeners.close(|hello| hello.is(who) && room.is_none_or(|id| id == hello.room), why);
    }

    /// Closes every line that was opened with a sign-in that has ended.
    pub fn close_sign_in(&self, sign_in: SignIn) {
        let why = Disconnect::SignedOut;
        self.post_all(|| Post::CloseSignIn { sign_in, why });
        self.shared.listeners.close(|hello| hello.sign_in == Some(sign_in), why);
    }

    /// Closes every line of a room.
    pub fn close_room(&self, room: RoomId, why: Disconnect) {
        self.post_all(|| Post::CloseRoom { room, why });
        self.shared.listeners.close(|hello| hello.room == room, why);
    }

    /// What became of the orders that came over the lines.
    pub(crate) fn orders(&self) -> &Orders {
        &self.shared.orders
    }

    /// How many lines are open.
    pub fn count(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }

    /// Tells every line to come back later and ends the threads. Blocks for two seconds at most; no line is taken afterwards.
    pub fn stop(&self) {
        self.shared.listeners.close(|_| true, Disconnect::Restart);
        self.post_all(|| Post::Stop);
        for thread in &self.shared.threads {
            let join = thread.join.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            if let Some(join) = join {
                // A thread that failed has closed its lines by failing.
                let _ = join.join();
            }
        }
    }

    fn count_one(&self) -> Result<(), AdoptError> {
        if self.shared.threads.iter().any(|thread| thread.mailbox.is_stopped()) {
            return Err(AdoptError::Stopping);
        }
        if self.shared.open.fetch_add(1, Ordering::Relaxed) >= self.shared.config.lines_max {
            self.shared.open.fetch_sub(1, Ordering::Relaxed);
            return Err(AdoptError::Full);
        }
        Ok(())
    }

    fn post_all(&self, post: impl Fn() -> Post) {
        for thread in &self.shared.threads {
            thread.mailbox.post(post());
        }
    }
}

/// Why an event stream did not open.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The server takes no more.
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    /// The room said no.
    #[error(transparent)]
    Room(#[from] SendError),
}

impl Audience for Lines {
    fn deliver(&self, room: RoomId, tick: &Arc<Tick>) {
        for thread in &self.shared.threads {
            thread.mailbox.post_tick(room, tick);
        }
        self.shared.listeners.deliver(room, tick);
    }

    fn put_out(&self, room: RoomId, who: ParticipantId, why: Farewell) {
        self.close_person(who, Some(room), disconnect(why));
    }

    fn close(&self, room: RoomId, why: Farewell) {
        self.close_room(room, disconnect(why));
    }
}

fn disconnect(why: Farewell) -> Disconnect {
    match why {
        Farewell::Banned => Disconnect::Banned,
        Farewell::Reenter => Disconnect::Reenter,
        Farewell::Fault => Disconnect::Fault,
        Farewell::Restart => Disconnect::Restart,
    }
}

/// How long to wait before coming back, in milliseconds, spread out so that a room does not return in one moment;
/// `None` for who is not to come back by themselves.
fn reconnect_ms(why: Disconnect, connection: ConnectionId) -> Option<u32> {
    let (least, spread): (u32, u32) = match why {
        Disconnect::Restart => (1_000, 10_000),
        Disconnect::Fault => (500, 3_000),
        Disconnect::Slow => (1_000, 2_000),
        Disconnect::Silent | Disconnect::Reenter => (0, 1_000),
        Disconnect::Full => (5_000, 10_000),
        Disconnect::BadMessage
        | Disconnect::Flood
        | Disconnect::Banned
        | Disconnect::SignedOut
        | Disconnect::NotAllowed => return None,
    };
    // Neighbouring ids land far apart, and no luck is needed. The shift leaves 32 bits.
    let scattered = (connection.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32;
    Some(least + scattered % spread)
}
