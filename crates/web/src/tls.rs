//! Certificates: read from files, read again when they change, so that a renewal needs no restart.

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at. A certificate is renewed weeks before its end.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Where a certificate lies.
#[derive(Debug, Clone)]
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    /// The files the settings name; `None` for plain HTTP.
    pub fn of(tls: &config::Tls) -> anyhow::Result<Option<Files>> {
        match (&tls.certificate, &tls.key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => {
                Ok(Some(Files { certificate: certificate.clone(), key: key.clone() }))
            }
            (Some(_), None) => {
                bail!("`server.tls.certificate` is set but `server.tls.key` is not; set both or neither")
            }
            (None, Some(_)) => {
                bail!("`server.tls.key` is set but `server.tls.certificate` is not; set both or neither")
            }
        }
    }

    /// Reads both files.
    fn read(&self) -> anyhow::Result<TlsAcceptor> {
        let certificate = &self.certificate;
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot read the certificate {}", certificate.display()))?;
        if chain.is_empty() {
            bail!("{} holds no certificate; it should be a PEM file", certificate.display());
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| format!("cannot read the private key {}", self.key.display()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("cannot use TLS")?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("the certificate and the private key do not belong together")?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// When the files last changed; `None` while one of them cannot be seen.
    fn changed(&self) -> Option<(SystemTime, SystemTime)> {
        let at = |path: &PathBuf| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        Some((at(&self.certificate)?, at(&self.key)?))
    }
}

/// The certificate in use.
pub struct Certificate {
    files: Files,
    seen: Option<(SystemTime, SystemTime)>,
    current: watch::Sender<TlsAcceptor>,
}

impl Certificate {
    /// Reads the files for the first time; what is wrong with them is the caller's to say.
    pub fn load(files: Files) -> anyhow::Result<Certificate> {
        let seen = files.changed();
        let (current, _) = watch::channel(files.read()?);
        Ok(Certificate { files, seen, current })
    }

    /// Where new connections find the certificate of the moment.
    pub fn watch(&self) -> watch::Receiver<TlsAcceptor> {
        self.current.subscribe()
    }

    /// Reads the files again. If they cannot be used, the certificate before stays.
    pub fn reload(&mut self) -> anyhow::Result<()> {
        self.seen = self.files.changed();
        self.current.send_replace(self.files.read()?);
        Ok(())
    }

    /// Reads the files again if they have changed; whether they had.
    pub fn reload_if_changed(&mut self) -> anyhow::Result<bool> {
        let now = self.files.changed();
        if now.is_none() || now == self.seen {
            return Ok(false);
        }
        self.reload().map(|()| true)
    }

    /// Keeps the certificate fresh for as long as the server runs: on SIGHUP, and when the files change.
    pub async fn keep_fresh(mut self) {
        let mut hangup = hangups();
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                () = hangup.recv() => self.reload().map(|()| true),
                _ = look.tick() => self.reload_if_changed(),
            };
            match outcome {
                Ok(true) => tracing::info!("Read the certificate again"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "Kept the certificate from before: the new one cannot be used")
                }
            }
        }
    }
}

/// SIGHUP, where there is such a thing and it can be listened to.
struct Hangups(Option<tokio::signal::unix::Signal>);

fn hangups() -> Hangups {
    let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
    if let Err(error) = &signal {
        tracing::warn!(%error, "Cannot listen to SIGHUP; a new certificate is noticed within a minute");
    }
    Hangups(signal.ok())
}

impl Hangups {
    async fn recv(&mut self) {
        match &mut self.0 {
            Some(signal) => match signal.recv().await {
                Some(()) => {}
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(dir: &std::path::Path, name: &str) -> Files {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let files = Files { certificate: dir.join("c.pem"), key: dir.join("k.pem") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn a_new_certificate_is_taken_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut certificate = Certificate::load(write(dir.path(), "one.example")).unwrap();
        let mut watched = certificate.watch();
        watched.mark_unchanged();
        write(dir.path(), "two.example");
        certificate.reload().unwrap();
        assert!(watched.has_changed().unwrap());
        watched.mark_unchanged();

        std::fs::write(dir.path().join("k.pem"), "no key").unwrap();
        assert!(certificate.reload().is_err());
        assert!(!watched.has_changed().unwrap());
    }

    #[test]
    fn half_a_certificate_is_refused_by_name() {
        let half = config::Tls { certificate: Some("c.pem".into()), key: None };
        assert!(Files::of(&half).unwrap_err().to_string().contains("server.tls.key"));
        let missing = config::Tls { certificate: Some("nowhere.pem".into()), key: Some("k.pem".into()) };
        let files = Files::of(&missing).unwrap().unwrap();
        assert!(Certificate::load(files).err().unwrap().to_string().contains("nowhere.pem"));
    }
}
