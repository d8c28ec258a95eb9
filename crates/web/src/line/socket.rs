//! A line's socket: plain, or with the TLS state that came with it.

use std::io::{ErrorKind, IoSlice, Read, Write};

use mio::net::TcpStream;
use rustls::ServerConnection;

/// What one encrypted line may have waiting below its outbox, in bytes.
const TLS_BYTES_MAX: usize = 32 * 1024;

/// A socket that never blocks.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    tls: Option<Box<ServerConnection>>,
}

/// What came of reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// So many bytes.
    Bytes(usize),
    /// Nothing at the moment.
    Nothing,
    /// The other end is gone.
    Gone,
}

/// The other end is gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone;

impl Socket {
    pub(super) fn new(stream: TcpStream, mut tls: Option<Box<ServerConnection>>) -> Socket {
        if let Some(tls) = &mut tls {
            tls.set_buffer_limit(Some(TLS_BYTES_MAX));
        }
        Socket { stream, tls }
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> Incoming {
        match &mut self.tls {
            None => incoming(unbroken(|| self.stream.read(into))),
            Some(tls) => read_tls(tls, &mut self.stream, into),
        }
    }

    /// Writes as much as goes now; how much that was.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<usize, Gone> {
        match &mut self.tls {
            None => written(unbroken(|| self.stream.write(bytes))),
            Some(tls) => write_tls(tls, &mut self.stream, |to| to.write(bytes)),
        }
    }

    /// The same with pieces.
    pub(super) fn write_pieces(&mut self, pieces: &[IoSlice<'_>]) -> Result<usize, Gone> {
        match &mut self.tls {
            None => written(unbroken(|| self.stream.write_vectored(pieces))),
            Some(tls) => write_tls(tls, &mut self.stream, |to| to.write_vectored(pieces)),
        }
    }

    /// Whether bytes that count as written still wait to be encrypted or sent.
    pub(super) fn is_behind(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Sends what waits below the outbox.
    pub(super) fn flush(&mut self) -> Result<(), Gone> {
        match &mut self.tls {
            None => Ok(()),
            Some(tls) => send(tls, &mut self.stream),
        }
    }

    /// Says that nothing more comes; what comes in can still be read.
    pub(super) fn finish(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            // It is a courtesy: whoever is gone does not need it.
            let _ = send(tls, &mut self.stream);
        }
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }
}

fn incoming(read: std::io::Result<usize>) -> Incoming {
    match read {
        Ok(0) => Incoming::Gone,
        Ok(count) => Incoming::Bytes(count),
        Err(error) if is_later(&error) => Incoming::Nothing,
        Err(_) => Incoming::Gone,
    }
}

fn written(write: std::io::Result<usize>) -> Result<usize, Gone> {
    match write {
        Ok(count) => Ok(count),
        Err(error) if is_later(&error) => Ok(0),
        Err(_) => Err(Gone),
    }
}

fn is_later(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}

/// Does it again when a signal came in between: readiness is told once, so it may not be taken for "later".
fn unbroken(mut call: impl FnMut() -> std::io::Result<usize>) -> std::io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn read_tls(tls: &mut ServerConnection, stream: &mut TcpStream, into: &mut [u8]) -> Incoming {
    loop {
        match tls.reader().read(into) {
            Ok(0) => return Incoming::Gone,
            Ok(count) => return Incoming::Bytes(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return Incoming::Gone,
        }
        match unbroken(|| tls.read_tls(stream)) {
            Ok(0) => return Incoming::Gone,
            Ok(_) => {}
            Err(error) if is_later(&error) => return Incoming::Nothing,
            Err(_) => return Incoming::Gone,
        }
        if tls.process_new_packets().is_err() {
            // rustls has an alert to send, which says why.
            let _ = send(tls, stream);
            return Incoming::Gone;
        }
        if send(tls, stream).is_err() {
            return Incoming::Gone;
        }
    }
}

fn write_tls(
    tls: &mut ServerConnection,
    stream: &mut TcpStream,
    write: impl FnOnce(&mut rustls::Writer<'_>) -> std::io::Result<usize>,
) -> Result<usize, Gone> {
    send(tls, stream)?;
    if tls.wants_write() {
        return Ok(0);
    }
    let count = write(&mut tls.writer()).map_err(|_| Gone)?;
    send(tls, stream)?;
    Ok(count)
}

fn send(tls: &mut ServerConnection, stream: &mut TcpStream) -> Result<(), Gone> {
    while tls.wants_write() {
        match unbroken(|| tls.write_tls(stream)) {
            Ok(0) => return Err(Gone),
            Ok(_) => {}
            Err(error) if is_later(&error) => return Ok(()),
            Err(_) => return Err(Gone),
        }
    }
    Ok(())
}
