//! As much HTTP as a load needs: signing in, coming in as a guest, and the upgrade to WebSocket.

use anyhow::{Context, bail};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long a server may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Connections from one source address: a third of the ports a system hands out.
const PER_ADDRESS: usize = 10_000;

/// A cookie that says who one is.
pub(super) fn sign_in(server: SocketAddr, name: &str, password: &str) -> anyhow::Result<String> {
    let body = serde_json::json!({ "name": name, "password": password });
    cookie(server, line_source(0), "/api/v1/sessions", &body).context("signing in failed")
}

/// A cookie of a new guest.
pub(super) fn guest(server: SocketAddr, number: usize) -> anyhow::Result<String> {
    let body = serde_json::json!({ "name": format!("load {number}") });
    cookie(server, guest_source(number), "/api/v1/guests", &body).context("coming in as a guest failed")
}

fn cookie(
    server: SocketAddr,
    source: Ipv4Addr,
    path: &str,
    body: &serde_json::Value,
) -> anyhow::Result<String> {
    let mut socket = connect_from(server, source)?;
    let body = body.to_string();
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(socket);
    let head = head(&mut reader)?;
    if !head[0].contains(" 2") {
        let mut answer = String::new();
        // What the server says is worth showing, as far as it comes.
        let _ = reader.take(2_000).read_to_string(&mut answer);
        bail!("the server answered {}: {answer}", head[0]);
    }
    let cookie = head.iter().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
    let cookie = cookie.and_then(|line| line.split_once(':')).context("the server set no cookie")?.1;
    Ok(cookie.split(';').next().unwrap_or_default().trim().to_owned())
}

/// A WebSocket to `path`, with what the server has said behind its answer.
pub(super) fn upgrade(
    server: SocketAddr,
    number: usize,
    path: &str,
    cookie: Option<&str>,
) -> anyhow::Result<(TcpStream, Vec<u8>)> {
    let mut socket = connect(server, number)?;
    let cookie = cookie.map_or(String::new(), |cookie| format!("Cookie: {cookie}\r\n"));
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bGl2ZWhvdXNlIGxvYWQgIQ==\r\n\
         Sec-WebSocket-Protocol: livehouse.v1\r\n{cookie}\r\n"
    )?;
    let mut reader = BufReader::new(socket);
    let head = head(&mut reader)?;
    if !head[0].contains(" 101") {
        bail!("the server does not open a line: {}", head[0]);
    }
    let early = reader.buffer().to_vec();
    Ok((reader.into_inner(), early))
}

/// A connection from a loopback address that has ports left, when the server is on loopback.
pub(super) fn connect(server: SocketAddr, number: usize) -> anyhow::Result<TcpStream> {
    connect_from(server, line_source(number))
}

fn line_source(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, u8::try_from(2 + number / PER_ADDRESS).unwrap_or(254))
}

/// Servers allow few guests from one address, so each comes from an address of its own.
fn guest_source(number: usize) -> Ipv4Addr {
    let [high, low] = u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low)
}

fn connect_from(server: SocketAddr, source: Ipv4Addr) -> anyhow::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, Some(Protocol::TCP))?;
    if server.ip().is_loopback() && server.is_ipv4() {
        socket.bind(&SocketAddr::new(IpAddr::V4(source), 0).into())?;
    }
    socket
        .connect(&server.into())
        .with_context(|| format!("{server} does not answer; is the server running?"))?;
    let socket = TcpStream::from(socket);
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(ANSWER_MAX))?;
    Ok(socket)
}

fn head(reader: &mut BufReader<TcpStream>) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).context("the server did not answer in time")?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    if lines.is_empty() {
        bail!("the server closed the connection without an answer");
    }
    Ok(lines)
}
