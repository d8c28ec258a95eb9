//! `livehouse doctor`: what the server needs of this machine, each with what to do where it is not there.

use anyhow::Result;
use config::{Config, Database};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use crate::{logs, server};

/// One finding.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Good(String),
    /// The server runs, with less.
    Weak(String),
    /// The server will not run.
    Bad(String),
}

/// Checks everything and prints it; exit status 1 where something is bad.
pub fn run(config: &Config) -> Result<ExitCode> {
    let findings = [
        tcp_port(config),
        media_port(config),
        rtmp_port(config),
        addresses(config),
        open_files(),
        certificate(config),
        data_folder(config),
        database(config),
        clock(),
        ffmpeg(),
    ];
    for finding in &findings {
        let (mark, text) = match finding {
            Finding::Good(text) => ("ok  ", text),
            Finding::Weak(text) => ("weak", text),
            Finding::Bad(text) => ("BAD ", text),
        };
        logs::say(&format!("{mark}  {text}\n"));
    }
    let bad = findings.iter().any(|finding| matches!(finding, Finding::Bad(_)));
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tcp_port(config: &Config) -> Finding {
    let listen = config.server.listen;
    match TcpListener::bind(listen) {
        Ok(_) => Finding::Good(format!("pages, chat and API: {listen} is free")),
        Err(error) => Finding::Bad(format!(
            "pages, chat and API: cannot listen on {listen} ({error}); stop what uses it, or set server.listen"
        )),
    }
}

fn media_port(config: &Config) -> Finding {
    let address = (Ipv4Addr::UNSPECIFIED, config.media.port);
    let udp = UdpSocket::bind(address).map(|_| ());
    let tcp = if config.media.tcp { TcpListener::bind(address).map(|_| ()) } else { Ok(()) };
    match udp.and(tcp) {
        Ok(()) => Finding::Good(format!(
            "media: port {} is free; let UDP and TCP to it through the firewall",
            config.media.port
        )),
        Err(error) => Finding::Bad(format!(
            "media: cannot use port {} ({error}); stop what uses it, or set media.port",
            config.media.port
        )),
    }
}

fn rtmp_port(config: &Config) -> Finding {
    let port = config.rtmp.port;
    if !config.rtmp.on {
        return Finding::Good("RTMP: off; encoders come by WHIP".to_owned());
    }
    match TcpListener::bind((config.server.listen.ip(), port)) {
        Ok(_) => Finding::Good(format!("RTMP: port {port} is free; let TCP to it through the firewall")),
        Err(error) => Finding::Bad(format!(
            "RTMP: cannot use port {port} ({error}); stop what uses it, or set rtmp.port, or rtmp.on = false"
        )),
    }
}

fn addresses(config: &Config) -> Finding {
    if !config.media.public_addresses.is_empty() {
        return Finding::Good("media: viewers are told the addresses of media.public_addresses".to_owned());
    }
    // Nothing is sent: connecting a UDP socket only asks the kernel which of our addresses it would use.
    let outward = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|socket| socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).map(|()| socket))
        .and_then(|socket| socket.local_addr());
    match outward {
        Ok(address) if is_private(address.ip()) => Finding::Weak(format!(
            "media: this machine's address is {}, which only its own network reaches; for viewers elsewhere set \
             media.public_addresses to the public one",
            address.ip()
        )),
        Ok(address) => Finding::Good(format!("media: viewers are told {}", address.ip())),
        Err(_) => {
            Finding::Weak("media: this machine has no network; only browsers on it can watch".to_owned())
        }
    }
}

fn is_private(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn open_files() -> Finding {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    match limit.maximum {
        Some(files) if files < 10_000 => Finding::Weak(format!(
            "open files: at most {files}, which is about as many viewers; raise it (ulimit -Hn, or LimitNOFILE= in a \
             systemd unit)"
        )),
        Some(files) => Finding::Good(format!("open files: at most {files}")),
        None => Finding::Good("open files: no limit".to_owned()),
    }
}

fn certificate(config: &Config) -> Finding {
    let (Some(certificate), Some(key)) = (&config.server.tls.certificate, &config.server.tls.key) else {
        return match &config.server.public_url {
            Some(url) if url.starts_with("https://") => {
                Finding::Good("TLS: done by the proxy that answers for server.public_url".to_owned())
            }
            Some(_) | None => Finding::Weak(
                "TLS: none; browsers elsewhere will not give their camera. Set server.tls.certificate and \
                 server.tls.key (docs/tls.md)"
                    .to_owned(),
            ),
        };
    };
    for (what, path) in [("certificate", certificate), ("key", key)] {
        let holds_pem = std::fs::read_to_string(path).map(|text| text.contains("-----BEGIN "));
        match holds_pem {
            Ok(true) => {}
            Ok(false) => {
                return Finding::Bad(format!("TLS: the {what} {} is not in PEM format", path.display()));
            }
            Err(error) => {
                return Finding::Bad(format!("TLS: cannot read the {what} {} ({error})", path.display()));
            }
        }
    }
    Finding::Good("TLS: certificate and key are readable".to_owned())
}

/// Less than this and a busy evening fills the disk: chat is small, recordings of the database's log are not.
const DISK_BYTES_MIN: u64 = 1 << 30;

fn data_folder(config: &Config) -> Finding {
    let folder = &config.data.dir;
    if let Err(error) = std::fs::create_dir_all(folder) {
        return Finding::Bad(format!("data: cannot make the folder {} ({error})", folder.display()));
    }
    let probe = folder.join(".doctor");
    if let Err(error) = std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe)) {
        return Finding::Bad(format!("data: cannot write in {} ({error})", folder.display()));
    }
    match rustix::fs::statvfs(folder.as_path()) {
        Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < DISK_BYTES_MIN => {
            Finding::Weak(format!("data: less than 1 GB is free for {}", folder.display()))
        }
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 30;
            Finding::Good(format!("data: {} is writable, {free} GB free", folder.display()))
        }
        Err(error) => {
            Finding::Weak(format!("data: cannot tell how much is free for {} ({error})", folder.display()))
        }
    }
}

fn database(config: &Config) -> Finding {
    let Ok(database) = config.database() else {
        return Finding::Bad("database: store.url is not an address of a database".to_owned());
    };
    let name = match database {
        Database::Sqlite(path) => format!("SQLite, {}", path.display()),
        Database::Postgres(_) => "PostgreSQL, by store.url".to_owned(),
    };
    match server::runtime().and_then(|runtime| runtime.block_on(crate::backend::open(config)).map(drop)) {
        Ok(()) => Finding::Good(format!("database: {name}, answers")),
        Err(error) => Finding::Bad(format!("database: {name}: {error:#}")),
    }
}

fn clock() -> Finding {
    // The program cannot be younger than now.
    let built = std::env::current_exe().and_then(std::fs::metadata).and_then(|meta| meta.modified());
    match built {
        Ok(built) if SystemTime::now() < built => Finding::Bad(
            "clock: it is set to before this program was made; set it, and keep it set by NTP".to_owned(),
        ),
        Ok(_) | Err(_) if Path::new("/run/systemd/timesync/synchronized").exists() => {
            Finding::Good("clock: kept by NTP".to_owned())
        }
        Ok(_) | Err(_) => Finding::Good("clock: plausible".to_owned()),
    }
}

fn ffmpeg() -> Finding {
    let found = Command::new("ffmpeg")
        .args(["-hide_banner", "-muxers"])
        .stderr(Stdio::null())
        .output()
        .map(|out| String::from_utf8_lossy(&out.stdout).contains(" whip"));
    match found {
        Ok(true) => Finding::Good("ffmpeg: here, and can publish (WHIP)".to_owned()),
        Ok(false) => Finding::Weak(
            "ffmpeg: here, but too old to publish by WHIP (8 or newer can); only the demo wants it"
                .to_owned(),
        ),
        Err(_) => Finding::Weak("ffmpeg: not found; only the demo wants it".to_owned()),
    }
}
