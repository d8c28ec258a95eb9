//! Where RTMP and RTMPS encoders come in.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Origin;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::rtmp_peer::{self, Verdict};
use crate::{Doorkeeper, MediaHandle, OnAir};

/// Connections at a time. Each may hold some megabytes of an unfinished picture.
const CONNECTIONS_MAX: usize = 512;

/// Connections of one address: a studio with all its encoders, and those of before that have not timed out.
const CONNECTIONS_PER_ADDRESS_MAX: u32 = 16;

/// Connections the kernel keeps waiting for us.
const BACKLOG: u32 = 256;

/// How long the first byte and a TLS handshake may take together.
const FIRST_BYTE_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long to wait when the system cannot take a connection at the moment.
const PAUSE: Duration = Duration::from_millis(250);

/// What a TLS connection begins with.
const TLS_HANDSHAKE: u8 = 0x16;

/// A port for encoders.
pub struct RtmpListener {
    listener: TcpListener,
}

/// What the encoders' connections need.
#[derive(Clone)]
pub struct RtmpHouse {
    /// The media loops.
    pub media: MediaHandle,
    /// Where frames go.
    pub on_air: OnAir,
    /// Who knows the keys.
    pub doorkeeper: Arc<dyn Doorkeeper>,
    /// The certificate for RTMPS, which comes in by the same port.
    pub tls: Option<watch::Receiver<TlsAcceptor>>,
}

impl RtmpListener {
    /// Binds the port. Nothing is accepted before [`RtmpListener::run`]. Call it inside a tokio runtime.
    pub fn bind(address: SocketAddr) -> io::Result<RtmpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for the connections of the process before to be forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(RtmpListener { listener: socket.listen(BACKLOG)? })
    }

    /// Where it listens: with the port the system chose, if 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes encoders in until it is dropped, and they with it.
    pub async fn run(self, house: RtmpHouse) {
        let places = Places::default();
        let mut peers = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = peers.join_next() => continue,
            };
            match accepted {
                Ok((stream, from)) => {
                    let place =
                        (peers.len() < CONNECTIONS_MAX).then(|| places.take(Origin::of(from.ip()))).flatten();
                    if let Some(place) = place {
                        peers.spawn(serve(stream, house.clone(), place));
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "An RTMP connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, house: RtmpHouse, place: Place) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let Ok(Ok(1)) = timeout(FIRST_BYTE_WAIT_MAX, stream.peek(&mut first)).await else { return };
    let verdict = match (first[0], &house.tls) {
        (TLS_HANDSHAKE, Some(tls)) => {
            let acceptor = tls.borrow().clone();
            match timeout(FIRST_BYTE_WAIT_MAX, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => rtmp_peer::serve(stream, &house).await,
                Ok(Err(_)) | Err(_) => return,
            }
        }
        (TLS_HANDSHAKE, None) => {
            tracing::info!(
                "An encoder came by RTMPS, for which there is no certificate; set server.tls, or use rtmp://"
            );
            return;
        }
        (_, _) => rtmp_peer::serve(stream, &house).await,
    };
    drop(place);
    match verdict {
        Verdict::Quiet => {}
        Verdict::Told(why) => tracing::info!("An encoder's RTMP connection ended: {why}"),
    }
}

/// How many connections each address has. Those without one are not in it.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<BTreeMap<Origin, u32>>>);

/// One connection's place, given back when it is dropped.
struct Place {
    places: Places,
    origin: Origin,
}

impl Places {
    fn take(&self, origin: Origin) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(origin).or_default();
        if *count >= CONNECTIONS_PER_ADDRESS_MAX {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), origin })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.origin) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let places = Places::default();
        let origin = |last| Origin::of([192, 0, 2, last].into());
        let held: Vec<_> = (0..CONNECTIONS_PER_ADDRESS_MAX).map(|_| places.take(origin(1))).collect();
        assert!(held.iter().all(Option::is_some) && places.take(origin(1)).is_none());
        assert!(places.take(origin(2)).is_some());
        drop(held);
        assert!(places.0.lock().unwrap().is_empty());
    }
}
