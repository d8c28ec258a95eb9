//! Our RTP payloads beside GStreamer's: what it packs we unpack, what we pack it unpacks, byte for byte. And the order
//! of pictures as we read it from slices, beside the times that the recording has.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod recording;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use media::{
    Arrival, Codec, CodecConfig, Depacketizer, Description, Frame, LENGTH_BYTES, Packetizer, PictureOrder,
    VideoConfig, length_units, put_annex_b,
};

use recording::{ffmpeg, frames, program, recording};

fn gstreamer(pipeline: &str) {
    let ran = Command::new("gst-launch-1.0").arg("-q").args(pipeline.split(' ')).output().unwrap();
    assert!(ran.status.success(), "{pipeline}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn video(config: &CodecConfig) -> &VideoConfig {
    match config {
        CodecConfig::Video(config) => config,
        CodecConfig::Audio(_) => panic!("a picture"),
    }
}

/// RTP packets in a file, each behind its length in two bytes (RFC 4571): number, time, marker, payload.
fn packets(path: &Path) -> Vec<(u64, u64, bool, Arc<[u8]>)> {
    let bytes = std::fs::read(path).unwrap();
    let mut packets = Vec::new();
    for packet in length_units(&bytes, 2) {
        let extended = packet[0] & 0x10 != 0;
        let mut at = 12 + 4 * usize::from(packet[0] & 0x0f);
        if extended {
            at += 4 + 4 * usize::from(u16::from_be_bytes([packet[at + 2], packet[at + 3]]));
        }
        let seq = u64::from(u16::from_be_bytes([packet[2], packet[3]]));
        let time = u64::from(u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]));
        packets.push((seq, time, packet[1] & 0x80 != 0, packet[at..].into()));
    }
    // Numbers begin anywhere and may turn over once.
    let (first_seq, first_time) = (packets[0].0, packets[0].1);
    for packet in &mut packets {
        packet.0 = 65_536 + (packet.0.wrapping_sub(first_seq) & 0xffff);
        packet.1 = packet.1.wrapping_sub(first_time).wrapping_add(1 << 20) & 0xffff_ffff;
    }
    packets
}

/// What GStreamer packs, as we unpack it.
#[track_caller]
fn from_gstreamer(codec: Codec, source: &str, pipeline: &str, expected: &[Frame]) {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("theirs.rtp");
    gstreamer(&format!(
        "filesrc location={source} ! {pipeline} ! rtpstreampay ! filesink location={}",
        target.display()
    ));
    let mut depacketizer = Depacketizer::new(Description::parse(codec, "packetization-mode=1"));
    let (mut configs, mut found) = (Vec::new(), Vec::new());
    for (seq, time, marker, payload) in packets(&target) {
        depacketizer.push(seq, time, marker, payload);
        while let Some(arrival) = depacketizer.poll() {
            match arrival {
                Arrival::Config(config) => configs.push(config),
                Arrival::Frame(frame) => found.push(frame),
                Arrival::Gap => panic!("{codec:?}: a gap on a line without loss"),
            }
        }
    }
    assert_eq!(configs.len(), 1, "{codec:?}");
    assert_eq!(found.len(), expected.len(), "{codec:?}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.keyframe, expected.keyframe, "{codec:?} {place}");
        assert!(found.data == expected.data, "{codec:?}: frame {place} differs");
    }
}

/// What we pack, as GStreamer unpacks it: the frames one behind the other.
#[track_caller]
fn to_gstreamer(codec: Codec, config: &VideoConfig, frames: &[Frame], depay: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("ours.rtp"), folder.path().join("out"));
    let mut packetizer = Packetizer::new(codec, 1_200);
    let mut stream = Vec::new();
    let mut seq = 65_000u16;
    for frame in frames {
        let time = frame.show.to_ticks(90_000) as u32;
        for payload in packetizer.packetize(config, frame) {
            stream.extend(u16::try_from(12 + payload.bytes.len()).unwrap().to_be_bytes());
            stream.extend([0x80, u8::from(payload.marker) << 7 | 96]);
            stream.extend(seq.to_be_bytes());
            stream.extend(time.to_be_bytes());
            stream.extend(7u32.to_be_bytes());
            stream.extend(&*payload.bytes);
            seq = seq.wrapping_add(1);
        }
    }
    std::fs::write(&source, stream).unwrap();
    let caps =
        format!("media=video,clock-rate=90000,payload=96,encoding-name={}", codec.name().to_uppercase());
    gstreamer(&format!(
        "filesrc location={} ! application/x-rtp-stream,{caps} ! rtpstreamdepay ! {depay} ! filesink location={}",
        source.display(),
        target.display(),
    ));
    let found = std::fs::read(&target).unwrap();
    let expected: Vec<u8> = frames.iter().flat_map(|frame| bytes(config, frame)).collect();
    assert!(found == expected, "{codec:?}: {} bytes, not {}", found.len(), expected.len());
}

/// A frame as a depacketizer of GStreamer writes it.
fn bytes(config: &VideoConfig, frame: &Frame) -> Vec<u8> {
    let Some(sets) = config.parameters() else { return frame.data.to_vec() };
    let mut out = Vec::new();
    if frame.keyframe {
        put_annex_b(sets.units(), &mut out);
    }
    put_annex_b(length_units(&frame.data, LENGTH_BYTES), &mut out);
    out
}

#[test]
fn h264_both_ways() {
    for name in ["elf.mp4", "one-by-one.mp4"] {
        let Some((track, frames)) = frames(name, &["-an", "-c", "copy", "-t", "20"]) else { return };
        if !program("gst-launch-1.0") {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part.mp4").to_str().unwrap().to_owned();
        ffmpeg(&["-i", recording(name).unwrap().to_str().unwrap(), "-an", "-c", "copy", "-t", "20", &part]);
        let pay = "qtdemux ! rtph264pay mtu=1200 config-interval=-1 aggregate-mode=zero-latency";
        from_gstreamer(Codec::H264, &part, pay, &frames);
        let depay = "rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=nal";
        to_gstreamer(Codec::H264, video(&track.config), &frames, depay);
    }
}

const X265: [&str; 10] =
    ["-an", "-t", "3", "-s", "320x200", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params"];

#[test]
fn h265_both_ways() {
    let transcode = [&X265[..], &["bframes=3:log-level=none:info=0", "-tag:v", "hvc1"]].concat();
    let Some((track, frames)) = frames("elf.mp4", &transcode) else { return };
    if !program("gst-launch-1.0") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("part.mp4").to_str().unwrap().to_owned();
    let source = recording("elf.mp4").unwrap();
    ffmpeg(&[&["-i", source.to_str().unwrap()], &transcode[..], &[&part]].concat());
    let pay = "qtdemux ! rtph265pay mtu=1200 config-interval=-1 aggregate-mode=zero-latency";
    from_gstreamer(Codec::H265, &part, pay, &frames);
    let depay = "rtph265depay ! video/x-h265,stream-format=byte-stream,alignment=nal";
    to_gstreamer(Codec::H265, video(&track.config), &frames, depay);
}

#[test]
fn vp8_and_vp9_both_ways() {
    if !program("gst-launch-1.0") {
        return;
    }
    for (codec, encoder) in [(Codec::Vp8, "libvpx"), (Codec::Vp9, "libvpx-vp9")] {
        let Some(source) = recording("elf.mp4") else { return };
        let folder = tempfile::tempdir().unwrap();
        let webm = folder.path().join("part.webm").to_str().unwrap().to_owned();
        let ivf = folder.path().join("part.ivf").to_str().unwrap().to_owned();
        let small =
            ["-an", "-t", "2", "-s", "320x200", "-deadline", "realtime", "-cpu-used", "8", "-g", "30"];
        let made = ["-i", source.to_str().unwrap(), "-c:v", encoder];
        ffmpeg(&[&made[..], &small, &[&webm]].concat());
        ffmpeg(&["-i", &webm, "-c", "copy", &ivf]);
        let frames = ivf_frames(&std::fs::read(&ivf).unwrap());
        assert!(frames.len() > 50);
        let name = codec.name().to_lowercase();
        from_gstreamer(
            codec,
            &webm,
            &format!("matroskademux ! rtp{name}pay mtu=1200 picture-id-mode=15-bit"),
            &frames,
        );
        let config = VideoConfig::from_keyframe(codec, &frames[0].data).unwrap();
        assert_eq!((config.width, config.height), (320, 200));
        to_gstreamer(codec, &config, &frames, &format!("rtp{name}depay"));
    }
}

/// The frames of an IVF file: a header of 32 bytes, and before each frame its length and time.
fn ivf_frames(file: &[u8]) -> Vec<Frame> {
    let mut rest = &file[32..];
    let mut frames = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<12>() {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let time = media::MediaTime::from_ticks(frames.len() as i64 * 3_000, 90_000);
        let data: Arc<[u8]> = after[..length].into();
        let codec = if file[10] == b'8' { Codec::Vp8 } else { Codec::Vp9 };
        let keyframe = VideoConfig::from_keyframe(codec, &data).is_some();
        frames.push(Frame { kind: media::Kind::Video, decode: time, show: time, keyframe, data });
        rest = &after[length..];
    }
    frames
}

/// The pictures that are shown before one sent earlier: by their times, and by their slices.
#[track_caller]
fn check_order(name: &str, transcode: &[&str], any: bool) {
    let Some((track, frames)) = frames(name, transcode) else { return };
    let mut order = PictureOrder::new(video(&track.config)).unwrap();
    let mut latest = None;
    let mut reordered = 0;
    for (place, frame) in frames.iter().enumerate() {
        if frame.keyframe {
            latest = None;
        }
        let earlier = latest.is_some_and(|latest| frame.show < latest);
        latest = latest.max(Some(frame.show));
        assert_eq!(order.reorders(&frame.data), earlier, "{name} {transcode:?}: picture {place}");
        reordered += usize::from(earlier);
    }
    assert_eq!(reordered > 0, any, "{reordered} of {}", frames.len());
}

#[test]
fn pictures_out_of_order_are_found() {
    check_order("elf.mp4", &["-an", "-c", "copy"], false);
    check_order("one-by-one.mp4", &["-an", "-c", "copy"], true);
    let x264 = ["-an", "-t", "4", "-s", "320x200", "-c:v", "libx264", "-preset", "superfast", "-x264-params"];
    check_order("elf.mp4", &[&x264[..], &["bframes=5:b-pyramid=normal:keyint=40"]].concat(), true);
    check_order("elf.mp4", &[&x264[..], &["bframes=0"]].concat(), false);
    let hvc1 = ["-tag:v", "hvc1"];
    check_order(
        "elf.mp4",
        &[&X265[..], &["bframes=4:log-level=none:keyint=30:open-gop=0"], &hvc1].concat(),
        true,
    );
    // Without B-frames x265 still sends slices of type B, which look back only.
    check_order("elf.mp4", &[&X265[..], &["bframes=0:log-level=none"], &hvc1].concat(), false);
}
