//! A line thread: one epoll loop that owns thousands of lines.

use bytes::Bytes;
use fanout::Tick;
use house::{Clock, Done, Reply, Resume, RoomHandle, SendError, Welcome};
use mio::{Events, Interest, Poll, Token};
use model::{ClientKey, ConnectionId, ParticipantId, RoomId};
use protocol::{ClientMessage, Disconnect, ErrorCode, Order};
use room::Refusal;
use slab::Slab;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::frame;
use super::mailbox::{Adopted, LineId, Mailbox, Post};
use super::one::{self, Heard, Line, Stage, Trouble};
use super::socket::{Incoming, Socket};
use super::{LinesConfig, reconnect_ms};
use crate::orders::Orders;
use crate::{decode, encode};

const WAKER: Token = Token(usize::MAX);

/// Readiness taken from the kernel at a time.
const EVENTS_MAX: usize = 1_024;

/// What is read from one line at a time. One buffer serves the whole thread.
const READ_BYTES: usize = 16 * 1024;

/// Reads of one line before the others have their turn again; a line that has more to say by then says too much.
const READS_MAX: usize = 32;

/// Orders of one line that the room has not answered. More is a client that does not wait.
const UNANSWERED_MAX: u32 = 64;

/// How much the kernel may hold for one line. A small buffer shows a slow reader early.
const KERNEL_BYTES: usize = 64 * 1024;

/// The lines are visited in so many turns, spread over the time between two pings: pinged, and closed if they have been
/// silent too long.
const TURNS: u64 = 25;
/// How long a line may take to say `Join`.
const JOIN_MS: u64 = 10_000;
/// How long a closed line is given to read why.
const CLOSING_MS: u64 = 2_000;
/// How soon what found a full inbox is put to the room again.
const RETRY: Duration = Duration::from_millis(20);
/// How often a thread that ends tells a room with a full inbox who has left: for a second, as long as a stop may take.
const LEAVES_MAX: u32 = 50;

/// Starts a thread.
pub(super) fn start(
    number: usize,
    config: &LinesConfig,
    clock: Arc<dyn Clock>,
    open: Arc<AtomicUsize>,
    orders: Orders,
) -> std::io::Result<(Arc<Mailbox>, std::thread::JoinHandle<()>)> {
    let thread = LineThread::new(config, clock, open, orders)?;
    let mailbox = thread.mailbox.clone();
    let join = std::thread::Builder::new().name(format!("lines-{number}")).spawn(move || thread.run())?;
    Ok((mailbox, join))
}

struct LineThread {
    poll: Poll,
    mailbox: Arc<Mailbox>,
    clock: Arc<dyn Clock>,
    open: Arc<AtomicUsize>,
    orders: Orders,
    outbox_bytes_max: usize,
    started: Instant,
    now_ms: u64,
    lines: Slab<Line>,
    /// Lines taken from the mailbox and not given back: those above, and one that is just coming or going.
    held: usize,
    rooms: BTreeMap<RoomId, RoomLines>,
    /// What found a full inbox. Bounded by the lines: each has one `Join` and one `Leave`.
    retries: VecDeque<Retry>,
    closing: VecDeque<LineId>,
    turn_ms: u64,
    silent_ms: u64,
    /// The turns that have been had.
    visited: u64,
    stop_at_ms: Option<u64>,
    buffer: Vec<u8>,
    heard: Vec<Heard>,
    /// What was taken from the mailbox and is still to be done, the next of it last.
    posts: Vec<Post>,
}

/// The lines of one room.
struct RoomLines {
    handle: RoomHandle,
    /// Those that hear its ticks. Invariant: `lines[welcomed[i]].place == i`.
    welcomed: Vec<usize>,
    /// All of them.
    count: usize,
}

enum Retry {
    Join(LineId, Option<Resume>),
    Leave(RoomHandle, ConnectionId),
}

impl LineThread {
    fn new(
        config: &LinesConfig,
        clock: Arc<dyn Clock>,
        open: Arc<AtomicUsize>,
        orders: Orders,
    ) -> std::io::Result<LineThread> {
        let poll = Poll::new()?;
        let mailbox = Arc::new(Mailbox::new(mio::Waker::new(poll.registry(), WAKER)?));
        Ok(LineThread {
            poll,
            mailbox,
            clock,
            open,
            orders,
            outbox_bytes_max: config.outbox_bytes_max,
            started: Instant::now(),
            now_ms: 0,
            lines: Slab::new(),
            held: 0,
            rooms: BTreeMap::new(),
            retries: VecDeque::new(),
            closing: VecDeque::new(),
            turn_ms: u64::try_from(config.ping_every.as_millis()).unwrap_or(u64::MAX).div_ceil(TURNS).max(1),
            silent_ms: u64::try_from(config.silent_after.as_millis()).unwrap_or(u64::MAX),
            visited: 0,
            stop_at_ms: None,
            buffer: vec![0; READ_BYTES],
            heard: Vec::new(),
            posts: Vec::new(),
        })
    }

    fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS_MAX);
        while !self.is_over() {
            // What a panic may have left half done is thrown away, so nobody sees it afterwards.
            match catch_unwind(AssertUnwindSafe(|| self.turn(&mut events))) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "A line thread cannot wait for its sockets; its lines are closed");
                    break;
                }
                Err(_) => {
                    tracing::error!(
                        lines = self.held,
                        "A line thread failed; its lines are closed and it goes on"
                    );
                    self.lose_lines();
                }
            }
        }
        // From here on new sockets are refused: there is nobody left to take them.
        self.mailbox.end(&mut self.posts);
        self.lose_lines();
        for _ in 0..LEAVES_MAX {
            if self.retries.is_empty() {
                break;
            }
            std::thread::sleep(RETRY);
            self.retry();
        }
    }

    fn turn(&mut self, events: &mut Events) -> std::io::Result<()> {
        if let Err(error) = self.poll.poll(events, self.wait())
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        self.now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        for event in &*events {
            if event.token() != WAKER {
                self.ready(event.token().0, event.is_readable(), event.is_writable());
            }
        }
        self.mailbox.take(&mut self.posts);
        self.posts.reverse();
        while let Some(post) = self.posts.pop() {
            self.take_post(post);
        }
        self.retry();
        self.end_closing();
        self.visit();
        Ok(())
    }

    /// Closes every line without a word; their rooms hear of it. Clients come back by themselves.
    fn lose_lines(&mut self) {
        self.retries.retain(|retry| matches!(retry, Retry::Leave(..)));
        for line in self.lines.drain() {
            let Some(room) = self.rooms.get(&line.room) else { continue };
            match line.stage {
                Stage::Silent | Stage::Closing => {}
                Stage::Joining | Stage::Welcomed => {
                    if !room.handle.try_leave(line.connection) {
                        self.retries.push_back(Retry::Leave(room.handle.clone(), line.connection));
                    }
                }
            }
        }
        for (room, _) in std::mem::take(&mut self.rooms) {
            self.mailbox.serve(room, false);
        }
        self.closing.clear();
        self.heard.clear();
        // Whoever was reading had taken it along.
        self.buffer.resize(READ_BYTES, 0);
        for post in std::mem::take(&mut self.posts) {
            match post {
                Post::Adopt(_) => self.held += 1,
                Post::Stop => self.stop_at_ms = Some(self.now_ms),
                // They are about lines that are gone.
                Post::Tick { .. }
                | Post::Welcome { .. }
                | Post::Answer { .. }
                | Post::ClosePerson { .. }
                | Post::CloseSignIn { .. }
                | Post::CloseLine { .. }
                | Post::CloseRoom { .. } => {}
            }
        }
        while self.held > 0 {
            self.give_back();
        }
    }

    /// The place of a line that is gone is free for another.
    fn give_back(&mut self) {
        self.held = self.held.saturating_sub(1);
        self.mailbox.line_gone();
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.stop_at_ms.is_some_and(|at| self.lines.is_empty() || self.now_ms >= at)
    }

    /// How long to sleep when nothing happens: for ever without lines.
    fn wait(&self) -> Option<Duration> {
        if !self.retries.is_empty() {
            return Some(RETRY);
        }
        if self.lines.is_empty() {
            return None;
        }
        let turn_ms = self.turn_ms - self.now_ms % self.turn_ms;
        let wait_ms = if self.closing.is_empty() { turn_ms } else { turn_ms.min(100) };
        Some(Duration::from_millis(wait_ms))
    }

    fn take_post(&mut self, post: Post) {
        match post {
            Post::Adopt(adopted) => self.adopt(*adopted),
            Post::Tick { room, tick } => self.deliver(room, &tick),
            Post::Welcome { line, resume, result } => self.welcome(line, resume, result),
            Post::Answer { line, key, result } => self.answer(line, key, result),
            Post::ClosePerson { who, room, why } => {
                self.close_where(why, |line| line.is(who) && room.is_none_or(|room| room == line.room));
            }
            Post::CloseSignIn { sign_in, why } => self.close_where(why, |line| line.sign_in == Some(sign_in)),
            Post::CloseLine { connection, why } => {
                self.close_where(why, |line| line.connection == connection)
            }
            Post::CloseRoom { room, why } => self.close_where(why, |line| line.room == room),
            Post::Stop => {
                self.stop_at_ms = Some(self.now_ms + 1_000);
                self.close_where(Disconnect::Restart, |_| true);
            }
        }
    }

    fn adopt(&mut self, adopted: Adopted) {
        self.held += 1;
        let Adopted { socket, tls, leftover, hello } = adopted;
        // Without it the kernel chooses, and a slow reader is noticed later.
        let _ = socket2::SockRef::from(&socket).set_send_buffer_size(KERNEL_BYTES);
        let mut socket = Socket::new(mio::net::TcpStream::from_std(socket), tls);
        let entry = self.lines.vacant_entry();
        let index = entry.key();
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.poll.registry().register(socket.stream(), Token(index), interest) {
            tracing::warn!(%error, "A line could not be watched and is closed");
            self.give_back();
            return;
        }
        entry.insert(Line::new(socket, &hello, self.now_ms));
        let id = hello.room.id();
        let mailbox = &self.mailbox;
        let room = self.rooms.entry(id).or_insert_with(|| {
            mailbox.serve(id, true);
            RoomLines { handle: hello.room, welcomed: Vec::new(), count: 0 }
        });
        room.count += 1;
        if !leftover.is_empty() {
            let mut heard = std::mem::take(&mut self.heard);
            if let Some(line) = self.lines.get_mut(index) {
                line.take(&mut leftover.to_vec(), self.now_ms, &mut heard);
            }
            self.act(index, &mut heard);
            self.heard = heard;
        }
        // The TLS state may hold what the HTTP side has read from the socket; no readiness will tell of that.
        self.ready(index, true, false);
    }

    fn ready(&mut self, index: usize, readable: bool, writable: bool) {
        if writable && self.lines.get(index).is_some_and(Line::is_behind) {
            self.flush(index);
        }
        if !readable {
            return;
        }
        let mut heard = std::mem::take(&mut self.heard);
        let mut buffer = std::mem::take(&mut self.buffer);
        for reads in 1.. {
            let Some(line) = self.lines.get_mut(index) else { break };
            let incoming = line.read(&mut buffer, self.now_ms, &mut heard);
            self.act(index, &mut heard);
            match incoming {
                Incoming::Bytes(_) if reads < READS_MAX => {}
                // Readiness is told once, so stopping here would leave the rest unread for ever.
                Incoming::Bytes(_) => self.drop_line(index),
                Incoming::Nothing => break,
                Incoming::Gone => self.drop_line(index),
            }
        }
        self.heard = heard;
        self.buffer = buffer;
    }

    fn flush(&mut self, index: usize) {
        let Some(line) = self.lines.get_mut(index) else { return };
        match line.flush() {
            Ok(()) if line.stage == Stage::Closing && !line.is_behind() => line.socket.finish(),
            Ok(()) => {}
            Err(_) => self.drop_line(index),
        }
    }

    fn act(&mut self, index: usize, heard: &mut Vec<Heard>) {
        for said in heard.drain(..) {
            match self.lines.get(index) {
                Some(line) if line.stage != Stage::Closing => self.act_on(index, said),
                Some(_) | None => {}
            }
        }
    }

    fn act_on(&mut self, index: usize, said: Heard) {
        match said {
            Heard::Message(ClientMessage::Join { join: true, resume }) => self.join(index, resume),
            Heard::Message(ClientMessage::Join { join: false, .. }) | Heard::Unknown(None) => {
                self.close(index, Disconnect::BadMessage);
            }
            Heard::Message(ClientMessage::Order { key, order }) => self.order(index, ClientKey(key), order),
            Heard::Unknown(Some(key)) => {
                self.own(
                    index,
                    &encode::refused(ClientKey(key), ErrorCode::BadRequest, decode::UNKNOWN, None),
                );
            }
            Heard::Ping(pong) => self.own_frame(index, pong),
            Heard::Close => self.close_with(index, 1000, None),
            Heard::Broken(error) => self.close_with(index, error.code(), None),
            Heard::Flood => self.close(index, Disconnect::Flood),
        }
    }

    fn join(&mut self, index: usize, resume: Option<protocol::Resume>) {
        let Some(line) = self.lines.get_mut(index) else { return };
        if line.stage != Stage::Silent {
            return self.close(index, Disconnect::BadMessage);
        }
        line.stage = Stage::Joining;
        self.ask_to_join(index, resume.map(one::position));
    }

    fn ask_to_join(&mut self, index: usize, resume: Option<Resume>) {
        let Some(line) = self.lines.get(index) else { return };
        let id = LineId { index, connection: line.connection };
        let mailbox = self.mailbox.clone();
        let reply = Reply::call(move |result: Result<Welcome, SendError>| {
            mailbox.post(Post::Welcome { line: id, resume, result: result.map(Box::new) });
        });
        let who = line.who.as_deref().cloned();
        if let Some(room) = self.rooms.get(&line.room) {
            room.handle.try_join(id.connection, who, resume, reply);
        }
    }

    fn welcome(&mut self, id: LineId, resume: Option<Resume>, result: Result<Box<Welcome>, SendError>) {
        let index = id.index;
        let Some(line) = self.find(id) else { return };
        if line.stage != Stage::Joining {
            return;
        }
        let welcome = match result {
            Ok(welcome) => welcome,
            Err(SendError::Busy) => return self.retries.push_back(Retry::Join(id, resume)),
            Err(error) => return self.close(index, refused_at_the_door(error)),
        };
        let Some(line) = self.lines.get_mut(index) else { return };
        let Some(room) = self.rooms.get_mut(&line.room) else { return };
        line.stage = Stage::Welcomed;
        line.place = room.welcomed.len();
        room.welcomed.push(index);
        let json = encode::welcome(&welcome, room.handle.slug(), line.who.as_deref());
        self.own(index, &json);
    }

    fn order(&mut self, index: usize, key: ClientKey, order: Order) {
        let Some(line) = self.lines.get_mut(index) else { return };
        if line.stage != Stage::Welcomed {
            return self.close(index, Disconnect::BadMessage);
        }
        if order == Order::Ping {
            let pong = encode::pong(key, self.clock.now());
            return self.own(index, &pong);
        }
        let by = line.who.as_ref().map(|who| who.id).ok_or(Refusal::NotPresent);
        let command = match by.and_then(|by| decode::command(order, by, key)) {
            Ok(command) => command,
            Err(refusal) => {
                let refused = SendError::Refused(refusal);
                self.orders.answered::<Done>(&Err(refused));
                return self.own(index, &encode::not_sent(key, refused));
            }
        };
        line.unanswered += 1;
        if line.unanswered > UNANSWERED_MAX {
            return self.close(index, Disconnect::Flood);
        }
        let id = LineId { index, connection: line.connection };
        let mailbox = self.mailbox.clone();
        let reply = Reply::call(move |result| {
            mailbox.post(Post::Answer { line: id, key, result });
        });
        if let Some(room) = self.rooms.get(&line.room) {
            room.handle.try_send(command, reply);
        }
    }

    fn answer(&mut self, id: LineId, key: ClientKey, result: Result<Done, SendError>) {
        self.orders.answered(&result);
        let Some(line) = self.find(id) else { return };
        line.unanswered = line.unanswered.saturating_sub(1);
        if line.stage != Stage::Welcomed {
            return;
        }
        let json = match result {
            Ok(done) => encode::done(key, &done),
            Err(error) => encode::not_sent(key, error),
        };
        self.own(id.index, &json);
    }

    fn deliver(&mut self, room: RoomId, tick: &Tick) {
        let Some(room) = self.rooms.get(&room) else { return };
        let mut troubled = Vec::new();
        for index in &room.welcomed {
            let Some(line) = self.lines.get_mut(*index) else { continue };
            if let Err(trouble) = line.deliver(tick, self.outbox_bytes_max) {
                troubled.push((*index, trouble));
            }
        }
        for (index, trouble) in troubled {
            self.trouble(index, trouble);
        }
    }

    fn own(&mut self, index: usize, json: &[u8]) {
        self.own_frame(index, frame::text_frame(json));
    }

    fn own_frame(&mut self, index: usize, bytes: Bytes) {
        let Some(line) = self.lines.get_mut(index) else { return };
        if let Err(trouble) = line.own(bytes, self.outbox_bytes_max) {
            self.trouble(index, trouble);
        }
    }

    fn trouble(&mut self, index: usize, trouble: Trouble) {
        match trouble {
            Trouble::Gone => self.drop_line(index),
            Trouble::Slow => self.close(index, Disconnect::Slow),
        }
    }

    fn close_where(&mut self, why: Disconnect, which: impl Fn(&Line) -> bool) {
        let chosen: Vec<usize> =
            self.lines.iter().filter(|(_, line)| which(line)).map(|(index, _)| index).collect();
        for index in chosen {
            self.close(index, why);
        }
    }

    /// Says why, and closes.
    fn close(&mut self, index: usize, why: Disconnect) {
        let Some(line) = self.lines.get(index) else { return };
        let reconnect = reconnect_ms(why, line.connection);
        self.close_with(index, why.code(), Some(encode::closing(why, reconnect)));
    }

    fn close_with(&mut self, index: usize, code: u16, message: Option<Vec<u8>>) {
        if self.lines.get(index).is_none_or(|line| line.stage == Stage::Closing) {
            return;
        }
        self.leave_room(index);
        let mut last_words = Vec::new();
        if let Some(message) = message {
            frame::push_text(&message, &mut last_words);
        }
        frame::push_close(code, &mut last_words);
        let Some(line) = self.lines.get_mut(index) else { return };
        let id = LineId { index, connection: line.connection };
        match line.close(last_words.into(), self.now_ms, self.outbox_bytes_max) {
            Ok(()) => {
                if !line.is_behind() {
                    line.socket.finish();
                }
                self.closing.push_back(id);
            }
            Err(_) => self.drop_line(index),
        }
    }

    /// Takes a line out of its room, which hears of it.
    fn leave_room(&mut self, index: usize) {
        let Some(line) = self.lines.get(index) else { return };
        let (id, stage, place, connection) = (line.room, line.stage, line.place, line.connection);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        match stage {
            Stage::Closing => return,
            Stage::Silent => {}
            Stage::Joining | Stage::Welcomed => {
                if !room.handle.try_leave(connection) {
                    self.retries.push_back(Retry::Leave(room.handle.clone(), connection));
                }
            }
        }
        if stage == Stage::Welcomed {
            room.welcomed.swap_remove(place);
            if let Some(moved) = room.welcomed.get(place)
                && let Some(line) = self.lines.get_mut(*moved)
            {
                line.place = place;
            }
        }
        room.count -= 1;
        if room.count == 0 {
            self.rooms.remove(&id);
            self.mailbox.serve(id, false);
        }
    }

    /// Lets go of a line. It may be gone already: acting on what it said includes writing to it, which may find the
    /// other end gone.
    fn drop_line(&mut self, index: usize) {
        self.leave_room(index);
        let Some(mut line) = self.lines.try_remove(index) else { return };
        // A socket that is gone needs no farewell from the poll either.
        let _ = self.poll.registry().deregister(line.socket.stream());
        self.give_back();
    }

    fn find(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.get_mut(id.index).filter(|line| line.connection == id.connection)
    }

    fn retry(&mut self) {
        for _ in 0..self.retries.len() {
            match self.retries.pop_front() {
                Some(Retry::Join(id, resume)) => {
                    if self.find(id).is_some_and(|line| line.stage == Stage::Joining) {
                        self.ask_to_join(id.index, resume);
                    }
                }
                Some(Retry::Leave(room, connection)) => {
                    if !room.try_leave(connection) {
                        self.retries.push_back(Retry::Leave(room, connection));
                        return;
                    }
                }
                None => return,
            }
        }
    }

    fn end_closing(&mut self) {
        while let Some(id) = self.closing.front().copied() {
            let now_ms = self.now_ms;
            match self.find(id) {
                Some(line) if line.heard_ms + CLOSING_MS > now_ms => return,
                Some(_) => self.drop_line(id.index),
                None => {}
            }
            self.closing.pop_front();
        }
    }

    /// The lines whose turn it is: no line has a timer of its own.
    fn visit(&mut self) {
        let now = self.now_ms / self.turn_ms;
        // A thread that was held up for long visits each line once, not once per turn missed.
        let from = (self.visited + 1).max((now + 1).saturating_sub(TURNS));
        for turn in from..=now {
            // The remainder is below 25.
            for index in ((turn % TURNS) as usize..self.lines.capacity()).step_by(TURNS as usize) {
                self.visit_line(index);
            }
        }
        self.visited = now;
    }

    fn visit_line(&mut self, index: usize) {
        let Some(line) = self.lines.get_mut(index) else { return };
        let silent_ms = self.now_ms.saturating_sub(line.heard_ms);
        match line.stage {
            Stage::Closing => {}
            Stage::Silent if silent_ms > JOIN_MS => self.close(index, Disconnect::Silent),
            Stage::Joining | Stage::Welcomed if silent_ms > self.silent_ms => {
                self.close(index, Disconnect::Silent);
            }
            // Who has not read what came before would not see the ping either.
            Stage::Silent | Stage::Joining | Stage::Welcomed if line.is_behind() => {}
            Stage::Silent | Stage::Joining | Stage::Welcomed => {
                self.own_frame(index, Bytes::from_static(&frame::PING));
            }
        }
    }
}

impl Line {
    fn is(&self, who: ParticipantId) -> bool {
        self.who.as_ref().is_some_and(|own| own.id == who)
    }
}

fn refused_at_the_door(error: SendError) -> Disconnect {
    match error {
        SendError::Refused(Refusal::Banned { .. }) => Disconnect::Banned,
        SendError::Refused(Refusal::Full) => Disconnect::Full,
        SendError::Refused(_) => Disconnect::NotAllowed,
        SendError::Busy | SendError::Unavailable => Disconnect::Fault,
        SendError::Closed => Disconnect::Restart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_gone_can_go_again() {
        let open = Arc::new(AtomicUsize::new(1));
        let clock = Arc::new(house::WallClock::default());
        let mut thread =
            LineThread::new(&LinesConfig::default(), clock, open.clone(), Orders::default()).unwrap();
        thread.drop_line(0);
        thread.close(0, Disconnect::Slow);
        thread.own(0, b"{}");
        thread.flush(0);
        assert_eq!(open.load(Ordering::Relaxed), 1, "no other line's place was given away");
    }
}
