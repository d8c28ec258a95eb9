//! At whose address a request began, past the proxies we trust.

use axum::http::HeaderMap;
use config::Network;
use std::net::IpAddr;

/// The address of a client, for counting attempts and nothing else: it cannot be printed, so it reaches no log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

/// How a request reached us.
#[derive(Clone, Copy)]
pub struct Client {
    /// Who asks, as far as addresses can tell.
    pub address: ClientAddress,
    /// Whether the way to the client is encrypted: our own TLS, or that of a proxy we trust.
    pub secure: bool,
}

impl ClientAddress {
    /// What attempts are counted by.
    pub fn counted(self) -> auth::Origin {
        auth::Origin::of(self.0)
    }
}

/// Finds the client. What `X-Forwarded-For` and `X-Forwarded-Proto` say is believed from trusted proxies only: the
/// client is the last address in the list that is not such a proxy itself.
pub fn client(peer: IpAddr, tls: bool, headers: &HeaderMap, trusted: &[Network]) -> Client {
    let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_proxy(peer) {
        return Client { address: ClientAddress(peer), secure: tls };
    }
    let mut address = peer;
    for said in words(headers, "x-forwarded-for").into_iter().rev() {
        // What cannot be read was written by somebody before the proxies: nothing further left can be believed.
        let Some(next) = parse(said) else { break };
        address = next;
        if !is_proxy(next) {
            break;
        }
    }
    let proto = words(headers, "x-forwarded-proto").pop();
    Client {
        address: ClientAddress(address),
        secure: tls || proto.is_some_and(|p| p.eq_ignore_ascii_case("https")),
    }
}

/// The comma-separated words of all headers of a name, in order.
fn words<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).collect()
}

/// An address, perhaps with a port behind it: `192.0.2.7`, `192.0.2.7:4000`, `[2001:db8::1]:4000`.
fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1".parse().unwrap()];
        let found = client(peer.parse().unwrap(), false, &headers, &trusted);
        assert_eq!(found.address.0, expected.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn who_asks() {
        check("192.0.2.1", &[], "192.0.2.1");
        // Not through a proxy of ours: what it says of itself is not believed.
        check("192.0.2.1", &["198.51.100.9"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.9"], "198.51.100.9");
        // The client wrote the first word itself.
        check("10.0.0.1", &["203.0.113.5, 198.51.100.9"], "198.51.100.9");
        check("127.0.0.1", &["203.0.113.5", "198.51.100.9, 10.1.1.1"], "198.51.100.9");
        check("10.0.0.1", &["198.51.100.9:55000"], "198.51.100.9");
        check("10.0.0.1", &["unknown"], "10.0.0.1");
        check("10.0.0.1", &["203.0.113.5, junk, 10.2.2.2"], "10.2.2.2");
    }

    #[test]
    fn the_way_is_secure_when_a_trusted_proxy_says_so() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert!(client("10.0.0.1".parse().unwrap(), false, &headers, &trusted).secure);
        assert!(!client("192.0.2.1".parse().unwrap(), false, &headers, &trusted).secure);
    }
}
