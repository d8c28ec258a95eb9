//! The server: every part, put together once, and stopped in the order that loses nothing.

use anyhow::{Context, Result};
use auth::Accounts;
use config::Config;
use edge::{Bridge, FrameSink, MediaConfig, MediaFact, MediaHandle, OnAir, RtmpHouse, RtmpListener};
use house::{Clock, Ids, RandomIds, RoomRegistry, WallClock};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Receiver;
use tracing::{info, warn};

use crate::doorkeeper::Keys;
use crate::greeting::Greeting;
use crate::language::Language;
use crate::{backend, facts, logs};

/// How often sessions that have ended are forgotten.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// A server with everything it needs, not serving yet.
pub struct Livehouse {
    config: Config,
    store: Arc<dyn Store>,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    rooms: RoomRegistry,
    media: MediaHandle,
    facts: Receiver<MediaFact>,
    lines: web::Lines,
    web: web::Server,
    /// The port for encoders, and what their connections need.
    rtmp: Option<(RtmpListener, RtmpHouse)>,
}

impl Livehouse {
    /// Opens the database, starts the media loops and the lines, and binds the address. Call it inside a tokio runtime.
    pub async fn load(config: Config) -> Result<Livehouse> {
        let store = backend::open(&config).await?;
        let clock: Arc<dyn Clock> = Arc::new(WallClock::default());
        let ids: Arc<dyn Ids> = Arc::new(RandomIds::default());
        let media_config = media_config(&config);
        let (media, facts) = edge::start(&media_config).with_context(|| {
            format!("cannot open the media port {}; is it in use? Set media.port", media_config.port)
        })?;
        let lines = web::Lines::start(web::lines_config(&config.lines), clock.clone())
            .context("cannot start the threads of the lines")?;
        let listeners = Arc::new(web::Listeners::new(lines.clone(), media.clone()));
        let rooms =
            RoomRegistry::new(store.clone(), clock.clone(), ids, Arc::new(web::Wire), listeners.clone());
        let accounts = Accounts::new(store.clone());
        let parts =
            web::Parts { store: store.clone(), accounts: accounts.clone(), rooms: rooms.clone(), listeners };
        let app = web::App::new(parts, &config)?;
        let web = web::Server::bind(app.clone(), &config.server)?;
        let rtmp = match rtmp_listener(&config)? {
            Some(listener) => {
                let mut sinks: Vec<Arc<dyn FrameSink>> = vec![Arc::new(Bridge::new(media.clone()))];
                if let Some(programmes) = media.programmes() {
                    sinks.push(Arc::new(programmes.clone()));
                }
                let on_air = OnAir::new(sinks);
                let doorkeeper = Arc::new(Keys::new(accounts.clone(), app));
                Some((
                    listener,
                    RtmpHouse { media: media.clone(), on_air, doorkeeper, tls: web.certificate() },
                ))
            }
            None => None,
        };
        Ok(Livehouse { config, store, accounts, clock, rooms, media, facts, lines, web, rtmp })
    }

    /// What to say to who started it. While there is no host, a one-time link is made for it, and any before is void.
    pub async fn greeting(&self) -> Result<Greeting> {
        let token = self.accounts.offer_setup(self.clock.now()).await?;
        Ok(Greeting {
            address: self.web.address(),
            secure: self.web.is_secure(),
            public_url: self.config.server.public_url.clone(),
            setup_token: token.map(|token| token.expose().to_owned()),
        })
    }

    /// Who is who here.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The rooms.
    pub fn rooms(&self) -> &RoomRegistry {
        &self.rooms
    }

    /// The clock of the rooms.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Serves until `shutdown` ends; then takes nobody in any more, lets what is under way end, and closes the database.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let telling = tokio::spawn(facts::tell(self.facts, self.rooms.clone()));
        let sweeping = tokio::spawn(sweep(self.store.clone(), self.clock.clone()));
        let encoders = self.rtmp.map(|(listener, house)| tokio::spawn(listener.run(house)));
        self.web.run(shutdown).await;
        if let Some(encoders) = encoders {
            encoders.abort();
        }
        // The rooms write and answer what they have taken, and say goodbye to their lines, before the lines end.
        self.rooms.shutdown().await;
        self.lines.stop();
        sweeping.abort();
        telling.abort();
        drop(self.media);
        self.store.close().await;
        info!("Stopped");
    }
}

/// Binds the port for encoders, where the settings want one.
fn rtmp_listener(config: &Config) -> Result<Option<RtmpListener>> {
    if !config.rtmp.on {
        return Ok(None);
    }
    let address = SocketAddr::new(config.server.listen.ip(), config.rtmp.port);
    let listener = RtmpListener::bind(address).with_context(|| {
        format!("cannot listen for RTMP on {address}; is it in use? Set rtmp.port, or rtmp.on = false")
    })?;
    Ok(Some(listener))
}

fn media_config(config: &Config) -> MediaConfig {
    let media = &config.media;
    MediaConfig {
        port: media.port,
        loops: usize::from(media.loops),
        public_addresses: media.public_addresses.clone(),
        tcp: media.tcp,
        viewers_per_room_max: media.viewers_per_room_max as usize,
        hls: config.hls.on.then(|| hls_settings(&config.hls)),
        forwarding: sfu::Config {
            retransmit: media.repair,
            audio_redundancy: media.repair,
            repair_ahead: media.repair && media.repair_ahead,
            ..sfu::Config::default()
        },
        ..MediaConfig::default()
    }
}

fn hls_settings(hls: &config::Hls) -> hls::Settings {
    let millis = |ms: u32| media::MediaTime::from_millis(i64::from(ms));
    hls::Settings {
        part: millis(hls.part_ms),
        window: media::MediaTime::from_millis(i64::from(hls.window_minutes) * 60_000),
        window_bytes_max: (hls.memory_mb as usize).saturating_mul(1024 * 1024),
        ..hls::Settings::default()
    }
}

async fn sweep(store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    loop {
        match store.expire_sessions(clock.now()).await {
            Ok(0) => {}
            Ok(sessions) => info!(sessions, "Forgot sessions that had ended"),
            Err(error) => warn!(%error, "Could not forget the sessions that have ended"),
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// The runtime of every command.
pub fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the program")
}

/// `livehouse serve`.
pub fn serve(config: Config) -> Result<()> {
    logs::start(&config.log.filter)?;
    runtime()?.block_on(async {
        let livehouse = Livehouse::load(config).await?;
        let stopped = stop_signal()?;
        logs::say(&livehouse.greeting().await?.text(Language::of_terminal()));
        livehouse.run(stopped).await;
        Ok(())
    })
}

/// Ends when the operator wants the program to: SIGTERM, or Ctrl-C.
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        info!("Stopping");
    })
}
