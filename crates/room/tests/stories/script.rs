//! The language of the stories: a script of an evening in, its transcript out.
//!
//! A step a line, `<time> <who> <does what>`. `host` is the host; everybody else is who they say. What is due
//! between two steps happens at its time and is marked with it.

use std::time::Duration;

use model::{ClientKey, ConnectionId, Nickname, ParticipantId, RoomId, Seq, ShowId, Timestamp};
use room::{
    Access, Answer, Colour, Command, DanmakuCurve, Entry, Event, Founding, Live, Measure, Mode, Refusal,
    Room, Size, Speech, Title, Who,
};

const HOST: ParticipantId = ParticipantId(0);

/// Plays a script and gives its transcript.
pub fn tell(script: &str) -> String {
    let mut stage = Stage::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (time, step) = line.split_once(' ').expect("a step is `<time> <what>`");
        stage.pass_time_until(Timestamp(u64::try_from(duration(time).as_millis()).unwrap()));
        stage.say(line);
        stage.play(step);
    }
    stage.transcript
}

struct Stage {
    room: Room,
    now: Timestamp,
    names: Vec<String>,
    log: Vec<Entry>,
    keys: u64,
    transcript: String,
}

impl Stage {
    fn new() -> Stage {
        let mut room = Room::new(founding());
        room.handle(Command::Reopened, Timestamp(0)).expect("a room can always be opened");
        let mut stage = Stage {
            room,
            now: Timestamp(0),
            names: vec!["host".to_owned()],
            log: Vec::new(),
            keys: 0,
            transcript: String::new(),
        };
        stage.log.extend(std::iter::from_fn(|| stage.room.poll_event()));
        stage
    }

    fn say(&mut self, line: &str) {
        for c in line.chars() {
            match c {
                // What cannot be seen is written out.
                '\u{200B}' | '\u{202E}' | '\u{3164}' => self.transcript.extend(c.escape_unicode()),
                _ => self.transcript.push(c),
            }
        }
        self.transcript += "\n";
    }

    fn pass_time_until(&mut self, now: Timestamp) {
        while let Some(due) = self.room.poll_timeout().filter(|due| *due <= now) {
            self.room.handle_timeout(due);
            self.show_entries(&format!("  {} ", time(due)));
        }
        self.now = now;
    }

    fn play(&mut self, step: &str) {
        match step {
            "look" => return self.look(),
            "restart" => return self.restart(),
            _ => {}
        }
        let command = self.command(step);
        let quiet = matches!(command, Command::Join { .. } | Command::Leave { .. } | Command::Like { .. });
        let before = self.room.last();
        let answer = self.room.handle(command, self.now);
        match answer {
            Err(refusal) => self.say(&format!("    refused: {}", refused(refusal))),
            Ok(Answer { seq: Some(seq) }) if seq <= before => self.say(&format!("    already #{}", seq.0)),
            Ok(Answer { seq: None }) if !quiet => self.say("    nothing to do"),
            Ok(_) => {}
        }
        self.show_entries("    ");
    }

    fn show_entries(&mut self, margin: &str) {
        while let Some(entry) = self.room.poll_event() {
            let line = format!("{margin}#{} {}", entry.seq.0, self.event(&entry.event));
            self.say(&line);
            self.log.push(entry);
        }
        self.room.check_invariants();
    }

    fn restart(&mut self) {
        self.room = Room::restore(founding(), self.log.clone(), Seq(0));
        self.room.handle(Command::Reopened, self.now).expect("a room can always be opened");
        self.show_entries("    ");
    }

    fn look(&mut self) {
        let view = self.room.view();
        let live = match view.live {
            Live::Off => "off".to_owned(),
            Live::On { show, since } => format!("show {show} since {}", time(since)),
            Live::Interrupted { show, since, until } => {
                format!("show {show} since {}, waiting until {}", time(since), time(until))
            }
        };
        self.say(&format!(
            "    {:?} {:?}, slow {:?}, danmaku {}",
            view.title.as_str(),
            view.access,
            view.slow_mode,
            curve(view.danmaku)
        ));
        self.say(&format!("    {} present, {} likes, live: {live}", view.present, view.likes));
        let people: Vec<String> =
            self.room.people().map(|p| format!("{} {:?}", p.name.as_str(), p.role)).collect();
        let people = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
        self.say(&format!("    here: {people}"));
        let sanctions: Vec<String> = self.room.sanctions(self.now).map(|s| self.sanction(&s)).collect();
        if !sanctions.is_empty() {
            self.say(&format!("    held: {}", sanctions.join(", ")));
        }
    }

    fn sanction(&self, sanction: &room::Sanction) -> String {
        let what = match sanction.measure {
            Measure::Mute { .. } => "muted",
            Measure::Ban { .. } => "banned",
        };
        let until = sanction.measure.until().map_or("lifted".to_owned(), time);
        format!("{} {what} by {} until {until}", sanction.name.as_str(), self.name(sanction.by))
    }

    fn command(&mut self, step: &str) -> Command {
        let words: Vec<&str> = step.split(' ').collect();
        let by = words[0];
        match words[1..] {
            ["joins", ref how @ ..] => self.join(by, how),
            ["leaves"] => Command::Leave { connection: self.line(by, "1") },
            ["leaves", "on", n] => Command::Leave { connection: self.line(by, n) },
            ["renames", "to", name] => Command::Rename { by: self.id(by), name: nickname(name) },
            ["says", ref text @ ..] => self.chat(by, text),
            ["flies", ref text @ ..] => self.danmaku(by, text),
            ["likes", n] => Command::Like { by: self.id(by), key: self.key(), count: n.parse().unwrap() },
            ["likes", n, "key", key] => Command::Like {
                by: self.id(by),
                key: ClientKey(key.parse().unwrap()),
                count: n.parse().unwrap(),
            },
            ["deletes", message] => Command::Delete { by: self.id(by), message: seq(message) },
            ["mutes", whom, "for", d] => {
                Command::Mute { by: self.id(by), whom: self.id(whom), lasting: duration(d) }
            }
            ["unmutes", whom] => Command::Unmute { by: self.id(by), whom: self.id(whom) },
            ["bans", whom] => Command::Ban { by: self.id(by), whom: self.id(whom), lasting: None },
            ["bans", whom, "for", d] => {
                Command::Ban { by: self.id(by), whom: self.id(whom), lasting: Some(duration(d)) }
            }
            ["unbans", whom] => Command::Unban { by: self.id(by), whom: self.id(whom) },
            ["slows", "to", d] => Command::SlowMode { by: self.id(by), wait: duration(d) },
            ["appoints", whom] => Command::Appoint { by: self.id(by), whom: self.id(whom), moderator: true },
            ["dismisses", whom] => {
                Command::Appoint { by: self.id(by), whom: self.id(whom), moderator: false }
            }
            ["sets", ref what @ ..] => self.configure(by, what),
            ["connects", "for", show] => Command::PublisherConnected { show: ShowId(show.parse().unwrap()) },
            ["breaks"] => Command::PublisherLost,
            ["stops"] => Command::EndLive { by: None },
            ["ends", "the", "show"] => Command::EndLive { by: Some(self.id(by)) },
            _ => panic!("the stories do not know: {step}"),
        }
    }

    fn join(&mut self, by: &str, how: &[&str]) -> Command {
        let (mut line, mut registered, mut name) = ("1", true, by);
        for pair in how.chunks(2) {
            match pair {
                ["on", n] => line = n,
                ["as", "guest"] => registered = false,
                ["called", other] => name = other,
                _ => panic!("nobody joins {pair:?}"),
            }
        }
        let connection = self.line(by, line);
        let who = (by != "somebody").then(|| Who { id: self.id(by), name: nickname(name), registered });
        Command::Join { connection, who }
    }

    /// `[key N] [re #N] [to a,b] words …`, with `\n` for a line break.
    fn chat(&mut self, by: &str, text: &[&str]) -> Command {
        let (key, mut text) = self.keyed(text);
        let (mut reply_to, mut mentions) = (None, Vec::new());
        if let ["re", message, ref rest @ ..] = *text {
            reply_to = Some(seq(message));
            text = rest;
        }
        if let ["to", names, ref rest @ ..] = *text {
            mentions = names.split(',').map(|name| self.id(name)).collect();
            text = rest;
        }
        let text = text.join(" ").replace("\\n", "\n");
        Command::Say { by: self.id(by), key, speech: Speech::Chat { text, reply_to, mentions } }
    }

    fn danmaku(&mut self, by: &str, text: &[&str]) -> Command {
        let (key, text) = self.keyed(text);
        let text = text.join(" ").replace("\\n", "\n");
        let speech = Speech::Danmaku { text, mode: Mode::Scroll, colour: Colour::WHITE, size: Size::Normal };
        Command::Say { by: self.id(by), key, speech }
    }

    fn keyed<'a>(&mut self, text: &'a [&'a str]) -> (ClientKey, &'a [&'a str]) {
        match *text {
            ["key", key, ref rest @ ..] => (ClientKey(key.parse().unwrap()), rest),
            _ => (self.key(), text),
        }
    }

    fn configure(&mut self, by: &str, what: &[&str]) -> Command {
        let by = self.id(by);
        let (mut title, mut access, mut danmaku) = (None, None, None);
        match *what {
            ["nothing"] => {}
            ["title", ref words @ ..] => title = Title::parse(&words.join(" ")),
            ["door", "public"] => access = Some(Access::Public),
            ["door", "by-key"] => access = Some(Access::ByKey),
            ["danmaku", n, "a", "minute,", d] => {
                let tau_ms = u32::try_from(duration(d).as_millis()).unwrap();
                danmaku = Some(DanmakuCurve { per_minute_max: n.parse().unwrap(), tau_ms });
            }
            _ => panic!("no such setting: {what:?}"),
        }
        Command::Configure { by, title, access, danmaku }
    }

    fn event(&self, event: &Event) -> String {
        match event {
            Event::Opened => "opened".to_owned(),
            Event::Joined { who: _, name, role } => format!("joined: {} as {role:?}", name.as_str()),
            Event::Left { who } => format!("left: {}", self.name(*who)),
            Event::Renamed { who, name } => format!("renamed: {} is {}", self.name(*who), name.as_str()),
            Event::Said { by: _, name, role: _, key: _, speech } => self.speech(name.as_str(), speech),
            Event::Liked { added, total } => format!("liked: {added} more, {total} in all"),
            Event::Deleted { by, author, message } => {
                format!("deleted: #{} of {} by {}", message.0, self.name(*author), self.name(*by))
            }
            Event::Muted { by, whom: _, name, until } => {
                format!("muted: {} by {} until {}", name.as_str(), self.name(*by), time(*until))
            }
            Event::Unmuted { by, whom } => format!("unmuted: {} by {}", self.name(*whom), self.name(*by)),
            Event::Banned { by, whom: _, name, until } => {
                let until = until.map_or("lifted".to_owned(), time);
                format!("banned: {} by {} until {until}", name.as_str(), self.name(*by))
            }
            Event::Unbanned { by, whom } => format!("unbanned: {} by {}", self.name(*whom), self.name(*by)),
            Event::SlowModeSet { by, wait } => format!("slow mode: {wait:?} by {}", self.name(*by)),
            Event::Appointed { by: _, whom: _, name, moderator } => {
                format!("{}: {}", if *moderator { "appointed" } else { "dismissed" }, name.as_str())
            }
            Event::Configured { by: _, title, access, danmaku } => {
                format!("configured: {:?} {access:?}, danmaku {}", title.as_str(), curve(*danmaku))
            }
            Event::LiveStarted { show } => format!("live: show {show} started"),
            Event::LiveInterrupted { show } => format!("live: show {show} interrupted"),
            Event::LiveResumed { show } => format!("live: show {show} resumed"),
            Event::LiveEnded { show } => format!("live: show {show} ended"),
        }
    }

    fn speech(&self, name: &str, speech: &Speech) -> String {
        match speech {
            Speech::Chat { text, reply_to, mentions } => {
                let re = reply_to.map_or(String::new(), |seq| format!(" (re #{})", seq.0));
                let to: String = mentions.iter().map(|who| format!(" @{}", self.name(*who))).collect();
                format!("{name}{re}{to}: {}", text.replace('\n', "\\n"))
            }
            Speech::Danmaku { text, .. } => format!("{name} ~ {text}"),
        }
    }

    fn id(&mut self, name: &str) -> ParticipantId {
        let known = self.names.iter().position(|known| known == name);
        let at = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        ParticipantId(at as u64)
    }

    fn name(&self, who: ParticipantId) -> &str {
        &self.names[usize::try_from(who.0).unwrap()]
    }

    fn line(&mut self, by: &str, n: &str) -> ConnectionId {
        ConnectionId(self.id(by).0 * 100 + n.parse::<u64>().unwrap())
    }

    fn key(&mut self) -> ClientKey {
        self.keys += 1;
        ClientKey(1_000_000 + self.keys)
    }
}

pub fn founding() -> Founding {
    Founding {
        id: RoomId(1),
        host: HOST,
        host_name: nickname("host"),
        title: Title::parse("An evening").unwrap(),
        access: Access::Public,
        danmaku: DanmakuCurve::default(),
    }
}

fn nickname(name: &str) -> Nickname {
    Nickname::parse(name).expect("the stories use names that are names")
}

fn seq(number: &str) -> Seq {
    Seq(number.trim_start_matches('#').parse().unwrap())
}

fn refused(refusal: Refusal) -> String {
    match refusal {
        Refusal::Banned { until } => format!("{refusal}, until {}", until.map_or("lifted".to_owned(), time)),
        Refusal::Muted { until } => format!("{refusal}, until {}", time(until)),
        Refusal::TooFast { retry_at } => format!("{refusal}, until {}", time(retry_at)),
        Refusal::NotAllowed(_)
        | Refusal::NotPresent
        | Refusal::EmptyText
        | Refusal::TextTooLong { .. }
        | Refusal::BadText
        | Refusal::OutOfRange
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPerson
        | Refusal::Outranked
        | Refusal::NotLive
        | Refusal::Full => refusal.to_string(),
    }
}

fn curve(curve: DanmakuCurve) -> String {
    format!("{} a minute, {:?}", curve.per_minute_max, Duration::from_millis(curve.tau_ms.into()))
}

fn time(at: Timestamp) -> String {
    format!("{}s", at.0 as f64 / 1_000.0)
}

/// `1.5s`, `10m`, `2d`.
fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.len() - 1);
    let each = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "d" => 86_400.0,
        _ => panic!("no such unit of time: {text}"),
    };
    Duration::from_secs_f64(number.parse::<f64>().unwrap() * each)
}
