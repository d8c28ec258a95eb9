//! Sample entries: what a track holds, with its codec's record (ISO/IEC 14496-12, 8.5.2; 14496-14 for `esds`).

use media::{AudioCodec, AudioConfig, Codec, VideoConfig};

use super::boxes::{put, put_full, put_zeros, put16, put32};

/// Writes a picture's entry.
pub(super) fn put_video(out: &mut Vec<u8>, config: &VideoConfig) {
    let (entry, record, full): (_, _, bool) = match config.codec {
        Codec::H264 => (b"avc1", b"avcC", false),
        Codec::H265 => (b"hvc1", b"hvcC", false),
        Codec::Av1 => (b"av01", b"av1C", false),
        Codec::Vp9 => (b"vp09", b"vpcC", true),
        Codec::Vp8 | Codec::Opus => (b"vp08", b"vpcC", true),
    };
    put(out, entry, |out| {
        put_zeros(out, 6);
        put16(out, 1);
        put_zeros(out, 16);
        put16(out, u16::try_from(config.width).unwrap_or(u16::MAX));
        put16(out, u16::try_from(config.height).unwrap_or(u16::MAX));
        // 72 dots an inch, one frame a sample, no compressor's name, 24 bits of colour.
        put32(out, 0x0048_0000);
        put32(out, 0x0048_0000);
        put_zeros(out, 4);
        put16(out, 1);
        put_zeros(out, 32);
        put16(out, 0x18);
        put16(out, 0xffff);
        if full {
            put_full(out, record, 1, 0, |out| out.extend(vp_record(config)));
        } else {
            put(out, record, |out| out.extend(&*config.record));
        }
    });
}

/// VP8 has no record of its own, so it is given the one that says what every VP8 stream is.
fn vp_record(config: &VideoConfig) -> &[u8] {
    const VP8: [u8; 8] = [0, 10, 0x82, 2, 2, 2, 0, 0];
    if config.codec == Codec::Vp9 { &config.record } else { &VP8 }
}

/// Writes a sound's entry.
pub(super) fn put_audio(out: &mut Vec<u8>, config: &AudioConfig) {
    let entry = match config.codec {
        AudioCodec::Aac | AudioCodec::Mp3 => b"mp4a",
        AudioCodec::Opus => b"Opus",
    };
    put(out, entry, |out| {
        put_zeros(out, 6);
        put16(out, 1);
        put_zeros(out, 8);
        put16(out, u16::from(config.channels));
        put16(out, 16);
        put_zeros(out, 4);
        // In 16.16; a rate that does not fit is said by the record alone.
        put16(out, u16::try_from(config.rate_hz).unwrap_or(0));
        put16(out, 0);
        match config.codec {
            AudioCodec::Aac => put_stream(out, 0x40, Some(&config.record)),
            AudioCodec::Mp3 => put_stream(out, 0x6b, None),
            AudioCodec::Opus => put(out, b"dOps", |out| out.extend(&*config.record)),
        }
    });
}

/// Writes the elementary stream's descriptor around a decoder's configuration.
fn put_stream(out: &mut Vec<u8>, object: u8, record: Option<&[u8]>) {
    put_full(out, b"esds", 0, 0, |out| {
        put_descriptor(out, 0x03, |out| {
            put_zeros(out, 3);
            put_descriptor(out, 0x04, |out| {
                // An audio stream; nothing is said of buffers and bitrates.
                out.extend([object, 0x15]);
                put_zeros(out, 11);
                if let Some(record) = record {
                    put_descriptor(out, 0x05, |out| out.extend(record));
                }
            });
            put_descriptor(out, 0x06, |out| out.push(2));
        });
    });
}

/// Writes a descriptor whose length takes four bytes, so that it fits whatever it is.
fn put_descriptor(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let at = out.len();
    put_zeros(out, 4);
    body(out);
    let length = out.len() - at - 4;
    for (place, byte) in out[at..at + 4].iter_mut().enumerate() {
        let more = if place < 3 { 0x80 } else { 0 };
        *byte = more | (length >> (7 * (3 - place)) & 0x7f) as u8;
    }
}
