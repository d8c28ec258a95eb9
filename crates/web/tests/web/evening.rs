//! A server with a host and a room, on a port of its own.

use auth::{Accounts, Passwords, RoomWish, Secret};
use config::Config;
use edge::{MediaConfig, MediaHandle};
use house::{Clock, Ids, RandomIds, RoomRegistry, WallClock};
use model::{ConnectionId, Nickname, RoomSlug, Timestamp};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, mpsc};
use store::Store;
use store_sqlite::SqliteStore;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::{App, Lines, LinesConfig, Listeners, Parts, Server, Wire};

use crate::client::{Ask, get, post};

/// A running server.
pub struct Evening {
    pub address: SocketAddr,
    pub accounts: Accounts,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub media: MediaHandle,
    pub rooms: RoomRegistry,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
    _dir: tempfile::TempDir,
}

/// A host with their room.
pub struct Hosted {
    pub cookie: String,
    pub stream_key: String,
}

impl Evening {
    /// A server nobody has set up, as the settings say.
    pub async fn bare(config: Config) -> Evening {
        Evening::with(config, LinesConfig::default(), Arc::new(WallClock::default()), random()).await
    }

    /// A server on which no time passes, for what is counted by the time between; its rooms show nothing new.
    pub async fn at_one_moment(config: Config) -> Evening {
        Evening::with(config, LinesConfig::default(), Arc::new(Stopped), random()).await
    }

    async fn with(config: Config, lines: LinesConfig, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Evening {
        let dir = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&dir.path().join("house.sqlite")).await.unwrap());
        let media_config = MediaConfig {
            port: 0,
            bind: IpAddr::from([127, 0, 0, 1]),
            loops: 1,
            tcp: false,
            hls: Some(hls::Settings::default()),
            ..MediaConfig::default()
        };
        let (media, _) = edge::start(&media_config).unwrap();
        let lines = Lines::start(LinesConfig { threads: 1, ..lines }, clock.clone()).unwrap();
        let listeners = Arc::new(Listeners::new(lines, media.clone()));
        let rooms = RoomRegistry::new(store.clone(), clock.clone(), ids, Arc::new(Wire), listeners.clone());
        // The cheapest passwords there are: what they cost is tested where they are made.
        let accounts = Accounts::with_passwords(store.clone(), Passwords::with(8, 1));
        let parts =
            Parts { store: store.clone(), accounts: accounts.clone(), rooms: rooms.clone(), listeners };
        let app = App::new(parts, &config).unwrap();
        let server = Server::bind(app, &config.server).unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Evening { address, accounts, store, clock, media, rooms, stop: Some(stop), served, _dir: dir }
    }

    /// A server with its host and the public room `evening`.
    pub async fn hosted() -> (Evening, Hosted) {
        Evening::hosted_with(settings()).await
    }

    /// The same, for so many event streams.
    pub async fn hosted_for_streams(streams_max: usize) -> (Evening, Hosted) {
        let lines = LinesConfig { streams_max, ..LinesConfig::default() };
        let evening = Evening::with(settings(), lines, Arc::new(WallClock::default()), random()).await;
        let host = evening.set_up().await;
        (evening, host)
    }

    /// The same behind a proxy that is trusted, for so many event streams of one address.
    pub async fn hosted_for_streams_of_one(streams_per_address_max: usize) -> (Evening, Hosted) {
        let lines = LinesConfig { streams_per_address_max, ..LinesConfig::default() };
        let evening = Evening::with(behind_a_proxy(), lines, Arc::new(WallClock::default()), random()).await;
        let host = evening.set_up().await;
        (evening, host)
    }

    /// A server with its host, and a doorman who can keep somebody between the door and the room.
    pub async fn hosted_with_a_doorman() -> (Evening, Hosted, Arc<Doorman>) {
        let doorman = Arc::new(Doorman::default());
        let clock = Arc::new(WallClock::default());
        let evening = Evening::with(settings(), LinesConfig::default(), clock, doorman.clone()).await;
        let host = evening.set_up().await;
        (evening, host, doorman)
    }

    pub async fn hosted_with(config: Config) -> (Evening, Hosted) {
        let evening = Evening::bare(config).await;
        let host = evening.set_up().await;
        (evening, host)
    }

    /// Makes the host and the public room `evening`.
    pub async fn set_up(&self) -> Hosted {
        let token = self.accounts.offer_setup(self.clock.now()).await.unwrap().unwrap();
        let form = json!({"token": token.expose(), "name": "Host", "password": "correct horse",
            "room_title": "An evening", "room_slug": "evening"});
        let answer = self.ask(post("/api/v1/setup", &form)).await.expect("200");
        let stream_key = answer.json()["stream_key"].as_str().unwrap().to_owned();
        Hosted { cookie: answer.cookie(), stream_key }
    }

    pub async fn ask(&self, ask: Ask) -> crate::client::Answer {
        ask.of(self.address).await
    }

    /// Somebody with a nickname; their cookie.
    pub async fn guest(&self, name: &str) -> String {
        self.ask(post("/api/v1/guests", &json!({"name": name}))).await.expect("200").cookie()
    }

    /// Somebody with an account; their cookie.
    pub async fn account(&self, name: &str) -> String {
        let form = json!({"name": name, "password": "a long password"});
        self.ask(post("/api/v1/accounts", &form)).await.expect("200").cookie()
    }

    /// Somebody's id.
    pub async fn id(&self, cookie: &str) -> u64 {
        self.ask(get("/api/v1/me").by(cookie)).await.json()["person"]["id"].as_u64().unwrap()
    }

    /// The host of another room.
    pub async fn other_host(&self, name: &str, slug: &str) -> Hosted {
        let now = self.clock.now();
        let name = Nickname::parse(name).unwrap();
        let password = Secret::new("a long password".to_owned());
        let from = auth::Origin::of(IpAddr::from([192, 0, 2, 1]));
        let host = self.accounts.register(None, &name, &password, from, now).await.unwrap();
        let wish = RoomWish { slug: RoomSlug::parse(slug).unwrap(), title: "Another".to_owned() };
        let founded = self.accounts.found_room(host.person.id, wish, now).await.unwrap();
        Hosted {
            cookie: format!("livehouse_session={}", host.token.expose()),
            stream_key: founded.stream_key.expose().to_owned(),
        }
    }

    /// Puts an order to the room `evening`; what is said to it.
    pub async fn order(&self, cookie: &str, key: u64, order: serde_json::Value) -> String {
        let mut body = order;
        body["key"] = key.into();
        self.ask(post("/api/v1/rooms/evening/orders", &body).by(cookie)).await.said()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.await.unwrap();
    }

    /// Tells the server to stop.
    pub fn begin_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits until it has stopped.
    pub async fn stopped(self) {
        self.served.await.unwrap();
    }
}

/// On a free port of this machine, and nothing else than the defaults.
pub fn settings() -> Config {
    let mut config = Config::default();
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config
}

/// The same behind a proxy on this machine that is trusted.
pub fn behind_a_proxy() -> Config {
    let mut config = settings();
    config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    config
}

fn random() -> Arc<dyn Ids> {
    Arc::new(RandomIds::default())
}

/// Gives out ids, and at one's wish holds the next line up when it asks for its own: it has passed the guard then, and
/// is not yet in the room. Needs a runtime of several threads.
#[derive(Default)]
pub struct Doorman {
    ids: RandomIds,
    held: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Doorman {
    /// Holds the next one up: the first end tells that they are here, the other lets them go.
    pub fn hold_the_next(&self) -> (oneshot::Receiver<()>, mpsc::Sender<()>) {
        let (to_here, here) = oneshot::channel();
        let (go, going) = mpsc::channel();
        *self.held.lock().unwrap() = Some((to_here, going));
        (here, go)
    }
}

impl Ids for Doorman {
    fn number(&self) -> u64 {
        self.ids.number()
    }

    fn connection(&self) -> ConnectionId {
        let held = self.held.lock().unwrap().take();
        if let Some((here, going)) = held {
            here.send(()).unwrap();
            tokio::task::block_in_place(|| going.recv()).unwrap();
        }
        self.ids.connection()
    }
}

/// A clock that stands.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000)
    }
}
