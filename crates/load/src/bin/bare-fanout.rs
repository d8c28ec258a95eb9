//! The limit that the chat bench is held against: an epoll loop that writes the same bytes to every socket at the same
//! pace, and does nothing else.

use anyhow::{Context, bail};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

const LISTENER: Token = Token(usize::MAX);

/// `bare-fanout ADDR WRITES_PER_SECOND BYTES`
fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, rate, bytes] = args.as_slice() else {
        bail!("usage: bare-fanout ADDR WRITES_PER_SECOND BYTES")
    };
    let every = Duration::from_secs_f64(1.0 / rate.parse::<f64>().context("the rate is not a number")?);
    let bytes: usize = bytes.parse().context("the size is not a number")?;
    load::chat::open_files_max()?;
    let mut listener = TcpListener::bind(address.parse()?)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1_024);
    let mut sockets: Vec<TcpStream> = Vec::new();
    let mut due = Instant::now() + every;
    loop {
        match poll.poll(&mut events, Some(due.saturating_duration_since(Instant::now()))) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        for event in &events {
            match sockets.get_mut(event.token().0) {
                Some(socket) => drop(socket.read(&mut [0; 1_024])),
                None => accept(&listener, &poll, &mut sockets)?,
            }
        }
        if Instant::now() >= due {
            due += every;
            let mut message = load::chat::text(load::chat::now_us(), bytes).into_bytes();
            message.resize(bytes, b' ');
            for socket in &mut sockets {
                // Who does not read is not this program's business: it measures writes.
                let _ = socket.write(&message);
            }
        }
    }
}

fn accept(listener: &TcpListener, poll: &Poll, sockets: &mut Vec<TcpStream>) -> anyhow::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut socket, _)) => {
                socket.set_nodelay(true)?;
                poll.registry().register(&mut socket, Token(sockets.len()), Interest::READABLE)?;
                sockets.push(socket);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
