//! From what a client says to what a room is told.

use std::time::Duration;

use model::{ClientKey, ParticipantId, Seq};
use protocol::{AccessDto, ClientMessage, CurveDto, ModeDto, Order, SizeDto};
use room::{Access, Colour, Command, DanmakuCurve, Mode, Refusal, Size, Speech, Title};

/// The largest number a browser holds exactly, and so the largest key.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// People named in one message. The room asks for as many at most; a longer list is cut before it is gone through.
const MENTIONS_MAX: usize = 10;

/// What a client is told whose message this server does not know.
pub const UNKNOWN: &str =
    "this server does not know this message; see the description of the protocol, or load the page anew";

/// A message that is not of this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// Its key, if it has one: then it can be refused and the line goes on.
    pub key: Option<u64>,
}

/// One text frame of a client.
pub fn client_message(text: &str) -> Result<ClientMessage, Unknown> {
    let unknown = |_| Unknown { key: key_of(text) };
    let message: ClientMessage = serde_json::from_str(text).map_err(unknown)?;
    match &message {
        ClientMessage::Order { key, .. } if !is_key(*key) => Err(Unknown { key: None }),
        ClientMessage::Order { .. } | ClientMessage::Join { .. } => Ok(message),
    }
}

/// Whether a number can be a client's key.
pub fn is_key(number: u64) -> bool {
    (1..=NUMBER_MAX).contains(&number)
}

fn key_of(text: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Keyed {
        key: u64,
    }
    serde_json::from_str::<Keyed>(text).ok().map(|keyed| keyed.key).filter(|key| is_key(*key))
}

/// What the room is told of an order. [`Order::Ping`] is for the line and not for the room; it is answered before this.
pub fn command(order: Order, by: ParticipantId, key: ClientKey) -> Result<Command, Refusal> {
    let person = ParticipantId;
    Ok(match order {
        Order::Ping => return Err(Refusal::OutOfRange),
        Order::Chat { text, reply_to, mentions } => {
            let mentions = mentions.into_iter().take(MENTIONS_MAX).map(person).collect();
            Command::Say { by, key, speech: Speech::Chat { text, reply_to: reply_to.map(Seq), mentions } }
        }
        Order::Danmaku { text, mode, colour, size } => {
            let colour = Colour::from_rgb(colour).ok_or(Refusal::OutOfRange)?;
            let speech = Speech::Danmaku { text, mode: self::mode(mode), colour, size: self::size(size) };
            Command::Say { by, key, speech }
        }
        Order::Like { count } => Command::Like { by, key, count },
        Order::Delete { message } => Command::Delete { by, message: Seq(message) },
        Order::Mute { whom, seconds } => Command::Mute { by, whom: person(whom), lasting: secs(seconds) },
        Order::Unmute { whom } => Command::Unmute { by, whom: person(whom) },
        Order::Ban { whom, seconds } => Command::Ban { by, whom: person(whom), lasting: seconds.map(secs) },
        Order::Unban { whom } => Command::Unban { by, whom: person(whom) },
        Order::SlowMode { seconds } => Command::SlowMode { by, wait: secs(seconds) },
        Order::Appoint { whom, moderator } => Command::Appoint { by, whom: person(whom), moderator },
        Order::Configure { title, access, danmaku } => Command::Configure {
            by,
            title: title.map(|raw| Title::parse(&raw).ok_or(Refusal::BadText)).transpose()?,
            access: access.map(self::access),
            danmaku: danmaku.map(curve),
        },
        Order::EndLive => Command::EndLive { by: Some(by) },
    })
}

fn secs(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

fn mode(mode: ModeDto) -> Mode {
    match mode {
        ModeDto::Scroll => Mode::Scroll,
        ModeDto::Top => Mode::Top,
        ModeDto::Bottom => Mode::Bottom,
    }
}

fn size(size: SizeDto) -> Size {
    match size {
        SizeDto::Small => Size::Small,
        SizeDto::Normal => Size::Normal,
        SizeDto::Large => Size::Large,
    }
}

fn access(access: AccessDto) -> Access {
    match access {
        AccessDto::Public => Access::Public,
        AccessDto::Unlisted => Access::Unlisted,
        AccessDto::ByKey => Access::ByKey,
    }
}

fn curve(curve: CurveDto) -> DanmakuCurve {
    DanmakuCurve { per_minute_max: curve.per_minute_max, tau_ms: curve.tau_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let read = match client_message(text) {
            Ok(ClientMessage::Join { join, resume }) => format!("join {join} {resume:?}"),
            Ok(ClientMessage::Order { key, order }) => {
                format!("{:?}", command(order, ParticipantId(7), ClientKey(key)))
            }
            Err(unknown) => format!("unknown, key {:?}", unknown.key),
        };
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn what_clients_say() {
        check(r#"{"join":true}"#, "join true None");
        check(r#"{"join":true,"resume":{"epoch":3,"seq":9}}"#, "join true Some(Resume { epoch: 3, seq: 9 })");
        check(
            r#"{"key":5,"do":"chat","text":"你好","mentions":[1,2,3,4,5,6,7,8,9,10,11]}"#,
            "Ok(Say { by: ParticipantId(7), key: ClientKey(5), speech: Chat { text: \"你好\", reply_to: None, \
             mentions: [ParticipantId(1), ParticipantId(2), ParticipantId(3), ParticipantId(4), ParticipantId(5), \
             ParticipantId(6), ParticipantId(7), ParticipantId(8), ParticipantId(9), ParticipantId(10)] } })",
        );
        check(
            r#"{"key":5,"do":"danmaku","text":"x","mode":"top","colour":16777216,"size":"large"}"#,
            "Err(OutOfRange)",
        );
        check(
            r#"{"key":5,"do":"like","count":3}"#,
            "Ok(Like { by: ParticipantId(7), key: ClientKey(5), count: 3 })",
        );
        check(
            r#"{"key":5,"do":"ban","whom":8}"#,
            "Ok(Ban { by: ParticipantId(7), whom: ParticipantId(8), lasting: None })",
        );
        check(r#"{"key":5,"do":"configure","title":"  "}"#, "Err(BadText)");
        check(r#"{"key":5,"do":"levitate","message":4}"#, "unknown, key Some(5)");
        check(r#"{"key":0,"do":"end_live"}"#, "unknown, key None");
        check(r#"{"key":9007199254740992,"do":"end_live"}"#, "unknown, key None");
        check("{", "unknown, key None");
        check("[]", "unknown, key None");
    }
}
