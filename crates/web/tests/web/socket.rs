//! The WebSocket from its handshake to its first words, plain and over TLS. What follows is the lines' own.

use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::client::{get, post, send};
use crate::evening::{Evening, settings};

/// Longer than anything here takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a certificate of its own.
pub async fn with_tls() -> (Evening, CertificateDer<'static>) {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["live.test".to_owned()]).unwrap();
    let mut config = settings();
    config.server.tls.certificate = Some(dir.path().join("c.pem"));
    config.server.tls.key = Some(dir.path().join("k.pem"));
    std::fs::write(dir.path().join("c.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.path().join("k.pem"), made.signing_key.serialize_pem()).unwrap();
    (Evening::bare(config).await, made.cert.der().clone())
}

/// A connection that trusts this certificate only.
pub async fn tls(evening: &Evening, certificate: &CertificateDer<'static>) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let client =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    connector.connect("live.test".try_into().unwrap(), socket).await.unwrap()
}

/// A line after its handshake.
pub struct Line<S> {
    socket: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// Shakes hands and says `join` in the same breath.
    pub async fn open(mut socket: S, origin: &str, cookie: &str) -> Line<S> {
        let head = format!(
            "GET /api/v1/rooms/evening/ws HTTP/1.1\r\nhost: live.test\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
             connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: livehouse.v1\r\n\r\n"
        );
        let mut bytes = head.into_bytes();
        bytes.extend(frame("{\"join\":true}"));
        socket.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(socket.read_u8().await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
        Line { socket }
    }

    pub async fn say(&mut self, message: &Value) {
        self.socket.write_all(&frame(&message.to_string())).await.unwrap();
    }

    /// The next message; `None` when the line is closed.
    pub async fn next(&mut self) -> Option<Value> {
        let kind = self.socket.read_u8().await.unwrap();
        let length = match self.socket.read_u8().await.unwrap() {
            126 => usize::from(self.socket.read_u16().await.unwrap()),
            short => usize::from(short),
        };
        let mut message = vec![0; length];
        self.socket.read_exact(&mut message).await.unwrap();
        match kind {
            0x81 => Some(serde_json::from_slice(&message).unwrap()),
            0x88 => None,
            other => panic!("neither a whole text nor a close: {other:x}"),
        }
    }

    /// The next message of a kind.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.expect("the line is open");
            if message["type"] == kind {
                return message;
            }
        }
    }
}

/// A whole text frame, masked with zeros.
fn frame(text: &str) -> Vec<u8> {
    let mut bytes = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

#[tokio::test]
async fn a_line_opens() {
    let (evening, host) = Evening::hosted().await;
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let welcome = Line::open(socket, "http://live.test", &host.cookie).await.next().await.unwrap();
    assert_eq!(welcome["type"], "welcome");
    assert_eq!((&welcome["you"]["name"], &welcome["you"]["role"]), (&"Host".into(), &"host".into()));
}

#[tokio::test]
async fn a_line_opens_over_tls() {
    let (evening, certificate) = with_tls().await;
    evening.other_host("Host", "evening").await;
    let socket = tls(&evening, &certificate).await;
    let welcome = Line::open(socket, "https://live.test", "").await.next().await.unwrap();
    assert_eq!(welcome["type"], "welcome");
    assert_eq!((&welcome["you"]["name"], &welcome["you"]["role"]), (&Value::Null, &"guest".into()));
}

/// Somebody has shown the key, and while they are on their way in the key is changed and everybody put out.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_the_way_in_when_the_door_changes_does_not_stay() {
    let (evening, host, doorman) = Evening::hosted_with_a_doorman().await;
    let new_key = async |key: &str| {
        let door = send("PUT", "/api/v1/rooms/evening/door", &json!({"password": key})).by(&host.cookie);
        evening.ask(door).await.expect("200");
    };
    let key_shown = async |key: &str| {
        evening.ask(post("/api/v1/rooms/evening/entry", &json!({"key": key}))).await.expect("204").cookie()
    };
    new_key("sesame").await;
    assert_eq!(evening.order(&host.cookie, 1, json!({"do": "configure", "access": "by_key"})).await, "200");

    let mei = key_shown("sesame").await;
    let (here, go) = doorman.hold_the_next();
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let opening = tokio::spawn(async move { Line::open(socket, "http://live.test", &mei).await });
    here.await.unwrap();
    new_key("changed").await;
    go.send(()).unwrap();
    let mut line = opening.await.unwrap();
    let closing = tokio::time::timeout(PATIENCE, line.next_of("closing")).await.expect("the line is closed");
    assert_eq!(closing["disconnect"], "reenter");

    // The same by an event stream.
    let ada = key_shown("changed").await;
    let (here, go) = doorman.hold_the_next();
    let (address, ask) = (evening.address, get("/api/v1/rooms/evening/events").by(&ada));
    let opening = tokio::spawn(async move { ask.open(address).await.status() });
    here.await.unwrap();
    new_key("changed again").await;
    go.send(()).unwrap();
    assert_eq!(opening.await.unwrap(), 403);

    // Who shows the key that holds is let in and stays.
    let li = key_shown("changed again").await;
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let mut line = Line::open(socket, "http://live.test", &li).await;
    line.next_of("welcome").await;
    line.say(&json!({"key": 1, "do": "ping"})).await;
    line.next_of("pong").await;
}
