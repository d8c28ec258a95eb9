//! The init segment: what comes, without any of it.

use media::{AudioConfig, Kind, VideoConfig};

use super::boxes::{put, put_full, put_zeros, put16, put32};
use super::{Track, VIDEO_TIMESCALE, audio_timescale, entry};

/// Sound: needs no other sample.
const FLAGS_ALONE: u32 = 0x0200_0000;

/// Picture, but for keyframes: needs others, and decoding cannot begin there.
const FLAGS_NEEDS_OTHERS: u32 = 0x0101_0000;

/// The unit matrix, in 16.16 and 2.30.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// The init segment of a file.
#[derive(Debug, Clone, Copy)]
pub struct Init;

impl Init {
    /// Writes it, for a picture, a sound, or both.
    pub fn write(video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Vec<u8> {
        let mut out = Vec::with_capacity(1_024);
        put(&mut out, b"ftyp", |out| {
            out.extend(b"iso6");
            put32(out, 0);
            out.extend(b"iso6cmfcmp41");
        });
        put(&mut out, b"moov", |out| {
            put_full(out, b"mvhd", 0, 0, |out| {
                put_zeros(out, 8);
                put32(out, 1_000);
                // Its length is not known: it is live.
                put32(out, 0);
                put32(out, 0x1_0000);
                put16(out, 0x0100);
                put_zeros(out, 10);
                MATRIX.iter().for_each(|&value| put32(out, value));
                put_zeros(out, 24);
                put32(out, Track::Audio.id() + 1);
            });
            if let Some(config) = video {
                let size = (config.width, config.height);
                put_track(out, Track::Video, VIDEO_TIMESCALE, size, |out| entry::put_video(out, config));
            }
            if let Some(config) = audio {
                let rate = audio_timescale(config);
                put_track(out, Track::Audio, rate, (0, 0), |out| entry::put_audio(out, config));
            }
            put(out, b"mvex", |out| {
                if video.is_some() {
                    put_defaults(out, Track::Video);
                }
                if audio.is_some() {
                    put_defaults(out, Track::Audio);
                }
            });
        });
        out
    }
}

/// What holds for a sample of which a fragment says nothing else.
fn put_defaults(out: &mut Vec<u8>, track: Track) {
    put_full(out, b"trex", 0, 0, |out| {
        put32(out, track.id());
        put32(out, 1);
        put_zeros(out, 8);
        put32(out, default_flags(track));
    });
}

/// The flags of most of a track's samples.
pub(super) fn default_flags(track: Track) -> u32 {
    match track {
        Track::Video => FLAGS_NEEDS_OTHERS,
        Track::Audio => FLAGS_ALONE,
    }
}

/// The flags of a sample.
pub(super) fn flags(keyframe: bool) -> u32 {
    if keyframe { FLAGS_ALONE } else { FLAGS_NEEDS_OTHERS }
}

fn put_track(
    out: &mut Vec<u8>,
    track: Track,
    timescale: u32,
    (width, height): (u32, u32),
    entry: impl FnOnce(&mut Vec<u8>),
) {
    let kind = match track {
        Track::Video => Kind::Video,
        Track::Audio => Kind::Audio,
    };
    put(out, b"trak", |out| {
        // Enabled, and part of the presentation.
        put_full(out, b"tkhd", 0, 3, |out| {
            put_zeros(out, 8);
            put32(out, track.id());
            put_zeros(out, 16);
            // Layer and alternate group.
            put_zeros(out, 4);
            put16(out, if kind == Kind::Audio { 0x0100 } else { 0 });
            put16(out, 0);
            MATRIX.iter().for_each(|&value| put32(out, value));
            put32(out, width.min(0xffff) << 16);
            put32(out, height.min(0xffff) << 16);
        });
        put(out, b"mdia", |out| {
            put_full(out, b"mdhd", 0, 0, |out| {
                put_zeros(out, 8);
                put32(out, timescale);
                put32(out, 0);
                // The language is not said: `und`.
                put16(out, 0x55c4);
                put16(out, 0);
            });
            put_full(out, b"hdlr", 0, 0, |out| {
                put_zeros(out, 4);
                out.extend(if kind == Kind::Audio { b"soun" } else { b"vide" });
                put_zeros(out, 12);
                out.extend(if kind == Kind::Audio { b"Sound\0" } else { b"Video\0" });
            });
            put(out, b"minf", |out| put_samples(out, kind, entry));
        });
    });
}

fn put_samples(out: &mut Vec<u8>, kind: Kind, entry: impl FnOnce(&mut Vec<u8>)) {
    match kind {
        Kind::Video => put_full(out, b"vmhd", 0, 1, |out| put_zeros(out, 8)),
        Kind::Audio => put_full(out, b"smhd", 0, 0, |out| put_zeros(out, 4)),
    }
    put(out, b"dinf", |out| {
        put_full(out, b"dref", 0, 0, |out| {
            put32(out, 1);
            // In this very file.
            put_full(out, b"url ", 0, 1, |_| {});
        });
    });
    put(out, b"stbl", |out| {
        put_full(out, b"stsd", 0, 0, |out| {
            put32(out, 1);
            entry(out);
        });
        // No samples here: they come in fragments.
        put_full(out, b"stts", 0, 0, |out| put32(out, 0));
        put_full(out, b"stsc", 0, 0, |out| put32(out, 0));
        put_full(out, b"stsz", 0, 0, |out| put_zeros(out, 8));
        put_full(out, b"stco", 0, 0, |out| put32(out, 0));
    });
}
