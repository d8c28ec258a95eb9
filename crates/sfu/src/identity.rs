//! What all peers of this house share: the certificate they are shown, and the library that encrypts.

use std::sync::Arc;

use str0m::config::{CryptoProvider, DtlsCert};

use crate::fast::keys;

/// One certificate for all peers: making a key costs milliseconds, and a peer learns its fingerprint from the answer
/// anyway.
#[derive(Clone)]
pub struct Identity {
    pub(crate) certificate: DtlsCert,
    pub(crate) crypto: Arc<CryptoProvider>,
}

impl Identity {
    /// Draws a new certificate, which also warms the library up. `None` if the library cannot.
    pub fn draw() -> Option<Identity> {
        let crypto = Arc::new(keys::watched(str0m::crypto::from_feature_flags()));
        let certificate = crypto.dtls_provider.generate_certificate()?;
        Some(Identity { certificate, crypto })
    }
}
