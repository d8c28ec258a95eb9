//! The WebSocket from its handshake to its first words, plain and over TLS. What follows is the lines' own.

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::evening::{Evening, settings};

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

/// Shakes hands, says `join` in the same breath, and reads the welcome.
async fn join(mut socket: impl AsyncRead + AsyncWrite + Unpin, origin: &str, cookie: &str) -> Value {
    let head = format!(
        "GET /api/v1/rooms/evening/ws HTTP/1.1\r\nhost: live.test\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
         connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: livehouse.v1\r\n\r\n"
    );
    let said = b"{\"join\":true}";
    let mut bytes = head.into_bytes();
    // A whole text frame, masked with zeros.
    bytes.extend_from_slice(&[0x81, 0x80 | u8::try_from(said.len()).unwrap(), 0, 0, 0, 0]);
    bytes.extend_from_slice(said);
    socket.write_all(&bytes).await.unwrap();

    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(socket.read_u8().await.unwrap(), 0x81, "one whole text frame");
    let length = match socket.read_u8().await.unwrap() {
        126 => usize::from(socket.read_u16().await.unwrap()),
        short => usize::from(short),
    };
    let mut message = vec![0; length];
    socket.read_exact(&mut message).await.unwrap();
    serde_json::from_slice(&message).unwrap()
}

#[tokio::test]
async fn a_line_opens() {
    let (evening, host) = Evening::hosted().await;
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let welcome = join(socket, "http://live.test", &host.cookie).await;
    assert_eq!(welcome["type"], "welcome");
    assert_eq!((&welcome["you"]["name"], &welcome["you"]["role"]), (&"Host".into(), &"host".into()));
}

#[tokio::test]
async fn a_line_opens_over_tls() {
    let (evening, certificate) = with_tls().await;
    evening.other_host("Host", "evening").await;
    let welcome = join(tls(&evening, &certificate).await, "https://live.test", "").await;
    assert_eq!(welcome["type"], "welcome");
    assert_eq!((&welcome["you"]["name"], &welcome["you"]["role"]), (&Value::Null, &"guest".into()));
}
