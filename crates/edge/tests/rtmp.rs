//! Encoders at a real port: who is let in, who takes over, and what the rooms are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use edge::{
    Bridge, CannotTell, Doorkeeper, MediaConfig, MediaFact, MediaHandle, OnAir, RtmpHouse, RtmpListener,
    SessionId,
};
use media::{AudioConfig, CodecConfig, Frame, Kind, MediaTime};
use model::RoomId;
use rtmp::{Connection, Output, RtmpError, StreamKey, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const ROOM: RoomId = RoomId(5);
const PATIENCE: Duration = Duration::from_secs(20);

/// Knows one key, until it is replaced.
#[derive(Default)]
struct Keys {
    replaced: Mutex<bool>,
    sessions: Mutex<Vec<SessionId>>,
}

#[async_trait]
impl Doorkeeper for Keys {
    async fn room_of(&self, key: &str) -> Result<Option<RoomId>, CannotTell> {
        let good = key == "key" && !*self.replaced.lock().expect("nobody panics");
        Ok(good.then_some(ROOM))
    }

    fn let_in(&self, room: RoomId, session: &SessionId) {
        assert_eq!(room, ROOM);
        self.sessions.lock().expect("nobody panics").push(session.clone());
    }
}

struct World {
    port: u16,
    keys: Arc<Keys>,
    media: MediaHandle,
    facts: Receiver<MediaFact>,
}

async fn world() -> World {
    let config = MediaConfig { port: 0, bind: [127, 0, 0, 1].into(), loops: 2, ..MediaConfig::default() };
    let (media, facts) = edge::start(&config).expect("the loops start");
    let listener = RtmpListener::bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let port = listener.address().expect("an address").port();
    let keys = Arc::new(Keys::default());
    let on_air = OnAir::new(vec![Arc::new(Bridge::new(media.clone()))]);
    let house = RtmpHouse { media: media.clone(), on_air, doorkeeper: keys.clone(), tls: None };
    tokio::spawn(listener.run(house));
    World { port, keys, media, facts }
}

impl World {
    /// The next fact that is not a count.
    async fn fact(&mut self) -> MediaFact {
        let fact = timeout(PATIENCE, self.facts.recv()).await.expect("in time").expect("the loops run");
        assert!(!matches!(fact, MediaFact::Watching { .. }));
        fact
    }

    async fn encoder(&self, key: &str, app: &str) -> Encoder {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a line");
        let url = format!("rtmp://127.0.0.1/{app}");
        let target = Target { app: app.to_owned(), url, key: StreamKey::new(key.to_owned()) };
        Encoder { stream, connection: Connection::client(target, [3; 32]), time: 0 }
    }

    /// An encoder that sends.
    async fn publisher(&self) -> Encoder {
        let mut encoder = self.encoder("key", "live").await;
        encoder.ready().await.expect("it is let in");
        encoder.connection.config(&CodecConfig::Audio(AudioConfig::opus(2, 0)));
        encoder.send().await;
        encoder
    }
}

struct Encoder {
    stream: TcpStream,
    connection: Connection,
    time: i64,
}

impl Encoder {
    /// Talks until the server takes frames, or does not.
    async fn ready(&mut self) -> Result<(), RtmpError> {
        loop {
            if self.write().await {
                return Ok(());
            }
            let mut buffer = [0; 4_096];
            let count =
                timeout(PATIENCE, self.stream.read(&mut buffer)).await.expect("in time").expect("bytes");
            if count == 0 {
                return Err(RtmpError::Ended);
            }
            self.connection.receive(&buffer[..count])?;
        }
    }

    async fn write(&mut self) -> bool {
        let mut ready = false;
        while let Some(output) = self.connection.poll_output() {
            match output {
                // Who was put out is told by what it reads.
                Output::Send(bytes) => drop(self.stream.write_all(&bytes).await),
                Output::Ready => ready = true,
                Output::Authorize { .. } | Output::Config(_) | Output::Frame(_) => {}
                Output::Note(_) | Output::Ended | Output::Close => {}
            }
        }
        ready
    }

    async fn send(&mut self) {
        let at = MediaTime::from_millis(self.time);
        self.time += 20;
        let data: Arc<[u8]> = [0xfc, 1, 2].into();
        self.connection.frame(&Frame { kind: Kind::Audio, decode: at, show: at, keyframe: true, data });
        self.write().await;
    }

    /// Why the server ended it.
    async fn end(mut self) -> RtmpError {
        self.ready().await.expect_err("the server closes")
    }
}

#[tokio::test]
async fn an_encoder_comes_takes_leave_and_another_breaks_off() {
    let mut world = world().await;
    let mut first = world.publisher().await;
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    assert!(world.keys.sessions.lock().expect("nobody panics").len() == 1);
    first.connection.close();
    first.write().await;
    assert_eq!(world.fact().await, MediaFact::PublisherLeft { room: ROOM });
    let second = world.publisher().await;
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    drop(second);
    assert_eq!(world.fact().await, MediaFact::PublisherLost { room: ROOM });
}

#[tokio::test]
async fn another_with_the_same_key_takes_over() {
    let mut world = world().await;
    let first = world.publisher().await;
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    let mut second = world.publisher().await;
    let told = first.end().await.to_string();
    assert!(told.contains("Another encoder has taken over"), "{told}");
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    second.connection.close();
    second.write().await;
    assert_eq!(world.fact().await, MediaFact::PublisherLeft { room: ROOM });
}

#[tokio::test]
async fn a_show_that_is_ended_from_elsewhere_puts_its_encoder_out() {
    let mut world = world().await;
    let encoder = world.publisher().await;
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    world.media.close_publisher(ROOM).await.expect("the loops run");
    encoder.end().await;
    let again = world.publisher().await;
    assert_eq!(world.fact().await, MediaFact::PublisherConnected { room: ROOM });
    // As the endpoint does that replaces a key.
    *world.keys.replaced.lock().expect("nobody panics") = true;
    let session = world.keys.sessions.lock().expect("nobody panics").last().cloned().expect("it was let in");
    world.media.close(&session).await.expect("it is there");
    again.end().await;
    assert_eq!(world.fact().await, MediaFact::PublisherLeft { room: ROOM });
}

#[tokio::test]
async fn who_has_no_key_is_told_so() {
    let world = world().await;
    let refused = |error: RtmpError, words: &str| assert!(error.to_string().contains(words), "{error}");
    refused(world.encoder("guess", "live").await.end().await, "This is not a stream key");
    refused(world.encoder("key", "stream").await.end().await, "ends with /live");
    let mut stranger = TcpStream::connect(("127.0.0.1", world.port)).await.expect("a line");
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("sent");
    let mut said = Vec::new();
    // It is closed without a word, or reset with bytes unread.
    let _ = timeout(PATIENCE, stream_end(&mut stranger, &mut said)).await.expect("in time");
    assert!(said.is_empty());
}

async fn stream_end(stream: &mut TcpStream, said: &mut Vec<u8>) -> std::io::Result<usize> {
    stream.read_to_end(said).await
}

#[tokio::test]
async fn one_address_has_only_so_many_lines() {
    let world = world().await;
    let mut lines = Vec::new();
    for _ in 0..16 {
        lines.push(TcpStream::connect(("127.0.0.1", world.port)).await.expect("a line"));
    }
    let mut one_more = TcpStream::connect(("127.0.0.1", world.port)).await.expect("a line");
    let mut said = Vec::new();
    timeout(PATIENCE, stream_end(&mut one_more, &mut said)).await.expect("in time").expect("closed");
    assert!(said.is_empty());
}
