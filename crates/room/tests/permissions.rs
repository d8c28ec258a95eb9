//! Every role over every command, against the one table.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::time::Duration;

use model::{
    ClientKey, ConnectionId, Nickname, ParticipantId, Permission, Role, RoomId, Seq, ShowId, Timestamp,
};
use room::{Access, Colour, Command, DanmakuCurve, Founding, Mode, Refusal, Room, Size, Speech, Title, Who};

const MUTED: ParticipantId = ParticipantId(90);
const BANNED: ParticipantId = ParticipantId(91);

fn actor(role: Role) -> ParticipantId {
    match role {
        Role::Host => ParticipantId(1),
        Role::Moderator => ParticipantId(2),
        Role::Viewer => ParticipantId(3),
        Role::Guest => ParticipantId(4),
    }
}

fn join(id: ParticipantId, registered: bool) -> Command {
    let who = Who { id, name: Nickname::parse("somebody").unwrap(), registered };
    Command::Join { connection: ConnectionId(id.0), who: Some(who) }
}

fn say(by: ParticipantId, key: u64) -> Command {
    let speech = Speech::Chat { text: "hello".to_owned(), reply_to: None, mentions: vec![] };
    Command::Say { by, key: ClientKey(key), speech }
}

/// A live room with one of each role, one muted, one banned, and a message of each.
fn room() -> (Room, Timestamp) {
    let mut room = Room::new(Founding {
        id: RoomId(1),
        host: actor(Role::Host),
        host_name: Nickname::parse("host").unwrap(),
        title: Title::parse("An evening").unwrap(),
        access: Access::Public,
        danmaku: DanmakuCurve::default(),
    });
    let host = actor(Role::Host);
    let mut commands = vec![Command::Reopened, Command::PublisherConnected { show: ShowId(1) }];
    for role in Role::ALL {
        commands.extend([join(actor(role), role != Role::Guest), say(actor(role), 1)]);
    }
    commands.push(Command::Appoint { by: host, whom: actor(Role::Moderator), moderator: true });
    commands.extend([join(MUTED, true), say(MUTED, 1), join(BANNED, true)]);
    commands.push(Command::Mute { by: host, whom: MUTED, lasting: Duration::from_secs(600) });
    commands.push(Command::Ban { by: host, whom: BANNED, lasting: None });
    for command in commands {
        room.handle(command.clone(), Timestamp(0)).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    }
    let roles = Role::ALL.map(|role| room.role_of(actor(role)));
    assert_eq!(roles, Role::ALL, "each plays their part");
    (room, Timestamp(60_000))
}

fn message_of(room: &mut Room, author: ParticipantId) -> Seq {
    room.handle(say(author, 1), Timestamp(0)).ok().and_then(|answer| answer.seq).expect("each has said one")
}

/// Every command a person can give, with the permission the table has for it, written out by hand.
fn commands(room: &mut Room, by: ParticipantId) -> Vec<(Permission, Command)> {
    let (own, other) = (message_of(room, by), message_of(room, MUTED));
    let (key, look) = (ClientKey(2), (Mode::Scroll, Colour::WHITE, Size::Normal));
    let danmaku = Speech::Danmaku { text: "ha".to_owned(), mode: look.0, colour: look.1, size: look.2 };
    let lasting = Duration::from_secs(60);
    let title = Title::parse("Another");
    vec![
        (Permission::Speak, say(by, 2)),
        (Permission::Speak, Command::Say { by, key, speech: danmaku }),
        (Permission::Speak, Command::Like { by, key, count: 1 }),
        (Permission::Speak, Command::Rename { by, name: Nickname::parse("another").unwrap() }),
        (Permission::DeleteOwn, Command::Delete { by, message: own }),
        (Permission::DeleteAny, Command::Delete { by, message: other }),
        (Permission::Mute, Command::Mute { by, whom: MUTED, lasting }),
        (Permission::Mute, Command::Unmute { by, whom: MUTED }),
        (Permission::Ban, Command::Ban { by, whom: MUTED, lasting: Some(lasting) }),
        (Permission::Ban, Command::Unban { by, whom: BANNED }),
        (Permission::SlowMode, Command::SlowMode { by, wait: lasting }),
        (Permission::Appoint, Command::Appoint { by, whom: MUTED, moderator: true }),
        (Permission::Configure, Command::Configure { by, title, access: None, danmaku: None }),
        (Permission::Publish, Command::EndLive { by: Some(by) }),
    ]
}

#[test]
fn each_role_may_what_the_table_says_and_nothing_else() {
    for role in Role::ALL {
        let (room, now) = room();
        for (permission, command) in commands(&mut room.clone(), actor(role)) {
            let answer = room.clone().handle(command.clone(), now);
            if role.may(permission) {
                assert!(
                    answer.is_ok_and(|answer| answer.seq.is_some() || is_like(&command)),
                    "{role:?} {command:?}"
                );
            } else {
                assert_eq!(answer, Err(Refusal::NotAllowed(permission)), "{role:?} {command:?}");
            }
        }
    }
}

#[test]
fn the_banned_may_nothing_whatever_their_role() {
    let (mut room, now) = room();
    for role in [Role::Moderator, Role::Viewer, Role::Guest] {
        let commands = commands(&mut room, actor(role));
        let ban = Command::Ban { by: actor(Role::Host), whom: actor(role), lasting: None };
        room.handle(ban, now).unwrap();
        if role == Role::Moderator {
            let again = Command::Appoint { by: actor(Role::Host), whom: actor(role), moderator: true };
            room.handle(again, now).unwrap();
        }
        for (_, command) in commands {
            let answer = room.clone().handle(command.clone(), now);
            let refused = matches!(answer, Err(Refusal::Banned { until: None } | Refusal::NotAllowed(_)));
            assert!(refused, "{role:?} {command:?}: {answer:?}");
        }
        assert_eq!(room.handle(join(actor(role), true), now), Err(Refusal::Banned { until: None }));
    }
}

#[test]
fn the_walk_leaves_no_command_out() {
    let (mut room, _) = room();
    let mut walked: BTreeSet<&str> =
        commands(&mut room, actor(Role::Host)).iter().map(|(_, command)| name(command)).collect();
    let house = [
        join(MUTED, true),
        Command::Leave { connection: ConnectionId(1) },
        Command::PublisherConnected { show: ShowId(1) },
        Command::PublisherLost,
        Command::Reopened,
    ];
    for command in &house {
        assert_eq!(command.asks(), None, "the house itself says {command:?}");
        walked.insert(name(command));
    }
    assert_eq!(walked.len(), 17, "a new command belongs in `commands` with its permission: {walked:?}");
}

fn is_like(command: &Command) -> bool {
    name(command) == "like"
}

/// Without a wildcard: a new command breaks the build here, and then the count above.
fn name(command: &Command) -> &'static str {
    match command {
        Command::Join { .. } => "join",
        Command::Leave { .. } => "leave",
        Command::Rename { .. } => "rename",
        Command::Say { .. } => "say",
        Command::Like { .. } => "like",
        Command::Delete { .. } => "delete",
        Command::Mute { .. } => "mute",
        Command::Unmute { .. } => "unmute",
        Command::Ban { .. } => "ban",
        Command::Unban { .. } => "unban",
        Command::SlowMode { .. } => "slow mode",
        Command::Appoint { .. } => "appoint",
        Command::Configure { .. } => "configure",
        Command::PublisherConnected { .. } => "publisher connected",
        Command::PublisherLost => "publisher lost",
        Command::EndLive { .. } => "end live",
        Command::Reopened => "reopened",
    }
}
