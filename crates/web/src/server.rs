//! The server: accepts connections, gives each to the router, and stops without cutting anybody off in mid-sentence.

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::app::App;
use crate::connection::{Connection, Wire};
use crate::limits;
use crate::tls::{Certificate, Files};

/// Connections the kernel keeps waiting for us: a whole room coming back at once after a break.
const BACKLOG: u32 = 4_096;

/// How long a TLS handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// How long a request's head may take, and how long a connection may stay idle between requests. Long enough for a
/// phone that reloads, short enough that a crowd of half-open connections goes away by itself.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(15);

/// The most bytes of a request's head. Browsers send some 2 KB; a larger head is answered 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// The most header fields of a request.
const HEADERS_MAX: usize = 64;

/// How long requests under way may take to end once the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// From which socket a request came.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The other end of the connection: a client or a proxy.
    pub ip: IpAddr,
    /// Whether the connection is TLS.
    pub tls: bool,
}

/// The web server of a house, bound to its address.
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<Certificate>,
    places: Arc<Semaphore>,
    places_max: u32,
}

impl Server {
    /// Binds the address and reads the certificate of the settings. Nothing is accepted before [`Server::run`].
    pub fn bind(app: App, config: &config::Server) -> anyhow::Result<Server> {
        let certificate = Files::of(&config.tls)?.map(Certificate::load).transpose()?;
        let listener = listen(config.listen).with_context(|| {
            format!("cannot listen on {}; is it in use, or not of this machine?", config.listen)
        })?;
        let address = listener.local_addr().context("cannot read the address the server listens on")?;
        let places_max = limits::shares().connections;
        let places = Arc::new(Semaphore::new(places_max as usize));
        Ok(Server { app, listener, address, certificate, places, places_max })
    }

    /// Where the server listens: with the port the system chose, if the settings asked for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it speaks HTTPS.
    pub fn is_secure(&self) -> bool {
        self.certificate.is_some()
    }

    /// The certificate of the moment, for other ports of the house.
    pub fn certificate(&self) -> Option<watch::Receiver<TlsAcceptor>> {
        self.certificate.as_ref().map(Certificate::watch)
    }

    /// Serves until `shutdown` ends; then accepts nothing more, tells listeners to come back, lets requests under way
    /// end, and returns.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let (stop, stopping) = watch::channel(false);
        let tls = self.certificate.as_ref().map(Certificate::watch);
        let fresh = self.certificate.map(|certificate| tokio::spawn(certificate.keep_fresh()));
        let accept = Accept {
            router: crate::router::router(self.app.clone()),
            app: self.app.clone(),
            listener: self.listener,
            places: Arc::clone(&self.places),
            tls,
            stopping,
        };
        self.app.set_ready(true);
        tokio::select! {
            () = accept.run() => {}
            () = shutdown => {}
        }
        self.app.set_ready(false);
        if let Some(fresh) = fresh {
            fresh.abort();
        }
        stop.send_replace(true);
        // Rooms write and answer what they have taken, and tell their lines to come back; then the lines end.
        self.app.rooms().shutdown().await;
        let lines = self.app.lines().clone();
        // It waits for threads, which the runtime's own must not do.
        if tokio::task::spawn_blocking(move || lines.stop()).await.is_err() {
            tracing::error!("The lines could not be told that the server stops");
        }
        // Every connection holds a place until it ends, so all places free means that nobody is left.
        if tokio::time::timeout(DRAIN_MAX, self.places.acquire_many(self.places_max)).await.is_err() {
            tracing::warn!("Stopped with connections still open");
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for the connections of the process before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The loop that accepts, and what each connection needs.
struct Accept {
    app: App,
    router: Router,
    listener: TcpListener,
    places: Arc<Semaphore>,
    tls: Option<watch::Receiver<TlsAcceptor>>,
    stopping: watch::Receiver<bool>,
}

impl Accept {
    async fn run(self) {
        // The semaphore is never closed; when all places are taken, the kernel's queue is where newcomers wait.
        while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
            match self.listener.accept().await {
                Ok((socket, peer)) => self.serve(socket, peer.ip(), place),
                Err(error) => pause_after(error).await,
            }
        }
    }

    fn serve(&self, socket: TcpStream, ip: IpAddr, place: OwnedSemaphorePermit) {
        let acceptor = self.tls.as_ref().map(|tls| tls.borrow().clone());
        let peer = Peer { ip, tls: acceptor.is_some() };
        let router = self.router.clone();
        let stopping = self.stopping.clone();
        let counted = self.app.metrics().connection();
        tokio::spawn(async move {
            let _counted = counted;
            // Without it each answer would wait for the acknowledgement of the one before.
            let _ = socket.set_nodelay(true);
            if let Some(wire) = secure(socket, acceptor).await {
                talk(Connection::new(wire, place), peer, router, stopping).await;
            }
        });
    }
}

/// Out of files or of memory: nothing can be accepted until somebody leaves, and asking again at once would only burn
/// the core that is needed for it.
async fn pause_after(error: io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::error!(%error, "Cannot accept connections");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn secure(socket: TcpStream, acceptor: Option<TlsAcceptor>) -> Option<Wire> {
    let Some(acceptor) = acceptor else { return Some(Wire::Plain(socket)) };
    match tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(socket)).await {
        Ok(Ok(stream)) => Some(Wire::Tls(Box::new(stream))),
        // Port scanners and plain HTTP on the HTTPS port end here, many times a day.
        Ok(Err(error)) => {
            tracing::debug!(%error, "A TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

async fn talk(connection: Connection, peer: Peer, router: Router, mut stopping: watch::Receiver<bool>) {
    let service =
        tower::service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), peer, request));
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(connection), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(http);
    let ended = tokio::select! {
        ended = &mut http => ended,
        () = stopped(&mut stopping) => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
    if let Err(error) = ended {
        // A client that went away, was too slow, or spoke no HTTP.
        tracing::debug!(%error, "A connection ended early");
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // A server that is gone has stopped too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn answer(
    router: Router,
    peer: Peer,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    router.oneshot(request).await
}
