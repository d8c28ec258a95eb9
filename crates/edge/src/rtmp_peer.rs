//! One encoder's RTMP connection: carries bytes to its machine, and does what that says.

use std::time::Duration;

use model::RoomId;
use rtmp::{Connection, Output, RtmpError, StreamKey};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::frame_sink::Turn;
use crate::rtmp_listener::RtmpHouse;
use crate::{Feed, MediaError};

/// The application of every address here: `rtmp://host:1935/live`.
const APPLICATION: &str = "live";

/// How long an encoder may take until it publishes.
const PUBLISH_WAIT_MAX: Duration = Duration::from_secs(10);

/// An encoder that publishes and sends nothing for so long has lost its connection.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How long the other end may take to read what is said to it.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// How long the other end may take to hear the last words, and close.
const GOODBYE_MAX: Duration = Duration::from_secs(2);

/// Bytes read before the others get their turn.
const READ_BYTES_MAX: usize = 64 << 10;

/// What is read of one encoder in a second, 160 Mbit/s; past it the encoder waits. An encoder that sends a file as
/// fast as it can would otherwise take the machine from all others.
const BYTES_PER_SECOND_MAX: usize = 20_000_000;

/// How a connection ended.
pub(crate) enum Verdict {
    /// As connections do.
    Quiet,
    /// With something its operator should know.
    Told(String),
}

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, house: &RtmpHouse) -> Verdict {
    let mut seed = [0; 32];
    if getrandom::fill(&mut seed).is_err() {
        return Verdict::Told("the system has no random numbers".to_owned());
    }
    let peer = Peer {
        stream,
        house,
        connection: Connection::server(seed),
        publication: None,
        said: Vec::new(),
        refused: None,
        patience: Instant::now() + PUBLISH_WAIT_MAX,
        pace: Pace::default(),
    };
    peer.run().await
}

struct Peer<'a, S> {
    stream: S,
    house: &'a RtmpHouse,
    connection: Connection,
    publication: Option<Publication>,
    /// To be sent.
    said: Vec<u8>,
    /// Why it may not publish.
    refused: Option<&'static str>,
    /// Until when the next thing must have come.
    patience: Instant,
    pace: Pace,
}

/// A stream on its way.
struct Publication {
    room: RoomId,
    feed: Feed,
    turn: Turn,
}

/// What a connection waited for.
enum Came {
    Bytes(usize),
    PutOut,
    End(Verdict),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<'_, S> {
    async fn run(mut self) -> Verdict {
        let mut buffer = vec![0; READ_BYTES_MAX];
        loop {
            let outcome = match self.wait(&mut buffer).await {
                Came::Bytes(count) => {
                    self.pace.wait(count).await;
                    self.connection.receive(&buffer[..count])
                }
                Came::PutOut => {
                    self.connection.refuse("Another encoder has taken over, or the show was ended.");
                    Ok(())
                }
                Came::End(verdict) => return verdict,
            };
            let open = self.act().await;
            if let Err(error) = outcome {
                return Verdict::Told(error.to_string());
            }
            match open {
                Ok(true) => {}
                Ok(false) => return self.say_goodbye(&mut buffer).await,
                Err(verdict) => return verdict,
            }
        }
    }

    async fn wait(&mut self, buffer: &mut [u8]) -> Came {
        let read = timeout_at(self.patience, self.stream.read(buffer));
        let read = match &mut self.publication {
            Some(publication) => tokio::select! {
                read = read => read,
                () = publication.feed.put_out() => return Came::PutOut,
            },
            None => read.await,
        };
        match read {
            Ok(Ok(0) | Err(_)) => Came::End(Verdict::Quiet),
            Ok(Ok(count)) => {
                if self.publication.is_some() {
                    self.patience = Instant::now() + SILENCE_MAX;
                }
                Came::Bytes(count)
            }
            Err(_) if self.publication.is_some() => {
                Came::End(Verdict::Told("nothing came for 30 s".to_owned()))
            }
            Err(_) => Came::End(Verdict::Told("nothing was published within 10 s".to_owned())),
        }
    }

    /// Does what the machine says. `false` when the connection is to be closed.
    async fn act(&mut self) -> Result<bool, Verdict> {
        let mut open = true;
        while let Some(output) = self.connection.poll_output() {
            match output {
                Output::Send(bytes) => self.said.extend(bytes),
                Output::Authorize { app, key } => self.admit(&app, &key).await?,
                Output::Config(config) => {
                    if let Some(publication) = &self.publication {
                        publication.turn.config(&config);
                    }
                }
                Output::Frame(frame) => {
                    if let Some(publication) = &self.publication {
                        publication.turn.frame(&frame);
                    }
                }
                Output::Note(note) => {
                    if let Some(Publication { room, .. }) = &self.publication {
                        tracing::warn!(room.id = %room, "An encoder's stream by RTMP is not as it should be: {note}");
                    }
                }
                Output::Ended => self.leave().await,
                Output::Close => open = false,
                // Only clients are ever ready.
                Output::Ready => {}
            }
        }
        self.say().await?;
        Ok(open)
    }

    /// Checks the key, and takes the room's place for a publisher.
    async fn admit(&mut self, app: &str, key: &StreamKey) -> Result<(), Verdict> {
        match self.take_place(app, key).await {
            Ok(publication) => {
                tracing::info!(room.id = %publication.room, "An encoder publishes by RTMP");
                self.publication = Some(publication);
                self.patience = Instant::now() + SILENCE_MAX;
                self.connection.authorize().map_err(|error: RtmpError| Verdict::Told(error.to_string()))
            }
            Err(reason) => {
                self.connection.refuse(reason);
                self.refused = Some(reason);
                Ok(())
            }
        }
    }

    async fn take_place(&self, app: &str, key: &StreamKey) -> Result<Publication, &'static str> {
        if app != APPLICATION {
            return Err("The address ends with /live, and the stream key has a field of its own.");
        }
        let room = self.room_of(key).await?;
        let feed = match self.house.media.feed(room).await {
            Ok(feed) => feed,
            Err(MediaError::Full) => return Err("No more streams can be carried now; try again later."),
            Err(_) => return Err("The server takes no stream at the moment; try again later."),
        };
        self.house.doorkeeper.let_in(room, feed.session());
        // A key that was replaced meanwhile did not yet find this encoder to put it out.
        if self.room_of(key).await? != room {
            return Err("This stream key has been replaced.");
        }
        let turn = self.house.on_air.begin(room);
        Ok(Publication { room, feed, turn })
    }

    async fn room_of(&self, key: &StreamKey) -> Result<RoomId, &'static str> {
        match self.house.doorkeeper.room_of(key.expose()).await {
            Ok(Some(room)) => Ok(room),
            Ok(None) => Err("This is not a stream key; the host finds it in the studio."),
            Err(_) => Err("The stream key cannot be checked at the moment; try again."),
        }
    }

    /// The encoder has said goodbye: the show ends at once, and another may follow.
    async fn leave(&mut self) {
        let Some(Publication { room, feed, turn }) = self.publication.take() else { return };
        drop(turn);
        // Who was put out meanwhile has nothing to leave.
        let _ = feed.leave().await;
        self.patience = Instant::now() + PUBLISH_WAIT_MAX;
        tracing::info!(room.id = %room, "An encoder took leave");
    }

    /// Closes in such a way that the last words arrive: with bytes unread, the system would take them back.
    async fn say_goodbye(mut self, buffer: &mut [u8]) -> Verdict {
        let _ = self.stream.shutdown().await;
        let until = Instant::now() + GOODBYE_MAX;
        while let Ok(Ok(1..)) = timeout_at(until, self.stream.read(buffer)).await {}
        match self.refused {
            Some(reason) => Verdict::Told(format!("it may not publish: {reason}")),
            None => Verdict::Quiet,
        }
    }

    async fn say(&mut self) -> Result<(), Verdict> {
        if self.said.is_empty() {
            return Ok(());
        }
        let said = std::mem::take(&mut self.said);
        match timeout(WRITE_MAX, self.stream.write_all(&said)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Verdict::Quiet),
            Err(_) => return Err(Verdict::Told("it does not read what it is told".to_owned())),
        }
        // Of what is written, nothing may wait in a buffer.
        self.stream.flush().await.map_err(|_| Verdict::Quiet)
    }
}

/// Keeps an encoder to so many bytes a second.
#[derive(Default)]
struct Pace {
    second: Option<Instant>,
    bytes: usize,
}

impl Pace {
    async fn wait(&mut self, count: usize) {
        let now = Instant::now();
        let second = *self.second.get_or_insert(now);
        if now >= second + Duration::from_secs(1) {
            (self.second, self.bytes) = (Some(now), 0);
        }
        self.bytes += count;
        if self.bytes > BYTES_PER_SECOND_MAX {
            sleep_until(second + Duration::from_secs(1)).await;
        }
    }
}
