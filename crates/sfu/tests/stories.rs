//! Shows told from end to end, in virtual time.

mod world;

use sfu::Config;
use str0m::format::Codec;
use world::World;

#[test]
fn who_joins_late_sees_the_picture_at_once_though_the_publisher_answers_no_pli() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.clients[host].answers_pli = false;
    world.clients[host].source.gop = 300;
    world.run(3_000);
    let joined = world.ms();
    let mei = world.viewer(|c| c);
    world.run(1_000);
    let first = world.clients[mei].video().next().expect("a picture").at_ms - joined;
    assert!(first < 150, "the picture came after {first} ms");
    let frames = world.clients[mei].decodable(4);
    assert_eq!(frames.first(), Some(&0), "it begins with the keyframe");
    assert_eq!(frames.len() as u32, frames.last().expect("frames") + 1, "every frame since then");
    // The past is shown in a moment: all frames before the join lie within 60 ms of picture time.
    let times: Vec<u64> = world.clients[mei].frames(4).iter().map(|(time, ..)| *time).collect();
    assert!(times[85] - times[0] < 90 * 60, "{}", times[85] - times[0]);
    assert_eq!(times[110] - times[109], 3_000, "and the present at its own pace");
    assert!(world.clients[host].keyframes_asked.is_empty(), "nobody had to ask the publisher");
    let seqs: Vec<u64> = world.clients[mei].video().map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "numbers go on by one");
    assert_eq!(world.facts(), ["publisher connected", "1 watching"]);
}

#[test]
fn wishes_for_keyframes_are_merged() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.clients[host].source.gop = 100_000;
    world.run(1_000);
    let viewers: Vec<usize> = (0..3).map(|_| world.viewer(|c| c)).collect();
    world.run(2_000);
    assert!(world.clients[host].keyframes_asked.is_empty());
    for _ in 0..30 {
        for viewer in &viewers {
            world.ask_keyframe(*viewer);
        }
        world.run(100);
    }
    let asked = &world.clients[host].keyframes_asked;
    assert!((5..=7).contains(&asked.len()), "ninety wishes in three seconds became {asked:?}");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= 490), "{asked:?}");
    assert_eq!(world.sfu.totals().keyframes_asked as usize, asked.len());
}

#[test]
fn a_publisher_breaks_and_another_with_another_codec_goes_on() {
    let mut world = World::new(Config::default());
    let camera = world.publisher(|c| c, Codec::Vp8);
    world.run(200);
    let mei = world.viewer(|c| c);
    world.run(2_000);
    world.clients[camera].unplugged = true;
    world.run(8_000);
    world.publisher(|c| c, Codec::H264);
    world.run(2_000);
    world.publisher(|c| c, Codec::Vp8);
    world.run(2_000);

    let client = &world.clients[mei];
    let video: Vec<_> = client.video().collect();
    assert!(video.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "numbers go on by one");
    assert!(video.windows(2).all(|pair| pair[1].time >= pair[0].time), "time does not go back");
    let breaks: Vec<u64> =
        video.windows(2).map(|p| (p[1].time - p[0].time) / 90).filter(|ms| *ms > 100).collect();
    assert!(
        matches!(breaks[..], [a, ..] if (8_000..9_500).contains(&a)),
        "picture time went on: {breaks:?} ms"
    );
    let audio: Vec<_> = client.audio().collect();
    assert!(audio.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1 && pair[1].time > pair[0].time));

    let mut types: Vec<u8> = video.iter().map(|got| got.pt).collect();
    types.dedup();
    let vp8 = *world::pt_of(&client.rtc, Codec::Vp8);
    assert_eq!((types.len(), types[0], types[2]), (3, vp8, vp8), "{types:?}");
    // VP8's own numbers go on as well, over both publishers.
    let mut pictures: Vec<u16> = video
        .iter()
        .filter(|got| got.pt == vp8)
        .map(|got| u16::from_be_bytes([got.payload[2] & 0x7f, got.payload[3]]))
        .collect();
    pictures.dedup();
    assert!(pictures.windows(2).all(|pair| pair[1] == pair[0] + 1), "{pictures:?}");
    assert_eq!(
        world.facts(),
        ["publisher connected", "1 watching", "publisher lost", "publisher connected", "publisher connected"]
    );
}

#[test]
fn a_publisher_that_falls_silent_is_lost_and_found_again() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.run(1_000);
    world.clients[host].source.on = false;
    world.run(4_000);
    assert_eq!(world.facts(), ["publisher connected"]);
    world.run(2_000);
    assert_eq!(world.facts(), ["publisher connected", "publisher lost"]);
    world.clients[host].source.on = true;
    world.run(500);
    assert_eq!(world.facts(), ["publisher connected", "publisher lost", "publisher connected"]);
}

#[test]
fn a_newcomer_that_never_sends_leaves_the_room_knowing_that_its_publisher_is_gone() {
    let mut world = World::new(Config::default());
    world.publisher(|c| c, Codec::Vp8);
    world.run(1_000);
    let second = world.publisher(|c| c, Codec::Vp8);
    world.clients[second].unplugged = true;
    world.run(25_000);
    assert_eq!(world.facts(), ["publisher connected", "publisher lost"]);
}

#[test]
fn sounds_lost_on_the_way_up_are_found_in_the_next_packet() {
    let mut world = World::new(Config { repair_ahead: false, ..Config::default() });
    let host = world.publisher(|c| c.enable_opus(true, true), Codec::Vp8);
    world.clients[host].source.red = true;
    let plain = world.viewer(|c| c.enable_opus(true, false));
    let knows_red = world.viewer(|c| c.enable_opus(true, true));
    world.run(500);
    for n in 0..40 {
        world.loss = if n % 2 == 0 { 200 } else { 0 };
        world.run(100);
    }
    world.loss = 0;
    world.run(500);
    assert!(world.dropped > 50);
    let numbers = |texts: Vec<String>| -> Vec<u32> {
        texts.iter().filter_map(|text| text.strip_prefix("sound ")?.parse().ok()).collect()
    };
    let heard = numbers(
        world.clients[plain].audio().map(|got| String::from_utf8_lossy(&got.payload).into_owned()).collect(),
    );
    // One way up with repair, one way down without: about one in ten is lost instead of one in five.
    let span = heard.last().expect("sounds") - heard[0] + 1;
    let share = heard.len() as f32 / span as f32;
    assert!(share > 0.86, "{share}");
    let mut unwrapped: Vec<u32> = Vec::new();
    for got in world.clients[knows_red].audio() {
        let red = media::Red::parse(&got.payload).expect("every packet for who knows RED is RED");
        for payload in red.redundant.iter().map(|block| block.payload).chain([red.primary]) {
            unwrapped.extend(numbers(vec![String::from_utf8_lossy(payload).into_owned()]));
        }
    }
    unwrapped.sort_unstable();
    unwrapped.dedup();
    let span = unwrapped.last().expect("sounds") - unwrapped[0] + 1;
    let share = unwrapped.len() as f32 / span as f32;
    // A sound is gone only when two neighbours were lost on the same way.
    assert!(share > 0.94, "{share}");
}

#[test]
fn the_publishers_header_extensions_never_leak() {
    let mut world = World::new(Config::default());
    world.publisher(|c| c, Codec::Vp8);
    let mei = world.viewer(|c| c);
    world.run(1_000);
    let answer = &world.clients[mei].answer;
    let extensions: Vec<&str> = answer.lines().filter(|line| line.starts_with("a=extmap:")).collect();
    assert!(
        !extensions.is_empty() && extensions.iter().all(|line| line.contains("transport-wide-cc")),
        "{answer}"
    );
    for got in &world.clients[mei].got {
        let told = &got.extensions;
        for name in
            ["audio_level: Some", "video_orientation: Some", "abs_send_time: Some", "rid: Some", "mid: Some"]
        {
            assert!(!told.contains(name), "{told}");
        }
    }
}

#[test]
fn a_peer_restarts_ice_and_the_picture_goes_on() {
    let mut world = World::new(Config::default());
    world.publisher(|c| c, Codec::Vp8);
    let mei = world.viewer(|c| c);
    world.run(1_000);
    let client = &mut world.clients[mei];
    let mut change = client.rtc.sdp_api();
    change.ice_restart(true);
    let (offer, pending) = change.apply().expect("an offer");
    let offer = offer.to_sdp_string();
    let lines: String = offer
        .lines()
        .filter(|l| {
            l.starts_with("a=ice-ufrag") || l.starts_with("a=ice-pwd") || l.starts_with("a=candidate")
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    let (peer, before) = (client.peer, client.answer.clone());
    let fresh = world.credentials();
    let restarted = world.sfu.trickle(peer, &lines, &fresh, world.now).expect("taken");
    assert!(restarted);
    let fragment = world.sfu.ice_fragment(peer).expect("a fragment");
    assert!(fragment.contains(&format!("a=ice-ufrag:{}", fresh.ufrag)), "{fragment}");
    // The whole answer, as a browser makes it up from the fragment.
    let answer: String = before
        .lines()
        .map(|line| match line.split_once(':').map(|(key, _)| key) {
            Some("a=ice-ufrag") => format!("a=ice-ufrag:{}\r\n", fresh.ufrag),
            Some("a=ice-pwd") => format!("a=ice-pwd:{}\r\n", fresh.pass),
            _ => format!("{}\r\n", line.replace(&line_ufrag(&before), &fresh.ufrag)),
        })
        .collect();
    let answer = str0m::change::SdpAnswer::from_sdp_string(&answer).expect("an answer");
    world.clients[mei].rtc.sdp_api().accept_answer(pending, answer).expect("accepted");
    world.run(500);
    let then = world.clients[mei].video().count();
    // The old way is gone: only what the restart agreed on can carry it.
    world.run(5_000);
    assert!(world.clients[mei].video().count() > then + 500);
    assert!(!world.sfu.trickle(peer, &lines, &fresh, world.now).expect("the same again is no restart"));
}

fn line_ufrag(sdp: &str) -> String {
    sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).expect("a name").to_owned()
}

#[test]
fn a_peer_with_an_rsa_certificate_connects() {
    use openssl::{asn1::Asn1Time, hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509};
    let key = PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key");
    let mut certificate = X509::builder().expect("a certificate");
    certificate.set_version(2).expect("set");
    certificate.set_pubkey(&key).expect("set");
    certificate.set_not_before(&Asn1Time::days_from_now(0).expect("a time")).expect("set");
    certificate.set_not_after(&Asn1Time::days_from_now(7).expect("a time")).expect("set");
    certificate.sign(&key, MessageDigest::sha256()).expect("signed");
    let certificate = str0m::config::DtlsCert {
        certificate: certificate.build().to_der().expect("written"),
        private_key: key.private_key_to_der().expect("written"),
    };
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c.set_dtls_cert(certificate), Codec::Vp8);
    let mei = world.viewer(|c| c);
    world.run(2_000);
    assert!(world.clients[host].connected);
    assert!(world.clients[mei].decodable(4).len() > 30);
}

/// The share of the publisher's frames that a viewer can show, at 5 % loss each way and 20 ms one way.
fn shown_at_five_percent(config: Config) -> (f32, f32) {
    let mut world = World::new(config);
    let host = world.publisher(|c| c.enable_opus(true, true), Codec::Vp8);
    world.clients[host].source.red = true;
    let mei = world.viewer(|c| c.enable_opus(true, true));
    world.delay = 20 * world::MS;
    world.run(1_500);
    let (first, sounds) = (world.clients[host].source.frame, world.clients[host].source.audio_time / 960);
    world.loss = 50;
    for _ in 0..200 {
        world.run(100);
        // As a browser's decoder does when it cannot go on.
        let newest = world.clients[mei].frames(4).last().map_or(0, |(_, frame, _)| *frame);
        if world.clients[mei].decodable(4).last().is_none_or(|shown| newest > shown + 10) {
            world.ask_keyframe(mei);
        }
    }
    world.loss = 0;
    let (last, until) = (world.clients[host].source.frame, world.clients[host].source.audio_time / 960);
    world.run(1_000);
    let shown = world.clients[mei].decodable(4).iter().filter(|n| (first..last).contains(*n)).count();
    let mut heard: Vec<u64> = Vec::new();
    for got in world.clients[mei].audio() {
        let blocks: Vec<Vec<u8>> = match got.payload.starts_with(b"sound") {
            true => vec![got.payload.to_vec()],
            false => media::Red::parse(&got.payload)
                .map(|red| {
                    red.redundant.iter().map(|b| b.payload.to_vec()).chain([red.primary.to_vec()]).collect()
                })
                .unwrap_or_default(),
        };
        heard.extend(
            blocks
                .iter()
                .filter_map(|b| std::str::from_utf8(b).ok()?.strip_prefix("sound ")?.parse::<u64>().ok()),
        );
    }
    heard.sort_unstable();
    heard.dedup();
    let heard = heard.iter().filter(|n| (sounds..until).contains(*n)).count();
    (shown as f32 / (last - first) as f32, heard as f32 / (until - sounds) as f32)
}

#[test]
fn five_percent_loss_each_way_is_mended_and_without_the_remedies_it_is_not() {
    let (picture, sound) = shown_at_five_percent(Config::default());
    assert!(picture > 0.97, "{picture} of the frames shown");
    assert!(sound > 0.98, "{sound} of the sounds heard");
    let bare = Config { retransmit: false, audio_redundancy: false, ..Config::default() };
    let (picture, sound) = shown_at_five_percent(bare);
    assert!(picture < 0.5, "{picture} of the frames shown without remedies");
    assert!(sound < 0.92, "{sound} of the sounds heard without remedies");
}

/// The resends in a hundred packets to a viewer whose link, and the publisher's, lose `loss` in a thousand.
fn resent_share(loss: u64) -> u64 {
    // Where it is not told of every packet, or nothing may be sent ahead.
    let mut world = World::new(Config { repair_ahead: false, ..Config::default() });
    world.publisher(|c| c, Codec::Vp8);
    world.viewer(|c| c);
    world.run(1_500);
    world.loss = loss;
    // Until the loss has been measured.
    world.run(5_000);
    let before = world.sfu.totals();
    world.run(20_000);
    let after = world.sfu.totals();
    (after.packets_retransmitted - before.packets_retransmitted) * 100
        / (after.packets_out - before.packets_out)
}

#[test]
fn a_lossy_viewer_is_sent_its_resends_twice_and_one_behind_a_full_link_once() {
    let (little, lossy, full) = (resent_share(5), resent_share(100), resent_share(250));
    assert!(little <= 1, "{little} % of the packets are resends at 0.5 % loss");
    // Once, it would be 7 and 19; always twice, 11 and 27. A resend of a resend goes out twice on either.
    assert!((10..=13).contains(&lossy), "{lossy} % of the packets are resends at 10 % loss");
    assert!((15..=24).contains(&full), "{full} % of the packets are resends at 25 % loss");
}

#[test]
fn a_group_of_pictures_too_long_to_keep_still_gives_its_keyframe_at_once() {
    let mut world = World::new(Config { gop_packets_max: 40, ..Config::default() });
    let host = world.publisher(|c| c, Codec::Vp8);
    world.clients[host].source.gop = 100_000;
    world.clients[host].answers_pli = false;
    world.run(2_000);
    let mei = world.viewer(|c| c);
    world.run(200);
    assert_eq!(world.clients[mei].decodable(4), [0], "the keyframe is there");
    assert_eq!(world.clients[host].keyframes_asked.len(), 1, "and the publisher was asked for a new one");
    world.clients[host].source.keyframe_next = true;
    world.run(1_500);
    let frames = world.clients[mei].decodable(4);
    assert!(frames.len() > 30 && frames[1..].windows(2).all(|pair| pair[1] == pair[0] + 1), "{frames:?}");
    let seqs: Vec<u64> = world.clients[mei].video().map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "numbers go on by one");
}

#[test]
fn an_idle_viewer_is_sent_next_to_nothing() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.viewer(|c| c);
    world.run(3_000);
    world.clients[host].unplugged = true;
    world.run(2_000);
    let before = world.sfu.totals().packets_out;
    world.run(20_000);
    let sent = world.sfu.totals().packets_out - before;
    // A str0m viewer left to itself is sent 190 a second.
    assert!(sent < 600, "{sent} packets in twenty seconds without a publisher");
}

#[test]
fn a_viewer_goes_without_a_word_and_is_not_counted_for_ever() {
    let mut world = World::new(Config::default());
    let mei = world.viewer(|c| c);
    world.run(500);
    world.viewer(|c| c);
    world.run(500);
    world.clients[mei].unplugged = true;
    world.run(60_000);
    assert_eq!(world.facts(), ["1 watching", "2 watching", "1 watching"]);
    let peer = world.clients[mei].peer;
    assert!(!world.sfu.has(peer));
}

#[test]
fn rubbish_from_a_peers_address_harms_nobody_else() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    let mei = world.viewer(|c| c);
    let bob = world.viewer(|c| c);
    world.run(1_000);
    let server = "10.0.0.1:8189".parse().expect("an address");
    let from = world.clients[bob].addr;
    for first in 0..=255u8 {
        for size in [1, 2, 12, 20, 60, 1_200] {
            let datagram: Vec<u8> = (0..size).map(|at| first.wrapping_add((at * 7) as u8)).collect();
            world.sfu.receive(sfu::Protocol::Udp, from, server, &datagram, world.now);
        }
    }
    let before = world.clients[mei].decodable(4).len();
    world.run(1_000);
    assert!(world.clients[mei].decodable(4).len() >= before + 28);
    assert!(world.clients[host].connected);
}

#[test]
fn nothing_waits_for_the_estimate() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.clients[host].source.packets = 24;
    let viewers: Vec<usize> = (0..3).map(|_| world.viewer(|c| c)).collect();
    world.run(1_000);
    for viewer in &viewers {
        world.clients[*viewer].got.clear();
    }
    world.run(6_000);
    for viewer in viewers {
        let late: Vec<i64> =
            world.clients[viewer].video().map(|got| got.at_ms as i64 - (got.time / 90) as i64).collect();
        let spread = late.iter().max().expect("packets") - late.iter().min().expect("packets");
        assert!(late.len() >= 24 * 178, "{} packets of 3.5 Mbit/s came", late.len());
        assert!(spread <= 12, "the last packet of a frame came {spread} ms after the first");
    }
}
