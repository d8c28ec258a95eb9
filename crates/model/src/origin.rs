//! Where something comes from, as far as it is counted by that.

use std::fmt;
use std::net::IpAddr;

/// An address as attempts and connections are counted by: an IPv4 address, or the /64 of an IPv6 one, which is what
/// one household gets and can draw any number of addresses from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(u64, bool);

impl Origin {
    /// Counts an address. An IPv4 address written as IPv6 counts as IPv4.
    pub fn of(address: IpAddr) -> Origin {
        match address.to_canonical() {
            IpAddr::V4(v4) => Origin(u64::from(v4.to_bits()), false),
            IpAddr::V6(v6) => {
                let network = u64::try_from(v6.to_bits() >> 64).expect("the upper half has 64 bits");
                Origin(network, true)
            }
        }
    }
}

/// It says nothing: whose address it is reaches no log.
impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, same: bool) {
        let address = |raw: &str| Origin::of(raw.parse().expect("an address"));
        assert_eq!(address(a) == address(b), same, "{a} and {b}");
    }

    #[test]
    fn addresses() {
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true);
        check("2001:db8:0:1::1", "2001:db8:0:2::1", false);
        check("0.0.0.1", "0:0:0:1::", false);
    }
}
