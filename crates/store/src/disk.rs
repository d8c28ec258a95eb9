//! How an entry lies on disk: own types with a version, so that the machine's may change freely.
//!
//! A body is JSON: `{"v":1,"event":{"chat":{…}}}`. A change that old bodies can still be read with (a new kind, a
//! new field with a default) keeps the version; any other gets the next one, and the old one is still read.

use std::time::Duration;

use ::room::{Access, Colour, DanmakuCurve, Entry, Event, Mode, Size, Speech, Title};
use model::{ClientKey, Nickname, ParticipantId, Role, Seq, ShowId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BoxError, StoreError};

/// The version of the bodies written now.
const VERSION: u32 = 1;

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number.
    pub seq: i64,
    /// When, Unix milliseconds.
    pub at: i64,
    /// What kind of event, as an index finds it.
    pub kind: &'static str,
    /// Whether the room cannot be rebuilt without it.
    pub lasting: bool,
    /// Of a deletion, the message that was deleted.
    pub deletes: Option<i64>,
    /// The event.
    pub body: String,
}

impl StoredEntry {
    /// An entry as it lies on disk.
    pub fn from_entry(entry: &Entry) -> Result<StoredEntry, StoreError> {
        let deletes = match &entry.event {
            Event::Deleted { message, .. } => Some(number(message.0, "sequence number")?),
            Event::Opened
            | Event::Joined { .. }
            | Event::Left { .. }
            | Event::Renamed { .. }
            | Event::Said { .. }
            | Event::Liked { .. }
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
        };
        let body = Body { v: VERSION, event: to_disk(&entry.event) };
        Ok(StoredEntry {
            seq: number(entry.seq.0, "sequence number")?,
            at: number(entry.at.0, "time")?,
            kind: kind(&entry.event),
            lasting: entry.event.is_lasting(),
            deletes,
            body: serde_json::to_string(&body).expect("strings and numbers always become JSON"),
        })
    }

    /// The entry of a row. Kind and marks are only for the indices: the body says all.
    pub fn to_entry(seq: i64, at: i64, body: &str) -> Result<Entry, StoreError> {
        let corrupt = |source: BoxError| StoreError::Corrupt { what: "log entry", source };
        let body: Body = serde_json::from_str(body).map_err(|error| corrupt(unreadable(body, error)))?;
        if body.v != VERSION {
            return Err(corrupt(format!("body version {} is not known", body.v).into()));
        }
        let seq = u64::try_from(seq).map_err(|error| corrupt(error.into()))?;
        let at = u64::try_from(at).map_err(|error| corrupt(error.into()))?;
        let event = from_disk(body.event).map_err(corrupt)?;
        Ok(Entry { seq: Seq(seq), at: Timestamp(at), event })
    }
}

/// A number as the databases hold it: 63 bits.
pub fn number(value: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge { what })
}

/// A number to compare stored ones with: whatever is too large to be stored is larger than all of them.
pub fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Why a body is not one: a version nobody knows says more than the first field that did not fit.
fn unreadable(body: &str, error: serde_json::Error) -> BoxError {
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
    }
    match serde_json::from_str(body) {
        Ok(Versioned { v }) if v != VERSION => format!("body version {v} is not known").into(),
        // The error's text may hold words of a message, so only its place is kept.
        Ok(Versioned { .. }) | Err(_) => {
            format!("body is broken at line {}, column {}", error.line(), error.column()).into()
        }
    }
}

/// The kind a row is found by.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::Opened => "opened",
        Event::Joined { .. } => "joined",
        Event::Left { .. } => "left",
        Event::Renamed { .. } => "renamed",
        Event::Said { speech: Speech::Chat { .. }, .. } => "chat",
        Event::Said { speech: Speech::Danmaku { .. }, .. } => "danmaku",
        Event::Liked { .. } => "liked",
        Event::Deleted { .. } => "deleted",
        Event::Muted { .. } => "muted",
        Event::Unmuted { .. } => "unmuted",
        Event::Banned { .. } => "banned",
        Event::Unbanned { .. } => "unbanned",
        Event::SlowModeSet { .. } => "slow_mode_set",
        Event::Appointed { .. } => "appointed",
        Event::Configured { .. } => "configured",
        Event::LiveStarted { .. } => "live_started",
        Event::LiveInterrupted { .. } => "live_interrupted",
        Event::LiveResumed { .. } => "live_resumed",
        Event::LiveEnded { .. } => "live_ended",
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    v: u32,
    event: EventDisk,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventDisk {
    Opened,
    Joined { who: u64, name: String, role: RoleDisk },
    Left { who: u64 },
    Renamed { who: u64, name: String },
    Chat(ChatDisk),
    Danmaku(DanmakuDisk),
    Liked { added: u32, total: u64 },
    Deleted { by: u64, author: u64, message: u64 },
    Muted { by: u64, whom: u64, name: String, until: u64 },
    Unmuted { by: u64, whom: u64 },
    Banned { by: u64, whom: u64, name: String, until: Option<u64> },
    Unbanned { by: u64, whom: u64 },
    SlowModeSet { by: u64, wait_ms: u64 },
    Appointed { by: u64, whom: u64, name: String, moderator: bool },
    Configured(ConfiguredDisk),
    LiveStarted { show: u64 },
    LiveInterrupted { show: u64 },
    LiveResumed { show: u64 },
    LiveEnded { show: u64 },
}

#[derive(Serialize, Deserialize)]
struct ChatDisk {
    by: u64,
    name: String,
    role: RoleDisk,
    key: u64,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct DanmakuDisk {
    by: u64,
    name: String,
    role: RoleDisk,
    key: u64,
    text: String,
    mode: ModeDisk,
    colour: u32,
    size: SizeDisk,
}

#[derive(Serialize, Deserialize)]
struct ConfiguredDisk {
    by: u64,
    title: String,
    access: AccessDisk,
    per_minute_max: u32,
    tau_ms: u32,
}

/// A closed set of words, the machine's on one side and the disk's on the other.
macro_rules! words {
    ($disk:ident is $machine:ident { $($word:ident),+ }) => {
        #[derive(Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $disk { $($word),+ }

        impl From<$machine> for $disk {
            fn from(machine: $machine) -> $disk {
                match machine { $($machine::$word => $disk::$word),+ }
            }
        }

        impl From<$disk> for $machine {
            fn from(disk: $disk) -> $machine {
                match disk { $($disk::$word => $machine::$word),+ }
            }
        }
    };
}

words!(RoleDisk is Role { Host, Moderator, Viewer, Guest });
words!(ModeDisk is Mode { Scroll, Top, Bottom });
words!(SizeDisk is Size { Small, Normal, Large });
words!(AccessDisk is Access { Public, Unlisted, ByKey });

fn to_disk(event: &Event) -> EventDisk {
    let text = |name: &Nickname| name.as_str().to_owned();
    match event {
        Event::Opened => EventDisk::Opened,
        Event::Joined { who, name, role } => {
            EventDisk::Joined { who: who.0, name: text(name), role: (*role).into() }
        }
        Event::Left { who } => EventDisk::Left { who: who.0 },
        Event::Renamed { who, name } => EventDisk::Renamed { who: who.0, name: text(name) },
        Event::Said { by, name, role, key, speech } => said_to_disk(*by, text(name), *role, *key, speech),
        Event::Liked { added, total } => EventDisk::Liked { added: *added, total: *total },
        Event::Deleted { by, author, message } => {
            EventDisk::Deleted { by: by.0, author: author.0, message: message.0 }
        }
        Event::Muted { by, whom, name, until } => {
            EventDisk::Muted { by: by.0, whom: whom.0, name: text(name), until: until.0 }
        }
        Event::Unmuted { by, whom } => EventDisk::Unmuted { by: by.0, whom: whom.0 },
        Event::Banned { by, whom, name, until } => {
            EventDisk::Banned { by: by.0, whom: whom.0, name: text(name), until: until.map(|at| at.0) }
        }
        Event::Unbanned { by, whom } => EventDisk::Unbanned { by: by.0, whom: whom.0 },
        Event::SlowModeSet { by, wait } => {
            // The wire's longest wait is minutes; a Duration of 2^64 ms cannot come from it.
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            EventDisk::SlowModeSet { by: by.0, wait_ms }
        }
        Event::Appointed { by, whom, name, moderator } => {
            EventDisk::Appointed { by: by.0, whom: whom.0, name: text(name), moderator: *moderator }
        }
        Event::Configured { by, title, access, danmaku } => EventDisk::Configured(ConfiguredDisk {
            by: by.0,
            title: title.as_str().to_owned(),
            access: (*access).into(),
            per_minute_max: danmaku.per_minute_max,
            tau_ms: danmaku.tau_ms,
        }),
        Event::LiveStarted { show } => EventDisk::LiveStarted { show: show.0 },
        Event::LiveInterrupted { show } => EventDisk::LiveInterrupted { show: show.0 },
        Event::LiveResumed { show } => EventDisk::LiveResumed { show: show.0 },
        Event::LiveEnded { show } => EventDisk::LiveEnded { show: show.0 },
    }
}

fn said_to_disk(by: ParticipantId, name: String, role: Role, key: ClientKey, speech: &Speech) -> EventDisk {
    let (by, role, key) = (by.0, role.into(), key.0);
    match speech {
        Speech::Chat { text, reply_to, mentions } => EventDisk::Chat(ChatDisk {
            by,
            name,
            role,
            key,
            text: text.clone(),
            reply_to: reply_to.map(|seq| seq.0),
            mentions: mentions.iter().map(|who| who.0).collect(),
        }),
        Speech::Danmaku { text, mode, colour, size } => EventDisk::Danmaku(DanmakuDisk {
            by,
            name,
            role,
            key,
            text: text.clone(),
            mode: (*mode).into(),
            colour: colour.rgb(),
            size: (*size).into(),
        }),
    }
}

fn from_disk(event: EventDisk) -> Result<Event, BoxError> {
    let name = |raw: String| Nickname::parse(&raw);
    let (person, show) = (ParticipantId, |show| ShowId(show));
    Ok(match event {
        EventDisk::Opened => Event::Opened,
        EventDisk::Joined { who, name: raw, role } => {
            Event::Joined { who: person(who), name: name(raw)?, role: role.into() }
        }
        EventDisk::Left { who } => Event::Left { who: person(who) },
        EventDisk::Renamed { who, name: raw } => Event::Renamed { who: person(who), name: name(raw)? },
        EventDisk::Chat(chat) => chat_from_disk(chat)?,
        EventDisk::Danmaku(danmaku) => danmaku_from_disk(danmaku)?,
        EventDisk::Liked { added, total } => Event::Liked { added, total },
        EventDisk::Deleted { by, author, message } => {
            Event::Deleted { by: person(by), author: person(author), message: Seq(message) }
        }
        EventDisk::Muted { by, whom, name: raw, until } => {
            Event::Muted { by: person(by), whom: person(whom), name: name(raw)?, until: Timestamp(until) }
        }
        EventDisk::Unmuted { by, whom } => Event::Unmuted { by: person(by), whom: person(whom) },
        EventDisk::Banned { by, whom, name: raw, until } => Event::Banned {
            by: person(by),
            whom: person(whom),
            name: name(raw)?,
            until: until.map(Timestamp),
        },
        EventDisk::Unbanned { by, whom } => Event::Unbanned { by: person(by), whom: person(whom) },
        EventDisk::SlowModeSet { by, wait_ms } => {
            Event::SlowModeSet { by: person(by), wait: Duration::from_millis(wait_ms) }
        }
        EventDisk::Appointed { by, whom, name: raw, moderator } => {
            Event::Appointed { by: person(by), whom: person(whom), name: name(raw)?, moderator }
        }
        EventDisk::Configured(configured) => configured_from_disk(configured)?,
        EventDisk::LiveStarted { show: id } => Event::LiveStarted { show: show(id) },
        EventDisk::LiveInterrupted { show: id } => Event::LiveInterrupted { show: show(id) },
        EventDisk::LiveResumed { show: id } => Event::LiveResumed { show: show(id) },
        EventDisk::LiveEnded { show: id } => Event::LiveEnded { show: show(id) },
    })
}

fn chat_from_disk(chat: ChatDisk) -> Result<Event, BoxError> {
    Ok(Event::Said {
        by: ParticipantId(chat.by),
        name: Nickname::parse(&chat.name)?,
        role: chat.role.into(),
        key: ClientKey(chat.key),
        speech: Speech::Chat {
            text: chat.text,
            reply_to: chat.reply_to.map(Seq),
            mentions: chat.mentions.into_iter().map(ParticipantId).collect(),
        },
    })
}

fn danmaku_from_disk(danmaku: DanmakuDisk) -> Result<Event, BoxError> {
    Ok(Event::Said {
        by: ParticipantId(danmaku.by),
        name: Nickname::parse(&danmaku.name)?,
        role: danmaku.role.into(),
        key: ClientKey(danmaku.key),
        speech: Speech::Danmaku {
            text: danmaku.text,
            mode: danmaku.mode.into(),
            colour: Colour::from_rgb(danmaku.colour).ok_or("a colour above 0xFFFFFF")?,
            size: danmaku.size.into(),
        },
    })
}

fn configured_from_disk(configured: ConfiguredDisk) -> Result<Event, BoxError> {
    Ok(Event::Configured {
        by: ParticipantId(configured.by),
        title: Title::parse(&configured.title).ok_or("a title that is none")?,
        access: configured.access.into(),
        danmaku: DanmakuCurve { per_minute_max: configured.per_minute_max, tau_ms: configured.tau_ms },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bodies written by every version stay readable: these lines are never edited, only added to.
    #[test]
    fn bodies_of_version_1() {
        let check = |body: &str, expected: &str| {
            let shown = match StoredEntry::to_entry(7, 1_000, body) {
                Ok(entry) => format!("{:?}", entry.event),
                Err(StoreError::Corrupt { what, source }) => format!("{what}: {source}"),
                Err(error) => format!("{error}"),
            };
            assert_eq!(shown, expected);
        };
        check(r#"{"v":1,"event":"opened"}"#, "Opened");
        check(
            r#"{"v":1,"event":{"chat":{"by":3,"name":"梅","role":"viewer","key":9,"text":"你好"}}}"#,
            "Said { by: ParticipantId(3), name: Nickname(\"梅\"), role: Viewer, key: ClientKey(9), \
             speech: Chat { text: \"你好\", reply_to: None, mentions: [] } }",
        );
        check(
            r#"{"v":1,"event":{"configured":{"by":1,"title":"T","access":"by_key","per_minute_max":60,"tau_ms":5000}}}"#,
            "Configured { by: ParticipantId(1), title: Title(\"T\"), access: ByKey, \
             danmaku: DanmakuCurve { per_minute_max: 60, tau_ms: 5000 } }",
        );
        check(r#"{"v":2,"event":{"hologram":{}}}"#, "log entry: body version 2 is not known");
        check(r#"{"v":1,"event":{"secret words":{}}}"#, "log entry: body is broken at line 1, column 30");
        check("", "log entry: body is broken at line 1, column 0");
    }
}
