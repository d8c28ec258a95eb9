//! The sections of the configuration, one for each part of the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::Network;

/// Where the server listens, and how the world reaches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port for pages, chat and the HTTP API. `127.0.0.1:8080` lets in this machine only.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The address viewers type, for example `https://live.example.org`; no path. Needed behind a reverse
    /// proxy: requests from pages of any other origin are refused. Absent, it is taken from each request.
    pub public_url: Option<String>,
    /// Reverse proxies whose `X-Forwarded-For` is believed, as addresses or networks (`10.0.0.0/8`). With none,
    /// the peer's own address counts.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<Network>,
    /// The certificate for HTTPS. Browsers give camera and microphone only to HTTPS or to localhost.
    pub tls: Tls,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
            tls: Tls::default(),
        }
    }
}

/// The certificate for HTTPS. Set both, or neither for plain HTTP.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate and its chain.
    pub certificate: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    pub key: Option<PathBuf>,
}

/// Where the server keeps its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The one folder that holds everything of this server. Made if it is missing.
    pub dir: PathBuf,
}

impl Default for Data {
    fn default() -> Data {
        Data { dir: PathBuf::from("data") }
    }
}

/// Where rooms, people and messages are kept.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// `sqlite:<file>` or `postgres://user:password@host/database`. Absent, it is the file `livehouse.sqlite` in
    /// the data folder.
    pub url: Option<String>,
}

impl std::fmt::Debug for Store {
    /// Without the address itself: it may hold the database's password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("url", &self.url.as_ref().map(|_| "…")).finish()
    }
}

/// Who may make an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Whether visitors may register. If not, they still come in with a nickname.
    pub registration_open: bool,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts { registration_open: true }
    }
}

/// Sound and picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// The one port for all media, over UDP and TCP. Open both in the firewall.
    pub port: u16,
    /// How many threads forward media; 0 is one for each processor core.
    pub loops: u16,
    /// The addresses under which browsers reach the media port, where they are not those of this machine's
    /// interfaces: behind NAT or in a cloud, the public one. Empty: this machine's own addresses.
    #[schemars(with = "Vec<String>")]
    pub public_addresses: Vec<IpAddr>,
    /// Whether media also goes over TCP, for viewers whose network lets no UDP through.
    pub tcp: bool,
    /// How many viewers may watch one room at a time. The next is told that no more can be carried.
    #[schemars(range(min = 1))]
    pub viewers_per_room_max: u32,
    /// Whether lost packets are mended (retransmission and redundant audio). Off only to see what they do.
    #[schemars(extend("x-hidden" = true))]
    pub repair: bool,
    /// Whether repair packets are sent ahead to viewers who lose many (forward error correction), and sound is carried
    /// as often as their losses ask for. Off only to see what it does.
    #[schemars(extend("x-hidden" = true))]
    pub repair_ahead: bool,
}

impl Default for Media {
    fn default() -> Media {
        Media {
            port: 8189,
            loops: 0,
            public_addresses: Vec::new(),
            tcp: true,
            viewers_per_room_max: 5_000,
            repair: true,
            repair_ahead: true,
        }
    }
}

/// Encoders that come by RTMP: OBS, ffmpeg, phones and hardware, at `rtmp://this-host:1935/live` with the room's stream key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rtmp {
    /// Whether encoders may come by RTMP. With a certificate (`server.tls`) the same port takes RTMPS, too.
    pub on: bool,
    /// The TCP port for it, at the address that `server.listen` names. Open it in the firewall.
    pub port: u16,
}

impl Default for Rtmp {
    fn default() -> Rtmp {
        Rtmp { on: true, port: 1935 }
    }
}

/// The show for players that watch by HTTP (HLS), and for caches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hls {
    /// Whether shows are packaged for HLS at all.
    pub on: bool,
    /// How long a part lasts, in milliseconds. Shorter is closer to live and costs more requests: a viewer is about
    /// four parts behind.
    #[schemars(range(min = 200, max = 2000))]
    pub part_ms: u32,
    /// How far back one may watch, in minutes.
    #[schemars(range(min = 1, max = 720))]
    pub window_minutes: u32,
    /// The most memory one show takes, in megabytes; past it one may watch back less far.
    #[schemars(range(min = 16))]
    pub memory_mb: u32,
}

impl Default for Hls {
    fn default() -> Hls {
        Hls { on: true, part_ms: 500, window_minutes: 10, memory_mb: 256 }
    }
}

/// The lines over which viewers talk and listen (WebSocket).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lines {
    /// How many threads serve them; 0 is one for each processor core, at most four.
    pub threads: u16,
}

/// What the program says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Which messages are written to standard error: a level (`error`, `warn`, `info`, `debug`, `trace`), or levels
    /// for parts (`info,edge=debug`).
    pub filter: String,
}

impl Default for Log {
    fn default() -> Log {
        Log { filter: "info".to_owned() }
    }
}
