//! MPEG transport streams that ffmpeg wrote, read and held against the recording they were made of.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod recording;

use media::{CodecConfig, Frame, Kind, MediaTime};
use mux::ts::{Demuxer, Item};
use proptest::prelude::*;

use recording::{ffmpeg, frames, recording};

/// A recording as ffmpeg makes a transport stream of it.
fn stream(name: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let source = recording(name)?;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("stream.ts").to_str().unwrap().to_owned();
    ffmpeg(&[&["-i", source.to_str().unwrap()], arguments, &["-f", "mpegts", &target]].concat());
    Some(std::fs::read(target).unwrap())
}

fn demux<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let mut demuxer = Demuxer::new();
    let mut items = Vec::new();
    for part in parts {
        demuxer.push(part);
        items.extend(std::iter::from_fn(|| demuxer.poll()));
    }
    items
}

fn of_kind(items: &[Item], kind: Kind) -> Vec<&Frame> {
    let frame = |item: &'_ Item| matches!(item, Item::Frame(frame) if frame.kind == kind);
    items
        .iter()
        .filter(|item| frame(item))
        .map(|item| match item {
            Item::Frame(frame) => frame,
            Item::Config(_) | Item::Gap(_) => unreachable!("filtered"),
        })
        .collect()
}

fn configs(items: &[Item]) -> Vec<String> {
    let said = |item: &Item| match item {
        Item::Config(CodecConfig::Video(config)) => {
            Some(format!("{} {}x{}", config.codecs(), config.width, config.height))
        }
        Item::Config(CodecConfig::Audio(config)) => {
            Some(format!("{} {}/{}", config.codecs(), config.rate_hz, config.channels))
        }
        Item::Frame(_) | Item::Gap(_) => None,
    };
    items.iter().filter_map(said).collect()
}

/// The same bytes at the same distances of time. A stream's last picture may still be waiting for its end.
#[track_caller]
fn same(found: &[&Frame], expected: &[Frame]) {
    assert!(expected.len() - found.len() <= 1, "{} of {}", found.len(), expected.len());
    let shift = found[0].decode - expected[0].decode;
    let near = |a: MediaTime, b: MediaTime| (a - b - shift).0.abs() <= MediaTime::from_ticks(2, 90_000).0;
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(found.data == expected.data, "{place} differs");
        assert_eq!(found.keyframe, expected.keyframe, "{place}");
        assert!(near(found.decode, expected.decode) && near(found.show, expected.show), "time of {place}");
    }
}

#[test]
fn h264_and_aac_of_a_camera() {
    let Some(bytes) = stream("elf.mp4", &["-c", "copy"]) else { return };
    let items = demux([bytes.as_slice()]);
    let mut said = configs(&items);
    said.sort();
    assert_eq!(said, ["avc1.42e01e 720x480", "mp4a.40.2 44100/2"]);
    same(&of_kind(&items, Kind::Video), &frames("elf.mp4", &["-an", "-c", "copy"]).unwrap().1);
    same(&of_kind(&items, Kind::Audio), &frames("elf.mp4", &["-vn", "-c", "copy"]).unwrap().1);
}

#[test]
fn b_frames_keep_their_times() {
    let Some(bytes) = stream("one-by-one.mp4", &["-c", "copy"]) else { return };
    let items = demux([bytes.as_slice()]);
    same(&of_kind(&items, Kind::Video), &frames("one-by-one.mp4", &["-c", "copy"]).unwrap().1);
}

#[test]
fn h265_and_opus() {
    let x265 = [
        "-t",
        "2",
        "-s",
        "320x200",
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none",
    ];
    let Some(bytes) = stream("elf.mp4", &[&x265[..], &["-c:a", "libopus"]].concat()) else { return };
    let items = demux([bytes.as_slice()]);
    let mut said = configs(&items);
    said.sort();
    assert_eq!((said[0].split('.').next(), said[1].as_str()), (Some("hvc1"), "opus 48000/2"));
    let sound = of_kind(&items, Kind::Audio);
    assert!(sound.windows(2).all(|two| (two[1].show - two[0].show).as_millis() == 20));
    assert!(sound.len() >= 100 && of_kind(&items, Kind::Video).len() >= 59);
}

/// 26.5 hours after its zero a stream's time begins at zero again; ours goes on.
#[test]
fn time_goes_on_where_its_33_bits_turn_over() {
    let Some(bytes) = stream("elf.mp4", &["-c", "copy", "-output_ts_offset", "95438"]) else { return };
    let items = demux([bytes.as_slice()]);
    same(&of_kind(&items, Kind::Video), &frames("elf.mp4", &["-an", "-c", "copy"]).unwrap().1);
}

#[test]
fn pieces_of_any_size_and_noise_before_the_first_packet_change_nothing() {
    let Some(bytes) = stream("elf.mp4", &["-c", "copy", "-t", "1"]) else { return };
    let expected = demux([bytes.as_slice()]);
    for size in [1, 7, 188, 1_316, 10_000] {
        assert!(demux(bytes.chunks(size)) == expected, "{size}");
    }
    let noisy = [&[1, 2, 0x47, 3][..], &bytes].concat();
    let found = demux([noisy.as_slice()]);
    assert!(of_kind(&found, Kind::Video).len() + 1 >= of_kind(&expected, Kind::Video).len());
}

#[test]
fn a_lost_packet_is_told_and_takes_its_frame() {
    let Some(bytes) = stream("elf.mp4", &["-an", "-c", "copy", "-t", "2"]) else { return };
    let whole = demux([bytes.as_slice()]);
    let packets: Vec<&[u8]> = bytes.chunks(188).collect();
    // In the middle of a picture: content that begins nothing, of the picture's stream.
    let lost = (packets.len() / 2..packets.len())
        .find(|&n| packets[n][1] & 0x40 == 0 && packets[n][3] & 0x30 == 0x10)
        .unwrap();
    let left: Vec<&[u8]> =
        packets.iter().enumerate().filter(|(n, _)| *n != lost).map(|(_, packet)| *packet).collect();
    let items = demux(left);
    let gaps = items.iter().filter(|item| **item == Item::Gap(Kind::Video)).count();
    assert_eq!(gaps, 1);
    assert_eq!(of_kind(&items, Kind::Video).len() + 1, of_kind(&whole, Kind::Video).len());
}

proptest! {
    #[test]
    fn no_bytes_panic(packets in proptest::collection::vec((0u8..3, any::<u8>(), proptest::collection::vec(any::<u8>(), 185)), 0..20)) {
        let mut bytes = Vec::new();
        for (pid, control, rest) in packets {
            bytes.extend([0x47, 0x40, pid, control]);
            bytes.extend(&rest[..184]);
        }
        demux([bytes.as_slice()]);
    }
}
