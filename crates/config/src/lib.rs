//! Every setting, documented once.
//!
//! [`Config`] is the one struct. Its doc comments are the manual: `docs/livehouse.example.toml` and
//! `docs/configuration.md` are generated from them ([`example`], [`manual`]). What is not set keeps its default;
//! what is set comes from a file, the environment or flags, the later over the earlier ([`load`]).

mod load;
mod manual;
mod nearest;
mod network;
mod section;
mod setting;
mod store;

pub use load::{Flag, LoadError, Problem, Sources, load};
pub use manual::{example, manual};
pub use network::{Network, NetworkError};
pub use section::{Accounts, Data, Hls, Lines, Log, Media, Rtmp, Server, Store, Tls};
pub use store::{Database, DatabaseError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All settings of one Livehouse server.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens, and how the world reaches it.
    pub server: Server,
    /// Where the server keeps its files.
    pub data: Data,
    /// Where rooms, people and messages are kept.
    pub store: Store,
    /// Who may make an account.
    pub accounts: Accounts,
    /// Sound and picture.
    pub media: Media,
    /// Encoders that come by RTMP.
    pub rtmp: Rtmp,
    /// The show for players that watch by HTTP (HLS), and for caches.
    pub hls: Hls,
    /// The lines over which viewers talk and listen (WebSocket).
    pub lines: Lines,
    /// What the program says about itself.
    pub log: Log,
}
