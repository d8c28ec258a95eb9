//! An offer taken again with other ICE credentials.

use str0m::IceCreds;

/// The credentials an offer begins with.
pub(crate) fn first_credentials(offer: &str) -> Option<IceCreds> {
    let value = |key: &str| offer.lines().find_map(|line| line.trim().strip_prefix(key));
    Some(IceCreds { ufrag: value("a=ice-ufrag:")?.to_owned(), pass: value("a=ice-pwd:")?.to_owned() })
}

/// The offer with other credentials, and without the candidates that belonged to the old ones.
pub(crate) fn with_credentials(offer: &str, credentials: &IceCreds) -> String {
    let mut out = String::with_capacity(offer.len());
    for line in offer.lines().map(str::trim_end) {
        if line.starts_with("a=ice-ufrag:") {
            out.push_str(&format!("a=ice-ufrag:{}", credentials.ufrag));
        } else if line.starts_with("a=ice-pwd:") {
            out.push_str(&format!("a=ice-pwd:{}", credentials.pass));
        } else if line.starts_with("a=candidate:") {
            continue;
        } else {
            out.push_str(line);
        }
        out.push_str("\r\n");
    }
    out
}
