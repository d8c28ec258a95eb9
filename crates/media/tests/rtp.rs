//! Frames into RTP payloads and back, on lines that lose, double and reorder packets.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use media::{
    Arrival, Codec, CodecConfig, Depacketizer, Description, Frame, Kind, MTU_MIN, MediaTime, Packetizer,
    ParameterSets, Payload, VideoConfig, put_lengths,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Parameter sets of x264 and x265, 642x362.
const H264: [&[u8]; 2] = [
    &[
        0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x90, 0xbf, 0x88, 0x92, 0x6a, 0x0c, 0x02, 0x0d, 0x6e, 0x00, 0x00,
        0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x78, 0x1e, 0x2c, 0x5d, 0x40,
    ],
    &[0x68, 0xce, 0x0f, 0xc8],
];
const H265: [&[u8]; 3] = [
    &[
        0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00,
        0x00, 0x03, 0x00, 0x3f, 0x95, 0x94, 0x09,
    ],
    &[
        0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
        0x3f, 0xa0, 0x05, 0x22, 0x01, 0x71, 0xc4, 0x48, 0xd9, 0x65, 0x65, 0x4a, 0x4c, 0x2e, 0x6a, 0x0c, 0x02,
        0x0d, 0x6c, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0xc1,
    ],
    &[0x44, 0x01, 0xc0, 0x73, 0xc1, 0x89],
];

/// libaom's sequence header for 192x128, with its size, as a keyframe begins.
const AV1_SEQUENCE: [u8; 15] =
    [0x0a, 0x0d, 0x00, 0x00, 0x00, 0x03, 0xb5, 0xff, 0xf3, 0x6b, 0xe4, 0x41, 0x80, 0x41, 0x81];

const VP9_KEYFRAME: [u8; 10] = [0x82, 0x49, 0x83, 0x42, 0x20, 0x27, 0xf0, 0x16, 0x70, 0x00];
const VP8_KEYFRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];

fn config(codec: Codec) -> VideoConfig {
    let units: &[&[u8]] = match codec {
        Codec::H264 => &H264,
        Codec::H265 => &H265,
        Codec::Av1 => return VideoConfig::from_keyframe(codec, &AV1_SEQUENCE).unwrap(),
        Codec::Vp9 => return VideoConfig::from_keyframe(codec, &VP9_KEYFRAME).unwrap(),
        Codec::Vp8 | Codec::Opus => return VideoConfig::from_keyframe(Codec::Vp8, &VP8_KEYFRAME).unwrap(),
    };
    let mut sets = ParameterSets::default();
    units.iter().for_each(|unit| sets.take(codec, unit));
    VideoConfig::from_parameters(codec, &sets).unwrap()
}

/// A frame as its encoder could have made it, with these bytes in its parts.
fn frame(codec: Codec, number: i64, keyframe: bool, parts: &[Vec<u8>]) -> Frame {
    let mut data = Vec::new();
    match codec {
        Codec::H264 => {
            // Only the first slice begins at macroblock 0.
            let front = |slice| [if keyframe { 0x65 } else { 0x41 }, if slice == 0 { 0x88 } else { 0x48 }];
            let units: Vec<Vec<u8>> = parts
                .iter()
                .enumerate()
                .map(|(slice, part)| [&front(slice), part.as_slice()].concat())
                .collect();
            put_lengths(units.iter().map(Vec::as_slice), &mut data);
        }
        Codec::H265 => {
            let first = |slice| if slice == 0 { 0xaf } else { 0x2f };
            let front = |slice| [if keyframe { 0x26 } else { 0x02 }, 0x01, first(slice)];
            let units: Vec<Vec<u8>> = parts
                .iter()
                .enumerate()
                .map(|(slice, part)| [&front(slice), part.as_slice()].concat())
                .collect();
            put_lengths(units.iter().map(Vec::as_slice), &mut data);
        }
        Codec::Av1 => {
            if keyframe {
                data.extend(AV1_SEQUENCE);
            }
            for part in parts {
                // A frame, with its size in two bytes only where it needs them.
                let payload = [&[if keyframe { 0x10 } else { 0x30 }], part.as_slice()].concat();
                data.push(0x32);
                if payload.len() > 127 {
                    data.push(0x80 | (payload.len() & 0x7f) as u8);
                    data.push((payload.len() >> 7) as u8);
                } else {
                    data.push(payload.len() as u8);
                }
                data.extend(payload);
            }
        }
        Codec::Vp9 if keyframe => data.extend(VP9_KEYFRAME),
        Codec::Vp9 => data.push(0x86),
        Codec::Vp8 if keyframe => data.extend(VP8_KEYFRAME),
        Codec::Vp8 => data.push(0x11),
        Codec::Opus => data.push(0xfc),
    }
    if matches!(codec, Codec::Vp8 | Codec::Vp9 | Codec::Opus) {
        parts.iter().for_each(|part| data.extend(part));
    }
    let time = MediaTime::from_ticks(number * 3_000, 90_000);
    let keyframe = keyframe || codec == Codec::Opus;
    Frame { kind: codec.kind(), decode: time, show: time, keyframe, data: data.into() }
}

/// A packet on the line: number, time in ticks, payload.
type Sent = (u64, u64, Payload);

fn send(codec: Codec, mtu: usize, frames: &[Frame]) -> Vec<Sent> {
    let mut packetizer = Packetizer::new(codec, mtu);
    let config = config(codec);
    let times = frames.iter().map(|frame| frame.show.to_ticks(codec.clock_hz()).cast_unsigned());
    let payloads = frames.iter().map(|frame| packetizer.packetize(&config, frame));
    let packets =
        times.zip(payloads).flat_map(|(time, payloads)| payloads.into_iter().map(move |p| (time, p)));
    (100..).zip(packets).map(|(seq, (time, payload))| (seq, time, payload)).collect()
}

fn receive(codec: Codec, packets: impl IntoIterator<Item = Sent>) -> Vec<Arrival> {
    let mut depacketizer = Depacketizer::new(Description::parse(codec, "packetization-mode=1"));
    let mut arrivals = Vec::new();
    for (seq, time, payload) in packets {
        depacketizer.push(seq, time, payload.marker, payload.bytes);
        arrivals.extend(std::iter::from_fn(|| depacketizer.poll()));
    }
    arrivals
}

/// What arrived, in short: `config 642x362`, `K0` for a keyframe, `P1` for another, `gap`.
fn told(arrivals: &[Arrival]) -> String {
    let words = arrivals.iter().map(|arrival| match arrival {
        Arrival::Config(CodecConfig::Video(config)) => format!("config {}x{}", config.width, config.height),
        Arrival::Config(CodecConfig::Audio(config)) => format!("config {}", config.rate_hz),
        Arrival::Frame(frame) => {
            let kind = if frame.keyframe { 'K' } else { 'P' };
            format!("{kind}{}", frame.show.to_ticks(30))
        }
        Arrival::Gap => "gap".to_owned(),
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// A keyframe and five others, of 3,000 bytes each, so of three packets.
fn show(codec: Codec) -> Vec<Frame> {
    (0..6).map(|number| frame(codec, number, number == 0, &[vec![7; 3_000]])).collect()
}

const VIDEO: [Codec; 5] = [Codec::H264, Codec::H265, Codec::Vp8, Codec::Vp9, Codec::Av1];

#[test]
fn a_lost_packet_takes_its_frame_and_is_told() {
    for codec in VIDEO {
        let packets = send(codec, 1_200, &show(codec));
        // The packets of frame 2.
        let places: Vec<usize> = (0..packets.len()).filter(|&at| packets[at].1 == 6_000).collect();
        let whole = told(&receive(codec, packets.clone()));
        assert!(whole.ends_with("K0 · P1 · P2 · P3 · P4 · P5"), "{codec:?}: {whole}");
        for &lost in &places {
            let mut left = packets.clone();
            left.remove(lost);
            // Time goes on, so that the missing packet is given up.
            let late = frame(codec, 20, false, &[vec![1; 10]]);
            let mut more = send(codec, 1_200, &[late]);
            more[0].0 = left.last().unwrap().0 + 1;
            left.extend(more);
            let story = told(&receive(codec, left));
            // A packet of AV1 does not say that a frame begins in it: behind a frame without its end it is not trusted.
            let doubt = codec == Codec::Av1 && Some(&lost) == places.last();
            let third = if doubt { "" } else { "P3 · " };
            let expected = format!("K0 · P1 · gap · {third}P4 · P5 · P20");
            assert!(story.ends_with(&expected), "{codec:?} without {lost}: {story}");
        }
    }
}

#[test]
fn packets_late_or_twice_change_nothing() {
    for codec in VIDEO {
        let packets = send(codec, 1_200, &show(codec));
        let expected = receive(codec, packets.clone());
        let mut shuffled = packets.clone();
        shuffled.swap(3, 5);
        shuffled.swap(7, 12);
        assert_eq!(receive(codec, shuffled), expected, "{codec:?} out of order");
        let twice: Vec<Sent> = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
        assert_eq!(receive(codec, twice), expected, "{codec:?} twice");
    }
}

/// Who listens in the middle waits for what a decoder has to know.
#[test]
fn a_stream_begins_where_its_configuration_comes() {
    for codec in VIDEO {
        let mut frames = show(codec);
        frames.extend((6..9).map(|number| frame(codec, number, number == 7, &[vec![7; 3_000]])));
        let packets = send(codec, 1_200, &frames);
        let story = told(&receive(codec, packets[4..].to_vec()));
        assert!(story.ends_with("· K7 · P8") && !story.contains("P6"), "{codec:?}: {story}");
        assert_eq!(story.matches("config").count(), 1, "{codec:?}: {story}");
    }
}

/// A sender that leaves the marker out ends a frame by the time of the next.
#[test]
fn frames_end_without_markers_too() {
    let mut packets = send(Codec::H264, 1_200, &show(Codec::H264));
    packets.iter_mut().for_each(|(_, _, payload)| payload.marker = false);
    let story = told(&receive(Codec::H264, packets));
    assert_eq!(story, "config 642x362 · K0 · P1 · P2 · P3 · P4");
}

#[test]
fn a_new_resolution_is_a_new_configuration() {
    let first = send(Codec::Vp8, 1_200, &show(Codec::Vp8));
    let mut larger = frame(Codec::Vp8, 6, true, &[vec![1; 50]]);
    let mut data = larger.data.to_vec();
    data[6..10].copy_from_slice(&[0x00, 0x05, 0xd0, 0x02]);
    larger.data = data.into();
    let mut second = send(Codec::Vp8, 1_200, &[larger]);
    second[0].0 = first.last().unwrap().0 + 1;
    let story = told(&receive(Codec::Vp8, first.into_iter().chain(second)));
    assert_eq!(story, "config 640x360 · K0 · P1 · P2 · P3 · P4 · P5 · config 1280x720 · K6");
}

#[test]
fn sound_that_is_lost_is_a_gap() {
    let frames: Vec<Frame> = (0..40).map(|number| frame(Codec::Opus, number, true, &[vec![1; 60]])).collect();
    let mut packets = send(Codec::Opus, 1_200, &frames);
    packets.remove(2);
    let arrivals = receive(Codec::Opus, packets);
    assert!(told(&arrivals).starts_with("config 48000 · K0 · K1 · gap · K3 · K4"), "{}", told(&arrivals));
}

/// RTP says when pictures are shown; decoding goes forward all the same.
#[test]
fn pictures_out_of_order_are_decoded_in_the_order_they_came() {
    let order = [0, 3, 1, 2, 6, 4, 5];
    let frames: Vec<Frame> = order.iter().map(|&n| frame(Codec::H264, n, n == 0, &[vec![7; 900]])).collect();
    let packets = send(Codec::H264, 1_200, &frames);
    let arrived = receive(Codec::H264, packets);
    let frames: Vec<&Frame> = arrived
        .iter()
        .filter_map(|arrival| match arrival {
            Arrival::Frame(frame) => Some(frame),
            Arrival::Config(_) | Arrival::Gap => None,
        })
        .collect();
    assert!(frames.windows(2).all(|two| two[0].decode < two[1].decode));
    assert_eq!(frames.iter().map(|frame| frame.show.to_ticks(30)).collect::<Vec<_>>(), order);
}

prop_compose! {
    fn any_frames()(
        codec in select(&Codec::ALL[..]),
        frames in proptest::collection::vec(
            (any::<bool>(), proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..2_000), 1..4)), 1..5,
        ),
    ) -> (Codec, Vec<Frame>) {
        let made = (0..).zip(&frames).map(|(number, (keyframe, parts))| {
            // A frame that is not the first of its picture could not be told from a broken one.
            frame(codec, number, *keyframe || number == 0, parts)
        });
        (codec, made.collect())
    }
}

proptest! {
    #[test]
    fn what_is_sent_arrives((codec, frames) in any_frames(), mtu in MTU_MIN..1_500) {
        let packets = send(codec, mtu, &frames);
        if codec != Codec::Opus {
            prop_assert!(packets.iter().all(|(_, _, payload)| payload.bytes.len() <= mtu));
        }
        let arrived: Vec<Frame> = receive(codec, packets).into_iter().filter_map(|arrival| match arrival {
            Arrival::Frame(frame) => Some(frame),
            Arrival::Config(_) | Arrival::Gap => None,
        }).collect();
        prop_assert_eq!(arrived, frames);
    }

    /// Whatever is lost, what arrives was sent, whole.
    #[test]
    fn nothing_arrives_in_part((codec, frames) in any_frames(), mtu in MTU_MIN..600, lost in proptest::collection::vec(any::<Index>(), 0..6)) {
        let mut packets = send(codec, mtu, &frames);
        for place in lost {
            if !packets.is_empty() {
                packets.remove(place.index(packets.len()));
            }
        }
        // Long after, so that all that is missing has been given up.
        let after = frame(codec, 1_000, true, &[vec![1, 2]]);
        let mut last = send(codec, mtu, std::slice::from_ref(&after));
        last.iter_mut().for_each(|packet| packet.0 += 100_000);
        packets.extend(last);
        for arrival in receive(codec, packets) {
            if let Arrival::Frame(frame) = arrival {
                prop_assert!(frames.contains(&frame) || frame == after, "{:?}", frame.data.len());
            }
        }
    }

    #[test]
    fn no_payload_panics(
        codec in select(&Codec::ALL[..]),
        packets in proptest::collection::vec(
            (0u64..40, 0u64..4, any::<bool>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..60,
        ),
    ) {
        let sent = packets.into_iter().map(|(seq, time, marker, bytes)| {
            (seq, time * 20_000, Payload { bytes: bytes.into(), marker })
        });
        receive(codec, sent);
    }

    #[test]
    fn no_frame_panics(codec in select(&Codec::ALL[..]), keyframe: bool, data: Vec<u8>, mtu in 0usize..100) {
        let data: Arc<[u8]> = data.into();
        let frame = Frame { kind: Kind::Video, decode: MediaTime::ZERO, show: MediaTime::ZERO, keyframe, data };
        let payloads = Packetizer::new(codec, mtu).packetize(&config(codec), &frame);
        let most = payloads.iter().map(|payload| payload.bytes.len()).max().unwrap_or(0);
        prop_assert!(codec == Codec::Opus || most <= mtu.max(MTU_MIN));
    }
}
