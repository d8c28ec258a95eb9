//! `livehouse demo`: a room to look at, with a recording as its show and viewers who talk. Nothing of it is kept.

mod crowd;
mod words;

use anyhow::{Context, Result};
use auth::{RoomWish, Secret};
use clap::Args;
use config::Flag;
use model::{Nickname, RoomSlug};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

use crate::language::Language;
use crate::settings::Settings;
use crate::{Livehouse, logs, server};

/// The room's name in addresses.
const ROOM: &str = "demo";

/// The name with which the demo's host signs in.
const HOST: &str = "demo";

/// Flags of `livehouse demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// The UDP and TCP port of all media.
    #[arg(long, value_name = "PORT", default_value = "8189")]
    media_port: String,
    /// A recording for the show, played over and over. Without one the room talks about an empty stage.
    #[arg(long, value_name = "FILE", env = "LIVEHOUSE_DEMO_MEDIA")]
    media: Option<PathBuf>,
    /// The ffmpeg that publishes it; version 8 or newer.
    #[arg(long, value_name = "PROGRAM", default_value = "ffmpeg")]
    ffmpeg: String,
    /// How many viewers talk.
    #[arg(long, value_name = "COUNT", default_value_t = 24)]
    viewers: u16,
}

/// Runs the demo until SIGTERM or Ctrl-C.
pub fn run(arguments: DemoArguments) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a folder for the demo")?;
    let flag = |name, key, value: &str| Flag { name, key, value: value.to_owned() };
    let settings = Settings { config: None, data: Some(folder.path().join("data")) };
    let config = settings.load(vec![
        flag("--listen", "server.listen", &arguments.listen),
        flag("--media-port", "media.port", &arguments.media_port),
        // The show comes by WebRTC, and the port may be a real server's.
        flag("the demo", "rtmp.on", "false"),
    ])?;
    logs::start(&config.log.filter)?;
    server::runtime()?.block_on(async {
        let livehouse = Livehouse::load(config).await?;
        let (password, stream_key) = found(&livehouse).await?;
        let url = livehouse.greeting().await?.url();
        logs::say(&greeting(&url, password.expose(), Language::of_terminal()));
        let mut show = show(&arguments, &url, stream_key.expose())?;
        let stopped = server::stop_signal()?;
        let crowd = crowd::come_in(&livehouse, ROOM, arguments.viewers).await?;
        livehouse.run(stopped).await;
        crowd.abort();
        if let Some(show) = &mut show {
            // It may have ended by itself.
            let _ = show.kill().await;
        }
        Ok(())
    })
}

/// Makes the host and the room; the host's password and the room's stream key.
async fn found(livehouse: &Livehouse) -> Result<(Secret, Secret)> {
    let (accounts, now) = (livehouse.accounts(), livehouse.clock().now());
    let token = accounts.offer_setup(now).await?.context("the demo's new folder holds a host already")?;
    let password = Secret::new(format!("{:014x}", livehouse.rooms().ids().number()));
    let wish = RoomWish { slug: RoomSlug::parse(ROOM)?, title: words::TITLE.to_owned() };
    let name = Nickname::parse(HOST)?;
    let (_, founded) = accounts.complete_setup(None, &token, &name, &password, wish, now).await?;
    Ok((password, founded.stream_key))
}

fn greeting(url: &str, password: &str, language: Language) -> String {
    match language {
        Language::English => format!(
            "The demo room is open. Nothing of it is kept.\n\n  watch     {url}/r/{ROOM}\n  studio    {url}/studio/{ROOM}\n\
             \n  sign in as `{HOST}` with the password\n  {password}\n\n"
        ),
        Language::Chinese => format!(
            "演示直播间已开门，内容不会保留。\n\n  观看      {url}/r/{ROOM}\n  开播台    {url}/studio/{ROOM}\n\
             \n  登录名 `{HOST}`，密码\n  {password}\n\n"
        ),
    }
}

/// Starts ffmpeg on the recording; it waits for the server by itself.
fn show(arguments: &DemoArguments, url: &str, stream_key: &str) -> Result<Option<Child>> {
    let Some(media) = &arguments.media else {
        logs::say_error("the stage is empty: give a recording with --media FILE or LIVEHOUSE_DEMO_MEDIA");
        return Ok(None);
    };
    anyhow::ensure!(media.exists(), "there is no recording at {}", media.display());
    let child = Command::new(&arguments.ffmpeg)
        .args(["-hide_banner", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i"])
        .arg(media)
        .args(picture(&arguments.ffmpeg, media))
        .args(["-c:a", "libopus", "-ar", "48000", "-ac", "2", "-f", "whip", "-authorization", stream_key])
        .arg(format!("{url}/whip/{ROOM}"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start `{}`; install ffmpeg 8 or give --ffmpeg", arguments.ffmpeg))?;
    Ok(Some(child))
}

/// H.264 without B-frames goes out as it is; anything else is encoded.
fn picture(ffmpeg: &str, media: &Path) -> &'static [&'static str] {
    // ffprobe is installed beside ffmpeg, where it is.
    let probe = Path::new(ffmpeg).with_file_name("ffprobe");
    let told = std::process::Command::new(probe)
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,has_b_frames"])
        .args(["-of", "csv=p=0"])
        .arg(media)
        .output()
        .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    if told.is_ok_and(|told| told == "h264,0") {
        &["-c:v", "copy"]
    } else {
        &[
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-tune",
            "zerolatency",
            "-bf",
            "0",
            "-g",
            "60",
            "-pix_fmt",
            "yuv420p",
        ]
    }
}
