//! One room's task: takes what has gathered, decides, writes, shows, answers.

use fanout::{Counts, Recovery};
use model::{ParticipantId, Seq, ShowId, StreamPosition, Timestamp};
use room::{Access, Answer, Command, Entry, Event, Live, Refusal, View};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use store::{EventLog, RoomRecord, Rooms, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::handle::{INBOX_MAX, Look, Mail, RoomHandle, RoomInfo, Shared};
use crate::loaded::Loaded;
use crate::welcome::recent_talk;
use crate::{
    Audience, Clock, Done, Encode, Farewell, Ids, Reply, Resume, SendError, Shown, TickParts, Welcome,
};

/// Commands decided at one time and written in one transaction. What comes while it is written makes the next batch.
const BATCH_MAX: usize = 256;

/// A busy room begins a batch at most this often: what comes meanwhile is written with one sync and one transaction
/// together. It is a fifth of a tick, so nothing is shown later for it, and a lone command waits for nothing. At 500
/// messages a second, half of the processor time was in writing each of them by itself.
const GATHER: Duration = Duration::from_millis(10);

/// The waits between tries to read a room anew after a fault: doubled from the first to the last.
const RELOAD_WAIT: Duration = Duration::from_millis(100);
const RELOAD_WAIT_MAX: Duration = Duration::from_secs(5);

/// Likes of one tick that are answered when they are written. Past it they are answered at once, as counted: a crash
/// within the same tick may then lose them.
const LIKES_MAX: usize = 4_096;

const NOTHING_NEW: Done = Done { entry: None, seq: None };

/// What all rooms share.
pub(crate) struct House {
    pub(crate) rooms: Arc<dyn Rooms>,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) encoder: Arc<dyn Encode>,
    pub(crate) audience: Arc<dyn Audience>,
    stop: watch::Sender<bool>,
}

impl House {
    pub(crate) fn new(
        rooms: Arc<dyn Rooms>,
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        encoder: Arc<dyn Encode>,
        audience: Arc<dyn Audience>,
    ) -> House {
        House { rooms, log, clock, ids, encoder, audience, stop: watch::channel(false).0 }
    }

    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

/// A room in memory, as the registry holds it.
pub(crate) struct Running {
    pub(crate) handle: RoomHandle,
    task: JoinHandle<()>,
    was_idle: bool,
}

impl Running {
    pub(crate) fn is_alive(&self) -> bool {
        !self.task.is_finished()
    }

    /// Whether nobody has needed the room, now and when this was asked last.
    pub(crate) fn was_idle_twice(&mut self) -> bool {
        let view = self.handle.view();
        let idle = self.handle.is_only_one() && view.present == 0 && view.live == Live::Off;
        std::mem::replace(&mut self.was_idle, idle) && idle
    }

    /// Lets the room go and waits until it has written its last.
    pub(crate) async fn stopped(self) {
        drop(self.handle);
        // A task that panicked has written nothing it did not say.
        let _ = self.task.await;
    }
}

/// Opens a room from its log.
pub(crate) async fn start(house: Arc<House>, record: RoomRecord) -> Result<Running, StoreError> {
    let loaded = Loaded::from_log(&house, record).await?;
    let (to_inbox, inbox) = mpsc::channel(INBOX_MAX);
    let (to_view, view) = watch::channel(Arc::new(loaded.room.view()));
    let info = RoomInfo {
        id: loaded.record.id,
        slug: loaded.record.slug.clone(),
        epoch: loaded.record.epoch,
        host: loaded.record.host,
    };
    let handle = RoomHandle::new(Arc::new(Shared { info, inbox: to_inbox, view }));
    let stopping = house.stopping();
    let actor = RoomActor { house, loaded, view: to_view, publisher: None, likes: Vec::new() };
    tracing::info!(room.id = %actor.loaded.record.id, "Opened room `{}`", actor.loaded.record.slug);
    let task = tokio::spawn(actor.run(inbox, stopping));
    Ok(Running { handle, task, was_idle: false })
}

struct RoomActor {
    house: Arc<House>,
    loaded: Loaded,
    view: watch::Sender<Arc<View>>,
    /// The show whose publisher is connected. A room that is read anew from its log has to be told of it again.
    publisher: Option<ShowId>,
    /// Likes that the room has counted and not written yet: it merges those of a tick. Bounded by [`LIKES_MAX`].
    likes: Vec<Reply<Done>>,
}

/// One batch after the room has decided it and before it is written.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    answers: Vec<(Reply<Done>, Result<Answer, Refusal>)>,
    likes: Vec<Reply<Done>>,
    joins: Vec<(Joining, Result<Answer, Refusal>)>,
    looks: Vec<Look>,
}

struct Joining {
    who: Option<ParticipantId>,
    resume: Option<Resume>,
    reply: Reply<Welcome>,
}

/// The batch came to nothing: the log did not take it, or the room's own code failed.
#[derive(Debug)]
enum Fault {
    Store(StoreError),
    Panic,
}

impl RoomActor {
    async fn run(mut self, mut inbox: mpsc::Receiver<Mail>, mut stopping: watch::Receiver<bool>) {
        let mut closing = false;
        let mut begun: Option<tokio::time::Instant> = None;
        loop {
            let mut mails = Vec::new();
            let wait = self.wait();
            tokio::select! {
                count = inbox.recv_many(&mut mails, BATCH_MAX) => if count == 0 { break },
                () = sleep(wait) => {}
                () = told_to_stop(&mut stopping), if !closing => {
                    // Nothing new comes in; what is there is still done.
                    inbox.close();
                    closing = true;
                }
            }
            if let Some(begun) = begun.filter(|_| !mails.is_empty() && !closing) {
                gather(&mut mails, self.wait(), begun + GATHER, &mut inbox).await;
            }
            if !mails.is_empty() {
                begun = Some(tokio::time::Instant::now());
            }
            if let Err(fault) = self.turn(mails).await
                && !self.recover(fault, &mut inbox).await
            {
                break;
            }
        }
        if closing {
            self.house.audience.close(self.loaded.record.id, Farewell::Restart);
        }
        tracing::info!(room.id = %self.loaded.record.id, "Closed room `{}`", self.loaded.record.slug);
    }

    /// One batch: decided at one time, written, shown, answered. On a fault everybody in it is answered
    /// [`SendError::Unavailable`], by their replies being dropped.
    async fn turn(&mut self, mails: Vec<Mail>) -> Result<(), Fault> {
        for mail in &mails {
            self.note_publisher(mail);
        }
        let now = self.house.clock.now();
        let mut batch = guarded(|| decide(&mut self.loaded.room, mails, now))?;
        let entries = std::mem::take(&mut batch.entries);
        if !entries.is_empty() {
            self.house.log.append(self.loaded.record.id, &entries).await.map_err(Fault::Store)?;
            self.forget_ended(&entries);
        }
        let entries: Vec<Arc<Entry>> = entries.into_iter().map(Arc::new).collect();
        let now = self.house.clock.now();
        guarded(|| self.show(&entries, now))?;
        let answered = self.answer(batch, &entries, now).await;
        // Last, so that who closes a door, or bans from a line that closes with it, still hears that it was done.
        for entry in &entries {
            self.put_out(&entry.event);
        }
        self.loaded.access = self.view.borrow().access;
        answered
    }

    /// Hands what was written to everybody who listens.
    fn show(&mut self, entries: &[Arc<Entry>], now: Timestamp) {
        for entry in entries {
            self.loaded.publish(entry);
        }
        let view = self.loaded.room.view();
        self.loaded.hub.count(Counts { present: view.present, likes: view.likes });
        self.view.send_if_modified(|shown| {
            let changed = **shown != view;
            if changed {
                *shown = Arc::new(view);
            }
            changed
        });
        self.flush(now);
    }

    fn flush(&mut self, now: Timestamp) {
        let Some(flush) = self.loaded.hub.poll_flush(now) else { return };
        let encoder = &*self.house.encoder;
        let encode = |entry: &Arc<Entry>, times| {
            encoder.event(entry, times).map(|bytes| Shown { entry: entry.clone(), bytes })
        };
        let must: Vec<Shown> = flush.must.iter().filter_map(|entry| encode(entry, 1)).collect();
        let ordered: Vec<Shown> = flush.ordered.iter().filter_map(|entry| encode(entry, 1)).collect();
        let mergeable: Vec<Shown> =
            flush.mergeable.iter().filter_map(|merged| encode(&merged.item, merged.times)).collect();
        let position = StreamPosition { epoch: self.loaded.record.epoch, seq: flush.through };
        let tick = encoder.tick(&TickParts {
            position,
            before: flush.before,
            must: &bytes_of(&must),
            ordered: &bytes_of(&ordered),
            ordered_span: flush.ordered_span,
            mergeable: &bytes_of(&mergeable),
            sampled_out: flush.sampled_out,
            counts: flush.counts,
            joined: &flush.joined,
        });
        let mut shown: Vec<Shown> = must.into_iter().chain(ordered).chain(mergeable).collect();
        shown.sort_by_key(|shown| shown.entry.seq);
        for shown in shown {
            let (seq, bytes) = (shown.entry.seq, shown.bytes.len());
            self.loaded.history.push(seq, shown, bytes);
        }
        self.loaded.history.reach(flush.through);
        if let Some(tick) = tick {
            self.house.audience.deliver(self.loaded.record.id, &Arc::new(tick));
        }
    }

    /// Closes the lines that an event ends.
    fn put_out(&self, event: &Event) {
        let room = self.loaded.record.id;
        if let Event::Banned { whom, .. } = event {
            self.house.audience.put_out(room, *whom, Farewell::Banned);
        }
        if let Event::LiveEnded { .. } = event {
            self.house.audience.show_ended(room);
        }
        if let Event::Configured { access: Access::ByKey, .. } = event
            && self.loaded.access != Access::ByKey
        {
            self.house.audience.close(room, Farewell::Reenter);
        }
    }

    async fn answer(&mut self, batch: Batch, entries: &[Arc<Entry>], now: Timestamp) -> Result<(), Fault> {
        self.answer_likes(batch.likes, entries, now);
        for (reply, result) in batch.answers {
            match result {
                Ok(answer) => {
                    reply.send(Ok(done(&self.loaded, &*self.house.log, answer.seq, entries).await));
                }
                Err(refusal) => reply.send(Err(SendError::Refused(refusal))),
            }
        }
        for (joining, result) in batch.joins {
            match result {
                Ok(_) => {
                    let welcome = self.welcome(joining.who, joining.resume, now);
                    joining.reply.send(Ok(welcome));
                }
                Err(refusal) => joining.reply.send(Err(SendError::Refused(refusal))),
            }
        }
        for look in batch.looks {
            guarded(|| look(&self.loaded.room, now))?;
        }
        Ok(())
    }

    /// Answers likes when they are written. The room writes them within [`fanout::TICK`] of the first, and then has
    /// nothing due so soon; a like that was said twice and added nothing is answered by the same token.
    fn answer_likes(&mut self, new: Vec<Reply<Done>>, entries: &[Arc<Entry>], now: Timestamp) {
        let is_written = entries.iter().any(|entry| matches!(entry.event, Event::Liked { .. }));
        if is_written {
            self.likes.drain(..).for_each(|reply| reply.send(Ok(NOTHING_NEW)));
        }
        self.likes.extend(new);
        let is_due = self.loaded.room.poll_timeout().is_some_and(|due| due <= now + fanout::TICK);
        if !is_due || self.likes.len() > LIKES_MAX {
            self.likes.drain(..).for_each(|reply| reply.send(Ok(NOTHING_NEW)));
        }
    }

    fn welcome(&self, who: Option<ParticipantId>, resume: Option<Resume>, now: Timestamp) -> Welcome {
        let Loaded { room, hub, history, record, .. } = &self.loaded;
        let missed = resume.map(|position| history.since(position, hub.published()));
        let (recovered, events) = match missed {
            Some(Recovery::Recovered(events)) => (true, events),
            Some(Recovery::TooOld) | None => (false, recent_talk(history)),
        };
        Welcome {
            view: self.view.borrow().clone(),
            who,
            role: who.map_or(model::Role::Guest, |who| room.role_of(who)),
            muted_until: who.and_then(|who| room.muted_until(who, now)),
            position: StreamPosition { epoch: record.epoch, seq: hub.flushed() },
            recovered,
            events: bytes_of(&events),
            now,
        }
    }

    /// How long until the room or its hub has something to do; `None` if nothing waits.
    fn wait(&self) -> Option<Duration> {
        let room = self.loaded.room.poll_timeout();
        let hub = self.loaded.hub.poll_timeout();
        let due = room.into_iter().chain(hub).min()?;
        Some(due.since(self.house.clock.now()))
    }

    /// Reads the room anew from its log, which is the truth. Who asks meanwhile is answered `Unavailable`.
    /// `false` if the server stops first.
    async fn recover(&mut self, fault: Fault, inbox: &mut mpsc::Receiver<Mail>) -> bool {
        let id = self.loaded.record.id;
        match fault {
            Fault::Store(error) => {
                tracing::error!(room.id = %id, error = %error, "The log of room `{}` was not written; reading the room anew", self.loaded.record.slug);
            }
            Fault::Panic => {
                tracing::error!(room.id = %id, "Room `{}` failed on a command; reading the room anew", self.loaded.record.slug);
            }
        }
        self.house.audience.close(id, Farewell::Fault);
        self.likes.clear();
        let mut wait = RELOAD_WAIT;
        loop {
            if !self.refuse_for(wait, inbox).await {
                return false;
            }
            match self.reload().await {
                Ok(()) => return true,
                Err(error) => {
                    tracing::warn!(room.id = %id, error = %error, "Room `{}` could not be read; trying again", self.loaded.record.slug);
                }
            }
            wait = (wait * 2).min(RELOAD_WAIT_MAX);
        }
    }

    async fn refuse_for(&mut self, wait: Duration, inbox: &mut mpsc::Receiver<Mail>) -> bool {
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return true,
                mail = inbox.recv() => match mail {
                    Some(mail) => self.note_publisher(&mail),
                    None => return false,
                },
            }
        }
    }

    async fn reload(&mut self) -> Result<(), StoreError> {
        let record = self.loaded.record.clone();
        let mut loaded = Loaded::from_log(&self.house, record).await?;
        if let Some(show) = self.publisher {
            // The publisher is as connected as before; only the room had forgotten.
            let now = self.house.clock.now();
            if loaded.room.handle(Command::PublisherConnected { show }, now).is_ok() {
                loaded.append_waiting(&*self.house.log, &*self.house.encoder).await?;
            }
        }
        self.view.send_replace(Arc::new(loaded.room.view()));
        self.loaded = loaded;
        Ok(())
    }

    fn note_publisher(&mut self, mail: &Mail) {
        if let Mail::Command { command, .. } = mail {
            if let Command::PublisherConnected { show } = command {
                self.publisher = Some(*show);
            } else if let Command::PublisherLost | Command::EndLive { by: None } = command {
                self.publisher = None;
            }
        }
    }

    /// A show that has ended has no publisher, whoever ended it: one that is still connected, or about to be shown
    /// out, must not begin the show again when the room is read anew.
    fn forget_ended(&mut self, written: &[Entry]) {
        let last = |is: fn(&Event) -> bool| written.iter().rposition(|entry| is(&entry.event));
        let ended = last(|event| matches!(event, Event::LiveEnded { .. }));
        if ended > last(|event| matches!(event, Event::LiveStarted { .. })) {
            self.publisher = None;
        }
    }
}

/// What a command that was carried out is answered with.
async fn done(loaded: &Loaded, log: &dyn EventLog, seq: Option<Seq>, entries: &[Arc<Entry>]) -> Done {
    let Some(wanted) = seq else { return NOTHING_NEW };
    let new = entries.iter().find(|entry| entry.seq == wanted).cloned();
    let kept = new.or_else(|| loaded.history.get(wanted).map(|shown| shown.entry.clone()));
    let entry = match kept {
        Some(entry) => Some(entry),
        // A command said again long after the first time.
        None => loaded.message_from_log(log, wanted).await,
    };
    Done { entry, seq }
}

/// Puts a batch to the room.
fn decide(room: &mut room::Room, mails: Vec<Mail>, now: Timestamp) -> Batch {
    let mut batch = Batch::default();
    if room.poll_timeout().is_some_and(|due| due <= now) {
        room.handle_timeout(now);
    }
    for mail in mails {
        match mail {
            Mail::Command { command, reply } => {
                let is_like = matches!(command, Command::Like { .. });
                match room.handle(command, now) {
                    Ok(_) if is_like => batch.likes.push(reply),
                    result => batch.answers.push((reply, result)),
                }
            }
            Mail::Join { connection, who, resume, reply } => {
                let id = who.as_ref().map(|who| who.id);
                let result = room.handle(Command::Join { connection, who }, now);
                batch.joins.push((Joining { who: id, resume, reply }, result));
            }
            Mail::Look(look) => batch.looks.push(look),
        }
        batch.entries.extend(std::iter::from_fn(|| room.poll_event()));
    }
    batch.entries.extend(std::iter::from_fn(|| room.poll_event()));
    batch
}

/// Runs a piece of one room so that its failure stays that room's own.
fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, Fault> {
    // Whatever the failure left half done is thrown away: the room is read anew.
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Fault::Panic)
}

fn bytes_of(shown: &[Shown]) -> Vec<bytes::Bytes> {
    shown.iter().map(|shown| shown.bytes.clone()).collect()
}

/// Waits until then for more of what belongs into the same batch, but never past what the room or its hub has to do.
async fn gather(
    mails: &mut Vec<Mail>,
    wait: Option<Duration>,
    until: tokio::time::Instant,
    inbox: &mut mpsc::Receiver<Mail>,
) {
    let due = wait.map_or(until, |wait| until.min(tokio::time::Instant::now() + wait));
    tokio::time::sleep_until(due).await;
    while mails.len() < BATCH_MAX {
        let Ok(mail) = inbox.try_recv() else { break };
        mails.push(mail);
    }
}

async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    while !*stopping.borrow_and_update() {
        if stopping.changed().await.is_err() {
            return;
        }
    }
}
