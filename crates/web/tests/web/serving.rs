//! The server itself: health, figures, time-outs, TLS, and stopping.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{get, post};
use crate::evening::{Evening, settings};
use crate::events::Stream;
use crate::socket::Line;

#[tokio::test]
async fn it_says_how_it_is() {
    let (evening, host) = Evening::hosted().await;
    evening.ask(get("/healthz")).await.expect("200");
    evening.ask(get("/readyz")).await.expect("200");
    let _line = Stream::open(&evening, &host.cookie, None).await;
    evening.order(&host.cookie, 1, serde_json::json!({"do": "chat", "text": "a secret word"})).await;
    evening.order(&host.cookie, 2, serde_json::json!({"do": "chat", "text": "  "})).await;
    let socket = TcpStream::connect(evening.address).await.unwrap();
    let mut line = Line::open(socket, "http://live.test", &host.cookie).await;
    line.next_of("welcome").await;
    for (key, text, answer) in [(3, "one", "done"), (4, "two", "done"), (5, "", "refused")] {
        line.say(&serde_json::json!({"key": key, "do": "chat", "text": text})).await;
        line.next_of(answer).await;
    }
    // Not an order to the room.
    line.say(&serde_json::json!({"key": 6, "do": "ping"})).await;
    line.next_of("pong").await;
    evening.ask(get("/api/v1/rooms/nowhere")).await.expect("404 no_such_room");
    let figures = String::from_utf8(evening.ask(get("/metrics")).await.expect("200").body.to_vec()).unwrap();
    for line in [
        "livehouse_lines 2",
        "livehouse_rooms 1",
        "livehouse_orders_total{by=\"line\",outcome=\"accepted\"} 2",
        "livehouse_orders_total{by=\"line\",outcome=\"refused\"} 1",
        "livehouse_orders_total{by=\"line\",outcome=\"failed\"} 0",
        "livehouse_orders_total{by=\"http\",outcome=\"accepted\"} 1",
        "livehouse_orders_total{by=\"http\",outcome=\"refused\"} 1",
        "livehouse_refusals_total{code=\"no_such_room\"} 1",
        "livehouse_media_viewers 0",
        "livehouse_media_packets_in_total 0",
        "# EOF",
    ] {
        assert!(figures.lines().any(|found| found == line), "{line} is not in\n{figures}");
    }
    for name in ["Host", "evening", "secret", "127.0.0.1"] {
        assert!(!figures.contains(name), "{name} is in the figures");
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_and_survived() {
    let (evening, host) = Evening::hosted().await;
    evening.store.close().await;
    evening.ask(get("/readyz")).await.expect("503 busy");
    evening.ask(get("/healthz")).await.expect("200");
    let answer = evening.ask(get("/api/v1/me").by(&host.cookie)).await.expect("503 busy");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn stopping_tells_listeners_to_come_back_and_takes_nobody_in() {
    let (mut evening, host) = Evening::hosted().await;
    let address = evening.address;
    let mut stream = Stream::open(&evening, &host.cookie, None).await;
    // Kept open, so that the connection would be there for another request.
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: live.test\r\n\r\n").await.unwrap();
    let mut read = [0; 1_024];
    assert!(idle.read(&mut read).await.unwrap() > 0);

    evening.begin_to_stop();
    assert_eq!(stream.closing().await, "restart");
    assert_eq!(idle.read(&mut read).await.unwrap(), 0, "an idle connection is closed");
    evening.stopped().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_head_without_end_is_not_kept() {
    let evening = Evening::bare(settings()).await;
    let mut flood = TcpStream::connect(evening.address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nhost: live.test\r\nx-long: {}\r\n\r\n", "x".repeat(64 * 1024));
    // The server may close before it has taken all of it.
    let _ = flood.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = flood.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    evening.ask(get("/healthz")).await.expect("200");
}

/// The clock is tokio's and goes on by itself while everybody waits, so the hour passes at once.
#[tokio::test]
async fn who_dribbles_is_cut_off() {
    let evening = Evening::bare(settings()).await;
    let mut head = TcpStream::connect(evening.address).await.unwrap();
    head.write_all(b"GET / HTTP/1.1\r\nhost: live").await.unwrap();
    let mut body = TcpStream::connect(evening.address).await.unwrap();
    let start = "POST /api/v1/guests HTTP/1.1\r\nhost: live.test\r\norigin: http://live.test\r\n\
        content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    body.write_all(start.as_bytes()).await.unwrap();
    // Until the server has read what was sent, its time-outs do not run.
    evening.ask(get("/healthz")).await.expect("200");
    tokio::time::pause();
    let mut answer = Vec::new();
    body.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
    let mut nothing = Vec::new();
    head.read_to_end(&mut nothing).await.unwrap();
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn over_tls_with_a_certificate_of_ones_own() {
    let (evening, certificate) = crate::socket::with_tls().await;

    let mut tls = crate::socket::tls(&evening, &certificate).await;
    let body = "{\"name\":\"Mei\"}";
    let request = |origin: &str| {
        format!(
            "POST /api/v1/guests HTTP/1.1\r\nhost: live.test\r\norigin: {origin}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    tls.write_all(request("https://live.test").as_bytes()).await.unwrap();
    let mut answer = String::new();
    tls.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("; Secure"), "{answer}");

    // The same host over plain HTTP is another page.
    let mut tls = crate::socket::tls(&evening, &certificate).await;
    tls.write_all(request("http://live.test").as_bytes()).await.unwrap();
    let mut answer = String::new();
    tls.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn a_socket_taken_twice_is_an_error_that_says_so() {
    let evening = Evening::bare(settings()).await;
    let mut config = settings();
    config.server.listen = evening.address;
    let failed = std::panic::AssertUnwindSafe(Evening::bare(config));
    let failed = futures_util::FutureExt::catch_unwind(failed).await;
    assert!(failed.is_err());
    evening.ask(post("/api/v1/guests", &serde_json::json!({"name": "Mei"}))).await.expect("200");
    evening.stop().await;
}
