//! A house with one room, its lines, and clients that speak WebSocket by somebody else's code.

use bytes::Bytes;
use house::{Clock, RandomIds, RoomHandle, RoomRegistry, WallClock};
use model::{ClientKey, ConnectionId, Epoch, Nickname, ParticipantId, RoomSlug, Timestamp};
use protocol::ServerMessage;
use room::{Access, Command, DanmakuCurve, Speech, Title, Who};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{NewRoom, People, Rooms, TokenHash};
use store_sqlite::SqliteStore;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};
use web::line::{Hello, Lines, LinesConfig, SignIn};

/// Longer than anything here takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Evening {
    pub lines: Lines,
    pub room: RoomHandle,
    pub host: Who,
    listener: TcpListener,
    connections: AtomicU64,
    keys: AtomicU64,
    _registry: RoomRegistry,
    _folder: tempfile::TempDir,
}

/// A WebSocket client.
pub type Client<S = TcpStream> = WebSocket<S>;

impl Evening {
    pub async fn new() -> Evening {
        Evening::with(LinesConfig { threads: 1, ..LinesConfig::default() }).await
    }

    pub async fn with(config: LinesConfig) -> Evening {
        Evening::with_clock(config, Arc::new(WallClock::default())).await
    }

    /// The lines go by a clock of their own.
    pub async fn with_clock(config: LinesConfig, line_clock: Arc<dyn Clock>) -> Evening {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("house.db")).await.unwrap();
        let host = store.add_guest(&name("Ada"), Timestamp(1)).await.unwrap().id;
        let slug = RoomSlug::parse("evening").unwrap();
        let new = NewRoom {
            slug: slug.clone(),
            title: Title::parse("An evening").unwrap(),
            access: Access::Public,
            danmaku: DanmakuCurve::default(),
            epoch: Epoch(7),
            stream_key: TokenHash([1; 32]),
        };
        store.found_room(host, &new, Timestamp(1)).await.unwrap();
        let clock = Arc::new(WallClock::default());
        let lines = Lines::start(config, line_clock).unwrap();
        let registry = RoomRegistry::new(
            Arc::new(store),
            clock,
            Arc::new(RandomIds::default()),
            Arc::new(web::Wire),
            Arc::new(lines.clone()),
        );
        let room = registry.open(&slug).await.unwrap().unwrap();
        let host = who(host.0, "Ada");
        // The host is there by a line that nobody reads, so that they may speak.
        room.join(ConnectionId(1), Some(host.clone()), None).await.unwrap();
        Evening {
            lines,
            room,
            host,
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            connections: AtomicU64::new(10),
            keys: AtomicU64::new(1),
            _registry: registry,
            _folder: folder,
        }
    }

    pub fn hello(&self, who: Option<Who>) -> Hello {
        let connection = ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed));
        Hello { room: self.room.clone(), connection, who, sign_in: Some(SignIn(5)) }
    }

    /// Both ends of a connection.
    pub fn sockets(&self) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        (client, self.listener.accept().unwrap().0)
    }

    /// The bare client's end of a line that has said nothing yet.
    pub fn bare(&self, who: Option<Who>) -> TcpStream {
        let (client, server) = self.sockets();
        self.lines.adopt(server, None, Bytes::new(), self.hello(who)).unwrap();
        client
    }

    /// A line that was welcomed, and the welcome.
    pub fn client(&self, who: Option<Who>, resume: Option<(u32, u64)>) -> (Client, ServerMessage) {
        let mut client = client_on(self.bare(who));
        let welcome = join(&mut client, resume);
        (client, welcome)
    }

    /// The host says something; its number.
    pub async fn say(&self, text: &str) -> u64 {
        let key = ClientKey(self.keys.fetch_add(1, Ordering::Relaxed));
        let speech = Speech::Chat { text: text.to_owned(), reply_to: None, mentions: Vec::new() };
        let done = self.room.send(Command::Say { by: self.host.id, key, speech }).await.unwrap();
        done.seq.unwrap().0
    }
}

/// A client of the protocol on a connection that was upgraded.
pub fn client_on<S: Read + Write>(socket: S) -> Client<S> {
    WebSocket::from_raw_socket(socket, Role::Client, Some(WebSocketConfig::default()))
}

pub fn join<S: Read + Write>(client: &mut Client<S>, resume: Option<(u32, u64)>) -> ServerMessage {
    let resume =
        resume.map_or("null".to_owned(), |(epoch, seq)| format!(r#"{{"epoch":{epoch},"seq":{seq}}}"#));
    client.send(Message::text(format!(r#"{{"join":true,"resume":{resume}}}"#))).unwrap();
    let welcome = hear(client);
    assert!(matches!(welcome, ServerMessage::Welcome { .. }), "{welcome:?}");
    welcome
}

/// The next message.
pub fn hear<S: Read + Write>(client: &mut Client<S>) -> ServerMessage {
    try_hear(client).expect("the line is open")
}

/// The next message, or how the line ended: its close code, 0 for none.
pub fn try_hear<S: Read + Write>(client: &mut Client<S>) -> Result<ServerMessage, u16> {
    loop {
        match client.read() {
            Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(close)) => return Err(close.map_or(0, |close| close.code.into())),
            Ok(_) => {}
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Err(0),
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                panic!("nothing was said")
            }
            Err(_) => return Err(0),
        }
    }
}

/// What is heard until an event with this number.
pub fn hear_until<S: Read + Write>(client: &mut Client<S>, seq: u64) -> Vec<ServerMessage> {
    let mut heard = Vec::new();
    while !heard.iter().flat_map(numbers).any(|number| number == seq) {
        heard.push(hear(client));
    }
    heard
}

/// The numbers of the events of a message.
pub fn numbers(message: &ServerMessage) -> Vec<u64> {
    match message {
        ServerMessage::Events { events, .. } | ServerMessage::Welcome { events, .. } => {
            events.iter().map(|event| event.seq).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a client stands after a message.
pub fn place(message: &ServerMessage) -> Option<(u32, u64)> {
    match message {
        ServerMessage::Events { epoch, seq, .. } | ServerMessage::Welcome { epoch, seq, .. } => {
            Some((*epoch, *seq))
        }
        _ => None,
    }
}

pub fn name(name: &str) -> Nickname {
    Nickname::parse(name).unwrap()
}

pub fn who(id: u64, nickname: &str) -> Who {
    Who { id: ParticipantId(id), name: name(nickname), registered: false }
}
