//! A viewer told in RTCP what it lacks, and what it is sent then.

#![allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]

use std::collections::BTreeMap;

use media::{Codec, Description};

use super::super::RepairAgreed;
use super::super::agreed::Stream;
use super::super::keys::Handed;
use super::super::rtcp::packets;
use super::super::srtp::Profile;
use super::*;
use crate::fec::{Grouping, Protected};

const MS: Duration = Duration::from_millis(1);
const AUDIO: u32 = 0xa0d1;
const VIDEO: u32 = 0x51de;
const RTX: u32 = 0x51df;
const VP8: u8 = 96;
const OPUS: u8 = 111;

/// A viewer's end and this one, without a network between.
struct Pair {
    egress: FastEgress,
    /// The viewer's ciphers.
    sealer: Sealer,
    opener: Opener,
    clock: NtpClock,
    start: Instant,
    now: Instant,
    packets: BTreeMap<u64, Arc<Packet>>,
    /// RTP headers as they came: payload type, number, and whether a datagram came before, byte for byte.
    got: Vec<(u8, u16)>,
    datagrams: Vec<Vec<u8>>,
    infos: Vec<String>,
}

impl Pair {
    fn new(rtx: bool) -> Pair {
        let handed = |client| Handed { profile: Profile::Aes128Gcm, material: vec![5; 88], client };
        let (sealer, opener) = ciphers(&handed(true)).expect("keys");
        let stream = |ssrc, rtx| Some(Stream { ssrc, rtx, transport: Some(3) });
        let agreed = Agreed {
            audio: stream(AUDIO, None),
            video: stream(VIDEO, rtx.then_some(RTX)),
            ahead: true,
            repair: Some(RepairAgreed { ssrc: 0xfec, pt: 49, media: VIDEO, transport: Some(3) }),
            resends: if rtx { vec![(VP8, VP8 + 1)] } else { Vec::new() },
            name: "show".into(),
        };
        let start = Instant::now();
        Pair {
            egress: FastEgress::new(agreed, KeySlot::filled(handed(false)), true, start),
            sealer,
            opener,
            clock: NtpClock::new(start, Duration::from_secs(1_000_000)),
            start,
            now: start,
            packets: BTreeMap::new(),
            got: Vec::new(),
            datagrams: Vec::new(),
            infos: Vec::new(),
        }
    }

    fn write(&mut self, codec: Codec, seq: u64, time: u64, size: usize, wallclock: Instant) {
        let description = Description::parse(codec, "");
        let packet = Arc::new(Packet {
            description,
            seq: seq + 70_000,
            time,
            marker: false,
            keyframe: false,
            arrived: wallclock,
            payload: vec![seq as u8; size].into(),
            picture: None,
            layer: 0,
            earlier: Vec::new(),
        });
        self.packets.insert(packet.seq, Arc::clone(&packet));
        let form = Form::Plain { pt: if codec == Codec::Opus { OPUS } else { VP8 } };
        self.egress.write(form, Outgoing { packet, seq, time, pictures: (0, 0), wallclock });
    }

    /// Lets everything out; says how many calls it took.
    fn flush(&mut self) -> usize {
        self.egress.report(self.now);
        let (mut buffer, mut calls) = (Vec::new(), 0);
        while let Some(burst) = self.egress.burst(self.clock, self.now, &mut buffer) {
            calls += 1;
            for datagram in buffer.chunks(burst.segment) {
                let datagram = datagram.to_vec();
                if (192..224).contains(&datagram[1]) {
                    let mut report = datagram.clone();
                    let open = self.opener.open_rtcp(&mut report).expect("its own");
                    let word = |at: usize| u32::from_be_bytes(open[at..at + 4].try_into().expect("four"));
                    // 1,000,000 seconds after 1970, in NTP's count.
                    let seconds = f64::from(word(8) - 2_209_988_800) + f64::from(word(12)) / 2f64.powi(32);
                    self.infos.push(format!(
                        "{:x} at {seconds:.3}: {}, {} packets",
                        word(4),
                        word(16),
                        word(20)
                    ));
                } else {
                    self.got.push((datagram[1] & 0x7f, u16::from_be_bytes([datagram[2], datagram[3]])));
                }
                self.datagrams.push(datagram);
            }
        }
        calls
    }

    fn nack(&mut self, numbers: &[u16]) -> Heard {
        let mut nack = vec![0x81, 205, 0, (2 + numbers.len()) as u8, 0, 0, 0, 1];
        nack.extend(VIDEO.to_be_bytes());
        for number in numbers {
            nack.extend(number.to_be_bytes());
            nack.extend([0, 0]);
        }
        self.hear(nack)
    }

    fn hear(&mut self, mut rtcp: Vec<u8>) -> Heard {
        assert!(packets(&rtcp).count() > 0);
        self.sealer.seal_rtcp(&mut rtcp, 0).expect("sealed");
        let kept = &self.packets;
        let packet_of = |_, number| kept.get(&number).cloned();
        self.egress.hear(&rtcp, self.clock, self.now, &mut Vec::new(), packet_of)
    }
}

#[test]
fn a_frame_leaves_in_one_call() {
    let mut pair = Pair::new(true);
    for seq in 1..=9 {
        pair.write(Codec::Vp8, seq, 0, if seq == 9 { 400 } else { 1_130 }, pair.start);
    }
    assert_eq!(pair.flush(), 2, "the frame, and the first report");
    pair.write(Codec::Opus, 1, 0, 80, pair.start);
    for seq in 10..=29 {
        pair.write(Codec::Vp8, seq, 3_000, if seq == 19 { 400 } else { 1_130 }, pair.start);
    }
    assert_eq!(pair.flush(), 4, "the sound, two frames, and the sound's first report");
    let numbers: Vec<u16> = pair.got.iter().filter(|(pt, _)| *pt == VP8).map(|(_, seq)| *seq).collect();
    assert_eq!(numbers, (1..=29).collect::<Vec<u16>>());
    let transport: Vec<u16> = pair
        .datagrams
        .iter()
        .filter(|datagram| !(192..224).contains(&datagram[1]))
        .map(|datagram| u16::from_be_bytes([datagram[17], datagram[18]]))
        .collect();
    assert_eq!(transport, (0..30).collect::<Vec<u16>>(), "numbered over both streams");
}

#[test]
fn a_loss_is_mended_once_in_a_round_trip() {
    let mut pair = Pair::new(true);
    (1..=40).for_each(|seq| pair.write(Codec::Vp8, seq, seq * 3_000, 1_000, pair.start));
    pair.flush();
    pair.got.clear();
    assert!(pair.nack(&[7, 7, 9]).wrote);
    pair.now += 5 * MS;
    assert!(!pair.nack(&[7]).wrote, "it is on its way");
    assert!(!pair.nack(&[41, 60_000]).wrote, "never sent");
    pair.flush();
    assert_eq!(pair.got, [(VP8 + 1, 1), (VP8 + 1, 2)]);
    pair.now += 30 * MS;
    assert!(pair.nack(&[7]).wrote, "lost again");
    pair.flush();
    assert_eq!(pair.got.len(), 4, "late as it is, it goes out twice");
}

#[test]
fn who_knows_no_rtx_gets_the_same_datagram_again() {
    let mut pair = Pair::new(false);
    (1..=40).for_each(|seq| pair.write(Codec::Vp8, seq, seq * 3_000, 1_000, pair.start));
    pair.flush();
    let before = std::mem::take(&mut pair.datagrams);
    pair.now += 50 * MS;
    pair.nack(&[7]);
    pair.flush();
    assert_eq!(pair.datagrams, [before[6].clone()]);
}

#[test]
fn a_storm_of_nacks_costs_who_sends_it() {
    let mut pair = Pair::new(true);
    let mut seq = 0;
    for _ in 0..100 {
        for _ in 0..3 {
            seq += 1;
            pair.write(Codec::Vp8, seq, seq * 1_000, 1_000, pair.now);
        }
        let lately: Vec<u16> = (seq.saturating_sub(100)..=seq).map(|seq| seq as u16).collect();
        pair.nack(&lately);
        pair.flush();
        pair.now += 10 * MS;
    }
    let again = pair.got.iter().filter(|(pt, _)| *pt == VP8 + 1).count();
    assert!((20..=200).contains(&again), "{again} resends of 10,000 wishes beside 300 packets");
}

#[test]
fn a_number_is_never_sealed_twice() {
    let mut pair = Pair::new(true);
    (1..=3).for_each(|seq| pair.write(Codec::Vp8, seq, 0, 1_000, pair.start));
    pair.write(Codec::Vp8, 2, 9_000, 700, pair.start);
    pair.write(Codec::Vp8, 5_000, 9_000, 700, pair.start);
    pair.write(Codec::Vp8, 4, 9_000, 700, pair.start);
    pair.flush();
    let numbers: Vec<u16> = pair.got.iter().map(|(_, seq)| *seq).collect();
    assert_eq!(numbers, [1, 2, 3, 5_000], "nor what is too old to be sure");
}

#[test]
fn reports_keep_sound_and_picture_together() {
    let mut pair = Pair::new(true);
    // A picture of 200 ms ago, sent late; a sound of now.
    pair.now += 1_000 * MS;
    pair.write(Codec::Vp8, 1, 900_000, 1_000, pair.now - 200 * MS);
    pair.write(Codec::Opus, 1, 480_000, 80, pair.now);
    pair.flush();
    pair.now += 500 * MS;
    pair.write(Codec::Opus, 2, 504_000, 80, pair.now);
    pair.flush();
    pair.now += 500 * MS;
    pair.flush();
    assert_eq!(
        pair.infos,
        [
            "a0d1 at 1.000: 480000, 1 packets",
            "51de at 1.000: 918000, 1 packets",
            "a0d1 at 2.000: 528000, 2 packets",
            "51de at 2.000: 1008000, 1 packets",
        ]
    );
    assert_eq!(pair.egress.due(), Some(pair.now + 1_000 * MS));
}

#[test]
fn a_round_trip_is_learnt_from_reports_and_losses_are_counted_once() {
    let mut pair = Pair::new(true);
    pair.write(Codec::Vp8, 1, 0, 1_000, pair.start);
    pair.flush();
    let sent = pair.clock.middle(pair.now);
    pair.now += 180 * MS;
    let mut report = vec![0x81, 201, 0, 7, 0, 0, 0, 1];
    report.extend(VIDEO.to_be_bytes());
    report.extend([0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0]);
    report.extend(sent.to_be_bytes());
    // It was answered after 100 ms.
    report.extend(6_554u32.to_be_bytes());
    assert_eq!(pair.hear(report.clone()).lost, 12);
    let measured = pair.egress.round_trip.expect("measured").as_millis();
    assert!((79..=81).contains(&measured), "{measured} ms");
    report[15] = 15;
    assert_eq!(pair.hear(report.clone()).lost, 3);
    report[15] = 2;
    assert_eq!(pair.hear(report).lost, 0);
}

#[test]
fn feedback_tells_what_arrived_when() {
    let mut pair = Pair::new(true);
    for seq in 1..=4 {
        pair.now += 10 * MS;
        pair.write(Codec::Vp8, seq, 0, 1_000, pair.now);
        pair.flush();
    }
    let mut feedback = vec![0x8f, 205, 0, 6, 0, 0, 0, 1];
    feedback.extend(VIDEO.to_be_bytes());
    // Of numbers 0 to 4, which is not sent yet, the second is lost.
    feedback.extend([0, 0, 0, 5, 0, 0, 1, 0, 0xae, 0x00, 40, 40, 40, 0, 0, 0]);
    pair.hear(feedback);
    let told: Vec<(u64, u128, Option<i64>)> = pair
        .egress
        .acknowledged
        .iter()
        .map(|packet| (packet.number, (packet.sent - pair.start).as_millis(), packet.arrived_us))
        .collect();
    assert_eq!(told, [(0, 10, Some(74_000)), (1, 20, None), (2, 30, Some(84_000)), (3, 40, Some(94_000))]);
    assert!(pair.egress.acknowledged.iter().all(|packet| packet.bytes == 1_036));
}

#[test]
fn what_a_stranger_says_is_not_heard() {
    let mut pair = Pair::new(true);
    let pli = [&[0x81, 206, 0, 2, 0, 0, 0, 1][..], &VIDEO.to_be_bytes()].concat();
    let hear = |pair: &mut Pair, datagram: &[u8]| {
        pair.egress.hear(datagram, pair.clock, pair.now, &mut Vec::new(), |_, _| None)
    };
    assert_eq!(hear(&mut pair, &pli), Heard::default());
    let mut sealed = pli.clone();
    pair.sealer.seal_rtcp(&mut sealed, 0).expect("sealed");
    assert!(hear(&mut pair, &sealed).keyframe);
    assert_eq!(hear(&mut pair, &sealed), Heard::default(), "a replay");
}

#[test]
fn repair_packets_have_numbers_of_their_own_and_go_to_who_was_sent_all_they_stand_for() {
    let mut pair = Pair::new(true);
    let scheme = Scheme::new(10, 1);
    let mut grouping = Grouping::new(scheme);
    let mut repairs = Vec::new();
    // Feedback that a fifth is lost, from a viewer far away.
    for round in 0..8u64 {
        for seq in round * 10 + 1..=round * 10 + 10 {
            pair.write(Codec::Vp8, seq, seq * 3_000, 1_000, pair.start);
            let packet = &pair.packets[&(seq + 70_000)];
            let Packet { seq, time, marker, payload, .. } = &**packet;
            let protected = Protected { seq: *seq, time: *time, marker: *marker, payload };
            grouping.push(protected, &mut repairs);
        }
        pair.flush();
        pair.now += 200 * MS;
        let mut feedback = vec![0x8f, 205, 0, 7, 0, 0, 0, 1];
        feedback.extend(VIDEO.to_be_bytes());
        feedback.extend([0, (round * 10) as u8, 0, 10, 0, 0, round as u8, 0, 0b1011_1101, 0b1110_0000]);
        feedback.extend([4; 8]);
        feedback.extend([0, 0]);
        pair.hear(feedback);
        pair.egress.mending.observe(pair.now);
    }
    let needs = pair.egress.mending.scheme().expect("it loses a fifth");
    pair.got.clear();
    // What it was not sent, what it was, and that again by another scheme.
    let other = Scheme::new(15, 3);
    pair.egress.repair(0, other, &repairs[1]);
    pair.egress.repair(1, needs, &repairs[1]);
    for repair in &repairs[..2] {
        pair.egress.repair(0, needs, repair);
    }
    grouping.push(Protected { seq: 80_000, time: 0, marker: true, payload: &[1] }, &mut repairs);
    grouping.push(Protected { seq: 90_000, time: 0, marker: true, payload: &[1] }, &mut repairs);
    pair.egress.repair(0, needs, repairs.last().expect("closed by the jump"));
    pair.flush();
    let repaired: Vec<(u8, u16)> = pair.got.iter().copied().filter(|(pt, _)| *pt == 49).collect();
    assert_eq!(repaired, [(49, 1), (49, 2)]);
}
