//! What every handler is given: the parts of the house, put together once.

use auth::{Accounts, AuthError, Limiter, Policy};
use config::{Config, Network};
use edge::{MediaHandle, SessionId};
use house::RoomRegistry;
use model::{RoomId, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;

use crate::error::ApiError;
use crate::guard::Asker;
use crate::line::Lines;
use crate::listeners::Listeners;
use crate::metrics::Metrics;
use crate::negotiation::{self, Endpoint};
use crate::origin::Origin;
use crate::publishers::{Admission, Publishers};
use crate::watchers::Watchers;

/// Names taken from one address. A school behind one address comes in at once; a script does not go on for long.
const NAMINGS: Policy = Policy {
    free: 60,
    wait_first: Duration::from_secs(1),
    wait_max: Duration::from_secs(5 * 60),
    forget_after: Duration::from_secs(60 * 60),
};

/// WHIP or WHEP offers from one address. A school behind one address comes back at once after a break, and who has a
/// bad network asks every few seconds; a script goes on at four a second.
const OFFERS: Policy = Policy {
    free: 240,
    wait_first: Duration::from_millis(250),
    wait_max: Duration::from_millis(250),
    forget_after: Duration::from_secs(60),
};

/// The parts of the house, for who puts it together.
pub struct Parts {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Who is who.
    pub accounts: Accounts,
    /// The rooms. Its audience is the `listeners` below.
    pub rooms: RoomRegistry,
    /// Who hears the rooms.
    pub listeners: Arc<Listeners>,
}

/// What every handler is given. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    metrics: Metrics,
    publishers: Publishers,
    trusted_proxies: Vec<Network>,
    public_origin: Option<Origin>,
    registration_open: bool,
    // A lock and not an actor: each use is a look-up without waiting.
    namings: Mutex<Limiter<auth::Origin>>,
    // Each way has its own count, so that a house full of viewers does not keep its host off the air.
    offers: Mutex<Limiter<(auth::Origin, Endpoint)>>,
    ready: AtomicBool,
}

impl App {
    /// Puts the parts together as the settings say.
    pub fn new(parts: Parts, config: &Config) -> anyhow::Result<App> {
        let public_origin = match &config.server.public_url {
            Some(url) => Some(Origin::parse(url).ok_or_else(|| {
                anyhow::anyhow!(
                    "`server.public_url` is `{url}`; write it as `https://live.example.org`, without a path"
                )
            })?),
            None => None,
        };
        Ok(App(Arc::new(Inner {
            metrics: Metrics::new(parts.listeners.media().clone(), parts.listeners.lines().orders().clone()),
            parts,
            publishers: Publishers::default(),
            trusted_proxies: config.server.trusted_proxies.clone(),
            public_origin,
            registration_open: config.accounts.registration_open,
            namings: Mutex::new(Limiter::new(NAMINGS)),
            offers: Mutex::new(Limiter::new(OFFERS)),
            ready: AtomicBool::new(false),
        })))
    }

    /// What is kept.
    pub fn store(&self) -> &dyn Store {
        &*self.0.parts.store
    }

    /// Who is who.
    pub fn accounts(&self) -> &Accounts {
        &self.0.parts.accounts
    }

    /// The rooms.
    pub fn rooms(&self) -> &RoomRegistry {
        &self.0.parts.rooms
    }

    /// Sound and picture.
    pub fn media(&self) -> &MediaHandle {
        self.0.parts.listeners.media()
    }

    /// The lines to the rooms.
    pub fn lines(&self) -> &Lines {
        self.0.parts.listeners.lines()
    }

    /// Who hears the rooms.
    pub fn listeners(&self) -> &Listeners {
        &self.0.parts.listeners
    }

    /// Who watches by WebRTC.
    pub fn watchers(&self) -> &Watchers {
        self.0.parts.listeners.watchers()
    }

    /// By what right each room's publisher came in.
    pub fn publishers(&self) -> &Publishers {
        &self.0.publishers
    }

    /// An encoder that came by another way than WHIP was let in by a room's stream key.
    pub fn came_by_key(&self, room: RoomId, session: &SessionId) {
        self.0.publishers.came(room, Admission::Key, session);
    }

    /// What the server counts.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Proxies whose word on addresses is believed.
    pub fn trusted_proxies(&self) -> &[Network] {
        &self.0.trusted_proxies
    }

    /// The only page of ours, where the settings name it.
    pub fn public_origin(&self) -> Option<&Origin> {
        self.0.public_origin.as_ref()
    }

    /// Whether visitors may make an account.
    pub fn registration_open(&self) -> bool {
        self.0.registration_open
    }

    /// Whether the server takes visitors.
    pub fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Relaxed)
    }

    /// Says that the server takes visitors now, or not any more.
    pub fn set_ready(&self, ready: bool) {
        self.0.ready.store(ready, Ordering::Relaxed);
    }

    /// The time, as the rooms have it.
    pub fn now(&self) -> Timestamp {
        self.0.parts.rooms.clock().now()
    }

    /// Counts a name taken; too many from one address wait. It keeps one household from filling a room with names.
    pub fn count_naming(&self, asker: &Asker) -> Result<(), AuthError> {
        let mut namings = self.0.namings.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = namings.attempt(&asker.client.address.counted(), self.now());
        counted.map_err(|refused| AuthError::TooMany { retry_at: refused.retry_at })
    }

    /// Counts an offer of a publisher or a viewer, before it is read; too many from one address wait. Answering one
    /// costs more than asking for it.
    pub fn count_offer(&self, asker: &Asker, endpoint: Endpoint) -> Result<(), ApiError> {
        let mut offers = self.0.offers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let counted = offers.attempt(&(asker.client.address.counted(), endpoint), now);
        counted.map_err(|refused| negotiation::too_many_offers(refused.retry_at, now))
    }
}
