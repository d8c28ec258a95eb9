//! From what happened to what clients are told: JSON, encoded once for everybody who listens.

use bytes::Bytes;
use fanout::Tick;
use house::{Done, Encode, SendError, TickParts, Welcome};
use model::{ClientKey, RoomSlug, Seq, StreamPosition, Timestamp};
use protocol::{
    AccessDto, Counts, CurveDto, Disconnect, ErrorCode, EventBody, EventDto, LiveDto, ModeDto, Present,
    RoomDto, ServerMessage, SizeDto, SpeechDto, You,
};
use room::{Access, DanmakuCurve, Entry, Event, Live, Mode, Person, Refusal, Size, Speech, View, Who};
use std::sync::Arc;

use crate::line::push_text;

/// How the house's events go on the wire.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wire;

impl Encode for Wire {
    fn event(&self, entry: &Entry, times: u32) -> Option<Bytes> {
        event_dto(entry, times).map(|dto| json(&dto).into())
    }

    fn tick(&self, parts: &TickParts<'_>) -> Option<Tick> {
        let mut frames = Frames::default();
        let is_mergeable = !parts.mergeable.is_empty() || parts.sampled_out > 0;
        let is_ordered = !parts.ordered.is_empty();
        // A reader's place moves on with the tick's last events alone: whoever is cut off between two frames
        // of a tick comes back to the tick's beginning.
        let place = |is_last: bool| StreamPosition {
            epoch: parts.position.epoch,
            seq: if is_last { parts.position.seq } else { parts.before },
        };
        if !parts.must.is_empty() {
            frames.push(&events(place(!is_ordered && !is_mergeable), parts.must, 0));
        }
        let must_bytes = frames.bytes.len();
        if is_ordered {
            frames.push(&events(place(!is_mergeable), parts.ordered, 0));
        }
        let ordered_bytes = frames.bytes.len() - must_bytes;
        if is_mergeable {
            frames.push(&events(place(true), parts.mergeable, parts.sampled_out));
        }
        if let Some(counts) = parts.counts {
            frames.push(&counts_message(counts, parts.joined));
        }
        let Frames { bytes, messages } = frames;
        (!bytes.is_empty()).then(|| Tick {
            position: parts.position,
            frames: bytes.into(),
            messages,
            must_bytes,
            ordered_bytes,
            ordered_span: parts.ordered_span,
        })
    }
}

#[derive(Default)]
struct Frames {
    bytes: Vec<u8>,
    messages: Vec<std::ops::Range<usize>>,
}

impl Frames {
    fn push(&mut self, message: &[u8]) {
        self.messages.push(push_text(message, &mut self.bytes));
    }
}

/// [`ServerMessage::Events`] of events that are encoded already.
fn events(position: StreamPosition, encoded: &[Bytes], sampled_out: u32) -> Vec<u8> {
    let empty = ServerMessage::Events {
        epoch: position.epoch.0,
        seq: position.seq.0,
        events: Vec::new(),
        sampled_out,
    };
    filled(&json(&empty), encoded)
}

/// Puts encoded events where a message's JSON has an empty list of them.
fn filled(message: &[u8], encoded: &[Bytes]) -> Vec<u8> {
    const EMPTY: &[u8] = br#""events":[]"#;
    let length: usize = encoded.iter().map(|event| event.len() + 1).sum();
    let mut out = Vec::with_capacity(message.len() + length);
    // From the end: what stands before may hold people's words, what stands behind may not.
    let at = message.windows(EMPTY.len()).rposition(|window| window == EMPTY).unwrap_or(message.len());
    let (head, tail) = message.split_at((at + EMPTY.len() - 1).min(message.len()));
    out.extend_from_slice(head);
    for (number, event) in encoded.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(event);
    }
    out.extend_from_slice(tail);
    out
}

fn counts_message(counts: fanout::Counts, joined: &[Arc<Entry>]) -> Vec<u8> {
    let joined = joined.iter().filter_map(|entry| match &entry.event {
        Event::Joined { who, name, role } => {
            Some(Present { id: who.0, name: name.as_str().to_owned(), role: (*role).into() })
        }
        Event::Opened
        | Event::Left { .. }
        | Event::Renamed { .. }
        | Event::Said { .. }
        | Event::Liked { .. }
        | Event::Deleted { .. }
        | Event::Muted { .. }
        | Event::Unmuted { .. }
        | Event::Banned { .. }
        | Event::Unbanned { .. }
        | Event::SlowModeSet { .. }
        | Event::Appointed { .. }
        | Event::Configured { .. }
        | Event::LiveStarted { .. }
        | Event::LiveInterrupted { .. }
        | Event::LiveResumed { .. }
        | Event::LiveEnded { .. } => None,
    });
    let counts = Counts { present: counts.present, likes: counts.likes, joined: joined.collect() };
    json(&ServerMessage::Counts(counts))
}

/// The answer to `Join`.
pub fn welcome(welcome: &Welcome, slug: &RoomSlug, who: Option<&Who>) -> Vec<u8> {
    let message = ServerMessage::Welcome {
        you: You {
            id: who.map(|who| who.id.0),
            name: who.map(|who| who.name.as_str().to_owned()),
            role: welcome.role.into(),
            muted_until: welcome.muted_until.map(|until| until.0),
        },
        room: room_dto(&welcome.view, slug, welcome.now),
        epoch: welcome.position.epoch.0,
        seq: welcome.position.seq.0,
        recovered: welcome.recovered,
        events: Vec::new(),
    };
    filled(&json(&message), &welcome.events)
}

/// The answer to an order that was carried out.
pub fn done(key: ClientKey, done: &Done) -> Vec<u8> {
    json(&done_message(key, done))
}

/// The same before it is encoded.
pub fn done_message(key: ClientKey, done: &Done) -> ServerMessage {
    let event = done.entry.as_ref().and_then(|entry| event_dto(entry, 1));
    ServerMessage::Done { key: key.0, event }
}

/// The answer to an order that was not carried out.
pub fn not_sent(key: ClientKey, error: SendError) -> Vec<u8> {
    let (code, retry_at) = error_code(error);
    refused(key, code, &error.to_string(), retry_at)
}

/// The answer to an order that cannot be put to the room.
pub fn refused(key: ClientKey, code: ErrorCode, message: &str, retry_at: Option<Timestamp>) -> Vec<u8> {
    let retry_at = retry_at.map(|at| at.0);
    json(&ServerMessage::Refused { key: key.0, code, message: message.to_owned(), retry_at })
}

/// The answer to a ping.
pub fn pong(key: ClientKey, now: Timestamp) -> Vec<u8> {
    json(&ServerMessage::Pong { key: key.0, at: now.0 })
}

/// Some ordered events are not sent.
pub fn gap(from: Seq, to: Seq) -> Vec<u8> {
    json(&ServerMessage::Gap { from: from.0, to: to.0 })
}

/// The last words to a line.
pub fn closing(disconnect: Disconnect, reconnect_ms: Option<u32>) -> Vec<u8> {
    json(&ServerMessage::Closing { disconnect, reconnect_ms })
}

/// Why, for programs, and when it may be tried again.
pub fn error_code(error: SendError) -> (ErrorCode, Option<Timestamp>) {
    match error {
        SendError::Refused(refusal) => refusal_code(refusal),
        SendError::Busy | SendError::Unavailable | SendError::Closed => (ErrorCode::Busy, None),
    }
}

fn refusal_code(refusal: Refusal) -> (ErrorCode, Option<Timestamp>) {
    match refusal {
        Refusal::NotAllowed(_) => (ErrorCode::NotAllowed, None),
        Refusal::NotPresent => (ErrorCode::NotPresent, None),
        Refusal::Banned { until } => (ErrorCode::Banned, until),
        Refusal::Muted { until } => (ErrorCode::Muted, Some(until)),
        Refusal::TooFast { retry_at } => (ErrorCode::TooFast, Some(retry_at)),
        Refusal::EmptyText => (ErrorCode::EmptyText, None),
        Refusal::TextTooLong { .. } => (ErrorCode::TextTooLong, None),
        Refusal::BadText => (ErrorCode::BadText, None),
        Refusal::OutOfRange => (ErrorCode::OutOfRange, None),
        Refusal::NoSuchMessage => (ErrorCode::NoSuchMessage, None),
        Refusal::NoSuchPerson => (ErrorCode::NoSuchPerson, None),
        Refusal::Outranked => (ErrorCode::Outranked, None),
        Refusal::NotLive => (ErrorCode::NotLive, None),
        Refusal::Full => (ErrorCode::Full, None),
    }
}

/// The room as it is now.
pub fn room_dto(view: &View, slug: &RoomSlug, now: Timestamp) -> RoomDto {
    RoomDto {
        slug: slug.as_str().to_owned(),
        title: view.title.as_str().to_owned(),
        access: access_dto(view.access),
        host: present(&view.host),
        live: live_dto(view.live),
        slow_mode_s: seconds(view.slow_mode),
        danmaku: curve_dto(view.danmaku),
        counts: Counts { present: view.present, likes: view.likes, joined: Vec::new() },
        now: now.0,
    }
}

/// A person in the room.
pub fn present(person: &Person) -> Present {
    Present { id: person.id.0, name: person.name.as_str().to_owned(), role: person.role.into() }
}

/// Who may come in.
pub fn access_dto(access: Access) -> AccessDto {
    match access {
        Access::Public => AccessDto::Public,
        Access::Unlisted => AccessDto::Unlisted,
        Access::ByKey => AccessDto::ByKey,
    }
}

/// Whether there is a show.
pub fn live_dto(live: Live) -> LiveDto {
    match live {
        Live::Off => LiveDto::Off,
        Live::On { show, since } => LiveDto::On { show: show.0, since: since.0 },
        Live::Interrupted { show, since, until } => {
            LiveDto::Interrupted { show: show.0, since: since.0, until: until.0 }
        }
    }
}

fn curve_dto(curve: DanmakuCurve) -> CurveDto {
    CurveDto { per_minute_max: curve.per_minute_max, tau_ms: curve.tau_ms }
}

fn seconds(wait: std::time::Duration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)
}

/// An entry of the log as clients are told it; `None` for what the counts alone tell.
pub fn event_dto(entry: &Entry, times: u32) -> Option<EventDto> {
    event_body(entry, times).map(|body| EventDto { seq: entry.seq.0, at: entry.at.0, body })
}

fn event_body(entry: &Entry, times: u32) -> Option<EventBody> {
    Some(match &entry.event {
        Event::Opened | Event::Joined { .. } | Event::Left { .. } | Event::Liked { .. } => return None,
        Event::Renamed { who, name } => EventBody::Renamed { who: who.0, name: name.as_str().to_owned() },
        Event::Said { by, name, role, key: _, speech } => EventBody::Said {
            by: by.0,
            name: name.as_str().to_owned(),
            role: (*role).into(),
            speech: speech_dto(speech),
            times: (times > 1).then_some(times),
        },
        Event::Deleted { by, author: _, message } => EventBody::Deleted { by: by.0, message: message.0 },
        Event::Muted { by, whom, name, until } => {
            EventBody::Muted { by: by.0, whom: whom.0, name: name.as_str().to_owned(), until: until.0 }
        }
        Event::Unmuted { by, whom } => EventBody::Unmuted { by: by.0, whom: whom.0 },
        Event::Banned { by, whom, name, until } => EventBody::Banned {
            by: by.0,
            whom: whom.0,
            name: name.as_str().to_owned(),
            until: until.map(|until| until.0),
        },
        Event::Unbanned { by, whom } => EventBody::Unbanned { by: by.0, whom: whom.0 },
        Event::SlowModeSet { by, wait } => EventBody::SlowModeSet { by: by.0, seconds: seconds(*wait) },
        Event::Appointed { by, whom, name, moderator } => EventBody::Appointed {
            by: by.0,
            whom: whom.0,
            name: name.as_str().to_owned(),
            moderator: *moderator,
        },
        Event::Configured { by, title, access, danmaku } => EventBody::Configured {
            by: by.0,
            title: title.as_str().to_owned(),
            access: access_dto(*access),
            danmaku: curve_dto(*danmaku),
        },
        Event::LiveStarted { show } => EventBody::LiveStarted { show: show.0 },
        Event::LiveInterrupted { show } => {
            EventBody::LiveInterrupted { show: show.0, until: (entry.at + room::INTERRUPTION_MAX).0 }
        }
        Event::LiveResumed { show } => EventBody::LiveResumed { show: show.0 },
        Event::LiveEnded { show } => EventBody::LiveEnded { show: show.0 },
    })
}

fn speech_dto(speech: &Speech) -> SpeechDto {
    match speech {
        Speech::Chat { text, reply_to, mentions } => SpeechDto::Chat {
            text: text.clone(),
            reply_to: reply_to.map(|seq| seq.0),
            mentions: mentions.iter().map(|who| who.0).collect(),
        },
        Speech::Danmaku { text, mode, colour, size } => SpeechDto::Danmaku {
            text: text.clone(),
            mode: match mode {
                Mode::Scroll => ModeDto::Scroll,
                Mode::Top => ModeDto::Top,
                Mode::Bottom => ModeDto::Bottom,
            },
            colour: colour.rgb(),
            size: match size {
                Size::Small => SizeDto::Small,
                Size::Normal => SizeDto::Normal,
                Size::Large => SizeDto::Large,
            },
        },
    }
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own messages have text keys and finite numbers")
}
