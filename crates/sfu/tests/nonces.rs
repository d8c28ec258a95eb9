//! Watches the wire for what would give a viewer's key away: two different packets under one nonce.

mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sfu::Config;
use str0m::format::{Codec, FormatParams};
use str0m::media::Frequency;
use world::World;

/// What was sealed under each nonce: for each viewer and stream, RTP by its extended number, RTCP by its index.
#[derive(Default)]
struct Seen {
    packets: BTreeMap<(SocketAddr, u32, u64, bool), Vec<u8>>,
    highest: BTreeMap<(SocketAddr, u32), u64>,
    repeated: usize,
    reports: usize,
}

impl Seen {
    fn see(&mut self, to: SocketAddr, datagram: &[u8]) {
        let word = |at: usize| u32::from_be_bytes(datagram[at..at + 4].try_into().expect("four bytes"));
        let (ssrc, index, report) = if world::is_media(datagram) {
            let low = u64::from(word(0) & 0xffff);
            let highest = self.highest.entry((to, word(8))).or_insert(low);
            let step = (low as u16).wrapping_sub(*highest as u16).cast_signed();
            let index = highest.checked_add_signed(i64::from(step)).expect("it begins in its first round");
            *highest = index.max(*highest);
            (word(8), index, false)
        } else {
            // The index stands at the end under AES-GCM, and str0m's clients agree on that.
            let index = word(datagram.len() - 4);
            assert!(index >> 31 == 1, "encrypted");
            self.reports += 1;
            (word(4), u64::from(index), true)
        };
        match self.packets.get(&(to, ssrc, index, report)) {
            None => drop(self.packets.insert((to, ssrc, index, report), datagram.to_vec())),
            Some(before) => {
                assert!(!report, "a report's nonce was used twice");
                assert_eq!(before, datagram, "stream {ssrc:x}, number {index}");
                self.repeated += 1;
            }
        }
    }
}

#[test]
fn no_nonce_is_used_for_two_packets() {
    let mut world = World::new(Config::default());
    world.watched = Some(Vec::new());
    let host = world.publisher(|c| c.enable_opus(true, true), Codec::Vp8);
    // So much that the numbers roll over.
    world.clients[host].source.packets = 40;
    world.clients[host].source.video_seq = 65_000;
    let mei = world.viewer(|c| c);
    let plain = world.viewer(|mut c| {
        c = c.clear_codecs().enable_opus(true, false);
        let format = FormatParams::default();
        c.codec_config().add_config(96.into(), None, Codec::Vp8, Frequency::NINETY_KHZ, None, format);
        c
    });
    world.run(2_000);
    world.loss = 60;
    world.run(8_000);
    restart(&mut world, mei);
    world.run(4_000);
    world.loss = 0;
    world.run(60_000);
    for viewer in [mei, plain] {
        let peer = world.clients[viewer].peer;
        world.sfu.close(peer, world.now).expect("it is here");
    }
    world.run(1_000);
    let mut seen = Seen::default();
    for (to, datagram) in world.watched.iter().flatten() {
        let media = *to != world.clients[host].addr && (128..192).contains(&datagram[0]);
        if media {
            seen.see(*to, datagram);
        }
    }
    assert!(seen.repeated > 100, "{} datagrams came again as they were", seen.repeated);
    // Two streams to two viewers, once a second.
    assert!((250..320).contains(&seen.reports), "{} reports", seen.reports);
    assert!(seen.highest.values().any(|highest| *highest > 70_000), "numbers rolled over");
    assert!(world.sfu.totals().packets_retransmitted > 500);
    for viewer in [mei, plain] {
        let client = &world.clients[viewer];
        assert!(client.closed && client.sr.len() > 100, "{} reports were understood", client.sr.len());
    }
}

/// Both ends begin ICE anew, as a browser does that changes networks.
fn restart(world: &mut World, viewer: usize) {
    let credentials = "a=ice-ufrag:anew\r\na=ice-pwd:passwordOfTwentyTwoLetters\r\n";
    let (peer, fresh) = (world.clients[viewer].peer, world.credentials());
    assert!(world.sfu.trickle(peer, credentials, &fresh, world.now).expect("taken"));
    // The viewer does not follow, and its old way stays good: what counts is what the machine sends.
}
