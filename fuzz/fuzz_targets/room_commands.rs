//! Any commands at any times: no panic, no gap, and what was written gives the same room again.

#![no_main]

use std::time::Duration;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use model::{ClientKey, ConnectionId, Nickname, ParticipantId, RoomId, Seq, ShowId, Timestamp};
use room::{Access, Colour, Command, DanmakuCurve, Entry, Founding, Mode, Room, Size, Speech, Title, Who};

/// Numbers are bytes where many must meet, and whole where the largest must be tried.
#[derive(Debug, Arbitrary)]
enum Act {
    Wait(u64),
    Wake,
    Join { line: u8, who: Option<(u8, char, bool)> },
    Leave { line: u8 },
    Rename { by: u8, name: String },
    Chat { by: u8, key: u8, text: String, reply_to: Option<u8>, mentions: Vec<u8> },
    Danmaku { by: u8, key: u8, text: String },
    Like { by: u8, key: u8, count: u32 },
    Delete { by: u8, message: u8 },
    Mute { by: u8, whom: u8, lasting: Duration },
    Unmute { by: u8, whom: u8 },
    Ban { by: u8, whom: u8, lasting: Option<Duration> },
    Unban { by: u8, whom: u8 },
    SlowMode { by: u8, wait: Duration },
    Appoint { by: u8, whom: u8, moderator: bool },
    Configure { by: u8, title: Option<String>, curve: Option<(u32, u32)> },
    Connect { show: u64 },
    Lost,
    End { by: Option<u8> },
    Reopen,
}

fuzz_target!(|evening: (u64, (u32, u32), Vec<Act>)| {
    let (now, curve, acts) = evening;
    let mut now = Timestamp(now);
    let founding = founding(curve);
    let mut room = Room::new(founding.clone());
    let mut log: Vec<Entry> = Vec::new();
    for act in acts {
        match act {
            Act::Wait(ms) => now = Timestamp(now.0.wrapping_add(ms)),
            Act::Wake => room.handle_timeout(now),
            act => {
                let Some(command) = command(act) else { continue };
                let before = room.clone();
                if room.handle(command, now).is_err() {
                    assert!(room == before, "a refused command changed something");
                }
            }
        }
        while let Some(entry) = room.poll_event() {
            let (seq, at) = log.last().map_or((Seq(0), Timestamp(0)), |last| (last.seq, last.at));
            assert_eq!(entry.seq, seq.next());
            assert!(entry.at >= at);
            log.push(entry);
        }
        room.check_invariants();
    }
    let mut restored = Room::restore(founding, log, room.last());
    for room in [&mut room, &mut restored] {
        room.handle(Command::Reopened, now).expect("a room can always be opened");
    }
    assert!(room == restored, "the log gives another room");
});

fn founding((per_minute_max, tau_ms): (u32, u32)) -> Founding {
    Founding {
        id: RoomId(1),
        host: id(0),
        host_name: Nickname::parse("host").expect("a name"),
        title: Title::parse("An evening").expect("a title"),
        access: Access::Public,
        danmaku: DanmakuCurve { per_minute_max, tau_ms },
    }
}

/// Few people, so that they meet.
fn id(who: u8) -> ParticipantId {
    ParticipantId(u64::from(who % 6))
}

fn key(key: u8) -> ClientKey {
    ClientKey(u64::from(key))
}

fn seq(seq: u8) -> Seq {
    Seq(u64::from(seq))
}

/// The command, where names and titles are such.
fn command(act: Act) -> Option<Command> {
    Some(match act {
        Act::Wait(_) | Act::Wake => return None,
        Act::Join { line, who } => Command::Join { connection: line_of(line), who: person(who) },
        Act::Leave { line } => Command::Leave { connection: line_of(line) },
        Act::Rename { by, name } => Command::Rename { by: id(by), name: Nickname::parse(&name).ok()? },
        Act::Chat { by, key: k, text, reply_to, mentions } => {
            let mentions = mentions.into_iter().map(id).collect();
            let speech = Speech::Chat { text, reply_to: reply_to.map(seq), mentions };
            Command::Say { by: id(by), key: key(k), speech }
        }
        Act::Danmaku { by, key: k, text } => {
            let speech =
                Speech::Danmaku { text, mode: Mode::Scroll, colour: Colour::WHITE, size: Size::Small };
            Command::Say { by: id(by), key: key(k), speech }
        }
        Act::Like { by, key: k, count } => Command::Like { by: id(by), key: key(k), count },
        Act::Delete { by, message } => Command::Delete { by: id(by), message: seq(message) },
        Act::Mute { by, whom, lasting } => Command::Mute { by: id(by), whom: id(whom), lasting },
        Act::Unmute { by, whom } => Command::Unmute { by: id(by), whom: id(whom) },
        Act::Ban { by, whom, lasting } => Command::Ban { by: id(by), whom: id(whom), lasting },
        Act::Unban { by, whom } => Command::Unban { by: id(by), whom: id(whom) },
        Act::SlowMode { by, wait } => Command::SlowMode { by: id(by), wait },
        Act::Appoint { by, whom, moderator } => Command::Appoint { by: id(by), whom: id(whom), moderator },
        Act::Configure { by, title, curve } => Command::Configure {
            by: id(by),
            title: title.and_then(|title| Title::parse(&title)),
            access: None,
            danmaku: curve.map(|(per_minute_max, tau_ms)| DanmakuCurve { per_minute_max, tau_ms }),
        },
        Act::Connect { show } => Command::PublisherConnected { show: ShowId(show) },
        Act::Lost => Command::PublisherLost,
        Act::End { by } => Command::EndLive { by: by.map(id) },
        Act::Reopen => Command::Reopened,
    })
}

fn line_of(line: u8) -> ConnectionId {
    ConnectionId(u64::from(line % 12))
}

fn person(who: Option<(u8, char, bool)>) -> Option<Who> {
    let (who, name, registered) = who?;
    let name = Nickname::parse(&name.to_string()).ok()?;
    Some(Who { id: id(who), name, registered })
}
