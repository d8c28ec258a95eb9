//! SDP from strangers: offers of publishers and viewers, trickled fragments, and the datagrams that follow.
//!
//! Random text never gets past the first line of an offer, so every story begins with a real one and is spoiled line
//! by line: left out, said twice, put elsewhere, its numbers changed, its words replaced by those of other lines.
#![no_main]

use std::sync::OnceLock;
use std::time::Instant;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use model::RoomId;
use sfu::{Config, Fragment, IceCreds, Identity, LocalAddress, Offer, Protocol, Sfu};

/// A sender's offer as browsers write it, layers and all.
const SENDER: &str = include_str!("../seeds/sender.sdp");

/// A viewer's offer as browsers write it.
const VIEWER: &str = include_str!("../seeds/viewer.sdp");

#[derive(Arbitrary, Debug)]
struct Story<'a> {
    of_sender: bool,
    edits: Vec<Edit<'a>>,
    fragment: &'a str,
    datagram: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Edit<'a> {
    Leave(u8),
    Twice(u8),
    Swap(u8, u8),
    /// The number at this place of the line becomes another.
    Number(u8, u8, u32),
    /// What follows the colon is that of another line.
    Borrow(u8, u8),
    Say(u8, &'a str),
}

const EDITS_MAX: usize = 24;

fn spoiled(story: &Story<'_>) -> String {
    let base = if story.of_sender { SENDER } else { VIEWER };
    let mut lines: Vec<String> = base.lines().map(str::to_owned).collect();
    for edit in story.edits.iter().take(EDITS_MAX) {
        let count = lines.len().max(1);
        let at = |n: &u8| usize::from(*n) % count;
        if lines.is_empty() {
            break;
        }
        match edit {
            Edit::Leave(n) => drop(lines.remove(at(n))),
            Edit::Twice(n) => lines.insert(at(n), lines[at(n)].clone()),
            Edit::Swap(a, b) => lines.swap(at(a), at(b)),
            Edit::Number(n, place, value) => lines[at(n)] = renumbered(&lines[at(n)], *place, *value),
            Edit::Borrow(a, b) => {
                let tail = lines[at(b)].split_once(':').map(|(_, tail)| tail.to_owned()).unwrap_or_default();
                let line = &mut lines[at(a)];
                let head = line.split_once(':').map_or(line.as_str(), |(head, _)| head).to_owned();
                *line = format!("{head}:{tail}");
            }
            Edit::Say(n, text) => lines.insert(at(n), (*text).to_owned()),
        }
    }
    lines.join("\r\n") + "\r\n"
}

fn renumbered(line: &str, place: u8, value: u32) -> String {
    let mut words: Vec<String> = line.split_inclusive([' ', ':', '/', '=', ';']).map(str::to_owned).collect();
    let numbers: Vec<usize> =
        (0..words.len()).filter(|n| words[*n].starts_with(|c: char| c.is_ascii_digit())).collect();
    if let Some(n) = numbers.get(usize::from(place) % numbers.len().max(1)) {
        let end = words[*n].trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
        words[*n] = format!("{value}{end}");
    }
    words.concat()
}

fuzz_target!(|story: Story<'_>| {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    let identity = IDENTITY.get_or_init(|| {
        // A panic inside a peer's state machine is kept there by the house (the offer is refused): only one that
        // gets out is a finding, so the hook that ends the process at the first panic goes.
        std::panic::set_hook(Box::new(|_| ()));
        Identity::draw().expect("a certificate")
    });
    let offer = spoiled(&story);
    let _ = Offer::parse(&offer);
    let _ = Fragment::parse(story.fragment);
    let addr = ([10, 0, 0, 1], 8189).into();
    let addresses = vec![LocalAddress { proto: Protocol::Udp, addr }];
    let mut sfu = Sfu::new(Config::default(), identity.clone(), addresses);
    let now = Instant::now();
    let named = |name: &str| IceCreds { ufrag: name.into(), pass: "a-password-of-22-letters".into() };
    let peers = [
        sfu.publish(RoomId(1), &offer, named("publisher"), now),
        sfu.watch(RoomId(1), &offer, named("viewer"), now),
    ];
    for (peer, answer) in peers.into_iter().flatten() {
        assert!(answer.starts_with("v=0"), "an answer is SDP");
        let _ = sfu.trickle(peer, story.fragment, &named("fresh"), now);
    }
    sfu.receive(Protocol::Udp, ([10, 0, 0, 2], 5000).into(), addr, story.datagram, now);
    sfu.handle_timeout(now);
    sfu.flush(now);
    while sfu.poll_transmit().is_some() {}
    while sfu.poll_event().is_some() {}
});
