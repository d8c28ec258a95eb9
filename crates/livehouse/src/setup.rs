//! `livehouse setup`: the first-run page, for scripts.

use anyhow::{Context, Result, bail, ensure};
use auth::{Accounts, RoomWish, Secret};
use clap::Args;
use house::{Clock, WallClock};
use model::{Nickname, RoomSlug};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::settings::Settings;
use crate::{backend, logs, server};

/// Flags of `livehouse setup`.
#[derive(Debug, Args)]
pub struct SetupArguments {
    #[command(flatten)]
    settings: Settings,
    /// The host's name, with which they sign in: 1 to 24 characters.
    #[arg(long, value_name = "NAME")]
    host: String,
    /// A file whose first line is the host's password: 8 to 256 characters.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// The room's name in addresses: a to z, 0 to 9 and hyphens.
    #[arg(long, value_name = "SLUG")]
    room: String,
    /// The room's title [default: the host's name].
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Print one JSON object instead of lines for people.
    #[arg(long)]
    json: bool,
}

/// What was made, for printing.
struct Made {
    host: String,
    room: String,
    stream_key: String,
    origin: String,
}

/// Makes the host and the room, and prints the room's addresses and stream key.
pub fn run(arguments: &SetupArguments) -> Result<()> {
    let made = server::runtime()?.block_on(make(arguments))?;
    logs::say(&if arguments.json { made.json() } else { made.lines() });
    Ok(())
}

async fn make(arguments: &SetupArguments) -> Result<Made> {
    let config = arguments.settings.load(Vec::new())?;
    let name = Nickname::parse(&arguments.host).context("--host")?;
    let slug = RoomSlug::parse(&arguments.room).context("--room")?;
    let password = password(&arguments.password_file)?;
    let store = backend::open(&config).await?;
    let accounts = Accounts::new(store.clone());
    let now = WallClock::default().now();
    let Some(token) = accounts.offer_setup(now).await? else {
        bail!("this server has its host already; further rooms are made on the page");
    };
    let title = arguments.title.clone().unwrap_or_else(|| name.as_str().to_owned());
    let wish = RoomWish { slug, title };
    let (host, founded) = accounts.complete_setup(None, &token, &name, &password, wish, now).await?;
    // The sign-in that comes with it belongs to a browser, and there is none.
    store.close_sessions_of(host.person.id, None).await?;
    store.close().await;
    let greeting = crate::Greeting {
        address: config.server.listen,
        secure: config.server.tls.certificate.is_some(),
        public_url: config.server.public_url,
        setup_token: None,
    };
    Ok(Made {
        host: host.person.name.as_str().to_owned(),
        room: founded.room.slug.to_string(),
        stream_key: founded.stream_key.expose().to_owned(),
        origin: greeting.url(),
    })
}

fn password(file: &Path) -> Result<Secret> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the password from {}", file.display()))?;
    let line = text.lines().next().unwrap_or_default();
    ensure!(!line.is_empty(), "the first line of {} is empty; it must be the password", file.display());
    Ok(Secret::new(line.to_owned()))
}

impl Made {
    fn urls(&self) -> [(&'static str, String); 4] {
        let Made { room, origin, .. } = self;
        [
            ("viewer", format!("{origin}/r/{room}")),
            ("studio", format!("{origin}/studio/{room}")),
            ("whip", format!("{origin}/whip/{room}")),
            ("whep", format!("{origin}/whep/{room}")),
        ]
    }

    fn json(&self) -> String {
        let urls: serde_json::Map<_, _> =
            self.urls().into_iter().map(|(name, url)| (name.to_owned(), url.into())).collect();
        let object = serde_json::json!({
            "host": self.host,
            "room": self.room,
            "stream_key": self.stream_key,
            "urls": urls,
        });
        format!("{object}\n")
    }

    fn lines(&self) -> String {
        let mut out = format!(
            "host        {}\nroom        {}\nstream key  {}\n",
            self.host, self.room, self.stream_key
        );
        for (name, url) in self.urls() {
            let _ = writeln!(out, "{name:<11} {url}");
        }
        out.push_str("\nThe stream key is shown this once; a new one can be made on the page.\n");
        out
    }
}
