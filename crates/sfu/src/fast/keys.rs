//! Takes the keys of a viewer's handshake aside, so that str0m's sessions and this way out share one DTLS.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use str0m::config::{CryptoProvider, DtlsCert, DtlsVersion};
use str0m::crypto::CryptoError;
use str0m::crypto::dtls::{
    DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion, SrtpProfile,
};

use super::srtp::Profile;

/// What a handshake agreed on.
pub(crate) struct Handed {
    pub(crate) profile: Profile,
    /// Client's key, server's key, client's salt, server's salt (RFC 5764, section 4.2).
    pub(crate) material: Vec<u8>,
    /// Whether this end was the handshake's client.
    pub(crate) client: bool,
}

/// Where a handshake leaves its keys. str0m takes them out of its DTLS only after the other end's certificate was
/// found to be the one of its offer, and that is when they appear here.
#[derive(Clone, Default)]
pub(crate) struct KeySlot(Arc<OnceLock<Handed>>);

impl KeySlot {
    /// The slot of the peer that was built last on this thread: a peer makes its DTLS while it is built.
    pub(crate) fn made_last() -> Option<KeySlot> {
        MADE_LAST.take()
    }

    #[cfg(test)]
    pub(crate) fn filled(handed: Handed) -> KeySlot {
        let slot = KeySlot::default();
        assert!(slot.0.set(handed).is_ok());
        slot
    }

    pub(crate) fn get(&self) -> Option<&Handed> {
        self.0.get()
    }
}

/// Keys are never shown.
impl fmt::Debug for KeySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySlot({})", if self.get().is_some() { "filled" } else { "empty" })
    }
}

thread_local! {
    static MADE_LAST: Cell<Option<KeySlot>> = const { Cell::new(None) };
}

/// The library's provider, with its DTLS watched.
pub(crate) fn watched(provider: CryptoProvider) -> CryptoProvider {
    // Providers are asked for by reference for ever; there is one library, so there is one of these.
    static WATCHED: OnceLock<Watched> = OnceLock::new();
    let dtls_provider = WATCHED.get_or_init(|| Watched { inner: provider.dtls_provider });
    CryptoProvider { dtls_provider, ..provider }
}

#[derive(Debug)]
struct Watched {
    inner: &'static dyn DtlsProvider,
}

impl DtlsProvider for Watched {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.inner.generate_certificate()
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let inner = self.inner.new_dtls(certificate, now, version, mtu)?;
        let slot = KeySlot::default();
        MADE_LAST.set(Some(slot.clone()));
        Ok(Box::new(WatchedDtls { inner, slot }))
    }

    fn is_test(&self) -> bool {
        self.inner.is_test()
    }
}

#[derive(Debug)]
struct WatchedDtls {
    inner: Box<dyn DtlsInstance>,
    slot: KeySlot,
}

impl DtlsInstance for WatchedDtls {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the library's outputs are its own, and it adds to them"
    )]
    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        let client = self.inner.is_active();
        match self.inner.poll_output(buffer) {
            DtlsOutput::KeyingMaterial(material, profile) => {
                if let Some(known) = known(profile) {
                    let handed = Handed { profile: known, material: material.to_vec(), client };
                    // There is one handshake in a connection's life; a second one's keys would be another's.
                    let _ = self.slot.0.set(handed);
                }
                DtlsOutput::KeyingMaterial(material, profile)
            }
            other => other,
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the library's profiles are its own, and it adds to them")]
fn known(profile: SrtpProfile) -> Option<Profile> {
    match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Some(Profile::Aes128CmSha1),
        SrtpProfile::AEAD_AES_128_GCM => Some(Profile::Aes128Gcm),
        SrtpProfile::AEAD_AES_256_GCM => Some(Profile::Aes256Gcm),
        _ => None,
    }
}
