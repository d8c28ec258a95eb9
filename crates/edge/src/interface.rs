//! The addresses of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

/// Addresses told to peers at most; each costs every peer connectivity checks.
const ADDRESSES_MAX: usize = 8;

/// The addresses of the interfaces that are up: those others can reach first, loopback last. Link-local ones are
/// left out, because a peer cannot use them without naming its own interface.
pub(crate) fn addresses(ipv6: bool) -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = all().into_iter().filter(|ip| usable(ip, ipv6)).collect();
    found.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6()));
    found.dedup();
    found.truncate(ADDRESSES_MAX);
    if found.is_empty() { vec![IpAddr::V4(Ipv4Addr::LOCALHOST)] } else { found }
}

fn usable(ip: &IpAddr, ipv6: bool) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_link_local(),
        IpAddr::V6(ip) => ipv6 && !ip.is_unicast_link_local(),
    }
}

#[allow(unsafe_code)]
fn all() -> Vec<IpAddr> {
    let mut list: *mut libc::ifaddrs = ptr::null_mut();
    let mut found = Vec::new();
    // SAFETY: getifaddrs fills `list` with a chain that stays valid until freeifaddrs; each address is read as the
    // type its family names, which is how the kernel wrote it, and nothing of the chain is kept afterwards.
    unsafe {
        if libc::getifaddrs(&mut list) != 0 {
            return found;
        }
        let mut at = list;
        while let Some(interface) = at.as_ref() {
            at = interface.ifa_next;
            let up = interface.ifa_flags & libc::IFF_UP as libc::c_uint != 0;
            if !up || interface.ifa_addr.is_null() {
                continue;
            }
            match i32::from((*interface.ifa_addr).sa_family) {
                libc::AF_INET => {
                    let address = ptr::read_unaligned(interface.ifa_addr.cast::<libc::sockaddr_in>());
                    found.push(IpAddr::V4(Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr))));
                }
                libc::AF_INET6 => {
                    let address = ptr::read_unaligned(interface.ifa_addr.cast::<libc::sockaddr_in6>());
                    found.push(IpAddr::V6(Ipv6Addr::from(address.sin6_addr.s6_addr)));
                }
                _ => {}
            }
        }
        libc::freeifaddrs(list);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_last() {
        let found = addresses(false);
        assert!(found.last().is_some_and(IpAddr::is_loopback), "{found:?}");
        assert!(found.iter().all(IpAddr::is_ipv4));
    }
}
