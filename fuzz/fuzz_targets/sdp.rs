//! SDP from strangers: offers of publishers and viewers, trickled fragments, and the datagrams that follow.
#![no_main]

use std::sync::OnceLock;
use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use model::RoomId;
use sfu::{Config, Fragment, IceCreds, Identity, LocalAddress, Offer, Protocol, Sfu};

fuzz_target!(|input: (&str, &str, &[u8])| {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    let identity = IDENTITY.get_or_init(|| Identity::draw().expect("a certificate"));
    let (offer, fragment, datagram) = input;
    let _ = Offer::parse(offer);
    let _ = Fragment::parse(fragment);
    let addr = ([10, 0, 0, 1], 8189).into();
    let addresses = vec![LocalAddress { proto: Protocol::Udp, addr }];
    let mut sfu = Sfu::new(Config::default(), identity.clone(), addresses);
    let now = Instant::now();
    let named = |name: &str| IceCreds { ufrag: name.into(), pass: "a-password-of-22-letters".into() };
    let peers = [
        sfu.publish(RoomId(1), offer, named("publisher"), now),
        sfu.watch(RoomId(1), offer, named("viewer"), now),
    ];
    for (peer, answer) in peers.into_iter().flatten() {
        assert!(answer.starts_with("v=0"), "an answer is SDP");
        let _ = sfu.trickle(peer, fragment, &named("fresh"), now);
    }
    sfu.receive(Protocol::Udp, ([10, 0, 0, 2], 5000).into(), addr, datagram, now);
    sfu.handle_timeout(now);
    sfu.flush(now);
    while sfu.poll_transmit().is_some() {}
    while sfu.poll_event().is_some() {}
});
