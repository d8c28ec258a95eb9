//! Chunks as encoders cut them, and as they should not.

use super::*;

fn publishing() -> Encoder {
    let mut encoder = Encoder::publishing();
    encoder.video(0, &encoder::config());
    encoder
}

/// What follows the configuration.
#[track_caller]
fn check_after_config(encoder: &Encoder, expected: &[&str]) {
    check(encoder, &[&["H264 320x240"], expected].concat());
}

#[test]
fn sizes_change_in_the_middle() {
    let mut encoder = publishing();
    encoder.video(0, &encoder::large_keyframe(1_000));
    encoder.set_chunk_size(60_000);
    encoder.video(40, &encoder::large_keyframe(100_000));
    encoder.set_chunk_size(1);
    encoder.video(80, &encoder::frame());
    let expected = ["0 ms: keyframe, 1000 bytes", "40 ms: keyframe, 100000 bytes", "80 ms: frame, 6 bytes"];
    check_after_config(&encoder, &expected);
}

#[test]
fn a_size_there_cannot_be_ends_the_connection() {
    for (size, why) in [(0, "0"), (1 << 31, "2147483648")] {
        let mut encoder = publishing();
        encoder.set_chunk_size(size);
        check_after_config(&encoder, &[&format!("ends: chunks cannot have {why} bytes")]);
    }
}

/// Headers that leave out what has not changed: the length stays, then the time's step as well.
#[test]
fn short_headers_take_the_rest_from_before() {
    let mut encoder = publishing();
    encoder.video(1_000, &encoder::keyframe());
    // Format 1: a step of 40 ms, with length and kind.
    encoder.raw(&[0x46, 0, 0, 40, 0, 0, 11, 9]);
    encoder.raw(&encoder::frame());
    // Format 2: a step of 33 ms. Format 3: the same step again.
    encoder.raw(&[0x86, 0, 0, 33]);
    encoder.raw(&encoder::frame());
    encoder.raw(&[0xc6]);
    encoder.raw(&encoder::frame());
    check_after_config(
        &encoder,
        &[
            "1000 ms: keyframe, 6 bytes",
            "1040 ms: frame, 6 bytes",
            "1073 ms: frame, 6 bytes",
            "1106 ms: frame, 6 bytes",
        ],
    );
}

/// After a header with everything, one without anything steps by that header's time, as the standard has it and
/// encoders rely on.
#[test]
fn a_time_that_is_also_its_own_step() {
    let mut encoder = publishing();
    encoder.video(33, &encoder::keyframe());
    encoder.raw(&[0xc6]);
    encoder.raw(&encoder::frame());
    check_after_config(&encoder, &["33 ms: keyframe, 6 bytes", "66 ms: frame, 6 bytes"]);
}

#[test]
fn long_times_stand_before_every_piece() {
    let mut encoder = publishing();
    encoder.video(0x0100_0000, &encoder::large_keyframe(300));
    encoder.video(0x0100_0028, &encoder::frame());
    let expected = ["16777216 ms: keyframe, 300 bytes", "16777256 ms: frame, 6 bytes"];
    check_after_config(&encoder, &expected);
}

/// Some encoders leave it out before the pieces.
#[test]
fn long_times_may_be_missing_before_pieces() {
    let mut encoder = publishing();
    let body = encoder::large_keyframe(300);
    encoder.begin(6, 9, 1, 0x0100_0000, body.len());
    encoder.raw(&0x0100_0000_u32.to_be_bytes());
    encoder.raw(&body[..128]);
    encoder.raw(&[0xc6]);
    encoder.raw(&body[128..256]);
    encoder.raw(&[0xc6]);
    encoder.raw(&body[256..]);
    check_after_config(&encoder, &["16777216 ms: keyframe, 300 bytes"]);
}

#[test]
fn times_that_decrease_do_not_end_anything() {
    let mut encoder = publishing();
    encoder.video(1_000, &encoder::keyframe());
    encoder.video(960, &encoder::frame());
    encoder.video(1_040, &encoder::frame());
    let expected = ["1000 ms: keyframe, 6 bytes", "1000 ms: frame, 6 bytes", "1040 ms: frame, 6 bytes"];
    check_after_config(&encoder, &expected);
}

#[test]
fn sound_comes_between_the_pieces_of_a_picture() {
    let mut encoder = publishing();
    encoder.audio(0, &encoder::hex("af00 1188"));
    let body = encoder::large_keyframe(200);
    encoder.begin(6, 9, 1, 0, body.len());
    encoder.raw(&body[..128]);
    encoder.audio(0, &encoder::hex("af01 0102"));
    encoder.raw(&[0xc6]);
    encoder.raw(&body[128..]);
    let expected = ["sound of 48000 Hz", "0 ms: sound, 2 bytes", "0 ms: keyframe, 200 bytes"];
    check_after_config(&encoder, &expected);
}

#[test]
fn a_message_that_is_given_up_is_forgotten() {
    let mut encoder = publishing();
    let body = encoder::large_keyframe(200);
    encoder.begin(6, 9, 1, 0, body.len());
    encoder.raw(&body[..128]);
    encoder.message(2, 2, 0, 0, &6_u32.to_be_bytes());
    encoder.message(2, 2, 0, 0, &60_u32.to_be_bytes());
    encoder.video(40, &encoder::keyframe());
    check_after_config(&encoder, &["40 ms: keyframe, 6 bytes"]);
}

#[test]
fn a_new_message_in_the_middle_of_another_gives_that_one_up() {
    let mut encoder = publishing();
    encoder.begin(6, 9, 1, 0, 200);
    encoder.raw(&[0x17; 128]);
    encoder.video(40, &encoder::keyframe());
    check_after_config(&encoder, &["40 ms: keyframe, 6 bytes"]);
}

#[test]
fn numbers_of_two_and_three_bytes_are_chunk_streams_too() {
    let mut encoder = publishing();
    for (head, at) in [(&[0, 1][..], 0), (&[1, 0xff, 0xff], 40), (&[1, 1, 0], 80)] {
        encoder.raw(head);
        encoder.raw(&[0, 0, at, 0, 0, 11, 9, 1, 0, 0, 0]);
        encoder.raw(&encoder::keyframe());
    }
    // The last two wrote the same number, 65, in two ways.
    encoder.raw(&[0xc0, 1]);
    encoder.raw(&encoder::frame());
    check_after_config(
        &encoder,
        &[
            "0 ms: keyframe, 6 bytes",
            "40 ms: keyframe, 6 bytes",
            "80 ms: keyframe, 6 bytes",
            "160 ms: frame, 6 bytes",
        ],
    );
}

/// Control messages belong on chunk stream 2, and come on others.
#[test]
fn control_messages_count_wherever_they_come() {
    let mut encoder = publishing();
    encoder.message(4, 1, 1, 0, &512_u32.to_be_bytes());
    encoder.chunk = 512;
    encoder.video(0, &encoder::large_keyframe(600));
    check_after_config(&encoder, &["0 ms: keyframe, 600 bytes"]);
}

/// XSplit and others number the message's stream in the wrong order of bytes.
#[test]
fn the_number_of_a_messages_stream_does_not_matter() {
    let mut encoder = publishing();
    encoder.raw(&[6, 0, 0, 0, 0, 0, 11, 9, 0, 0, 0, 1]);
    encoder.raw(&encoder::keyframe());
    check_after_config(&encoder, &["0 ms: keyframe, 6 bytes"]);
}

#[test]
fn a_chunk_that_goes_on_with_nothing_ends_the_connection() {
    for first in [0x85, 0xc5] {
        let mut encoder = publishing();
        encoder.raw(&[first, 0, 0, 0]);
        check_after_config(&encoder, &["ends: chunk stream 5 goes on without having begun"]);
    }
}

/// librtmp begins its pings so.
#[test]
fn a_first_header_without_a_stream_is_taken() {
    let mut encoder = publishing();
    encoder.raw(&[0x45, 0, 0, 0, 0, 0, 6, 4, 0, 6, 0, 0, 0, 1]);
    check_after_config(&encoder, &["says event 7 of 1"]);
}

#[test]
fn what_nobody_sends_is_not_kept() {
    let mut long = publishing();
    long.begin(6, 9, 1, 0, (8 << 20) + 1);
    check_after_config(&long, &["ends: a message of 8388609 bytes is longer than 8388608"]);
    let mut wide = publishing();
    for stream in 5..64 {
        wide.begin(stream, 9, 1, 0, 200);
        wide.raw(&[0; 128]);
    }
    for stream in 0..16 {
        wide.raw(&[0, stream, 0, 0, 0, 0, 0, 200, 9, 1, 0, 0, 0]);
        wide.raw(&[0; 128]);
    }
    check_after_config(&wide, &["ends: there are more than 64 chunk streams"]);
    let mut heavy = publishing();
    heavy.set_chunk_size(7 << 20);
    for stream in 10..12 {
        heavy.begin(stream, 9, 1, 0, 8 << 20);
        heavy.raw(&vec![0; 7 << 20]);
    }
    check_after_config(
        &heavy,
        &[
            "says 2500000 bytes came",
            "says 5000000 bytes came",
            "says 7500000 bytes came",
            "says 10000000 bytes came",
            "says 12500000 bytes came",
            "ends: more than 12582912 bytes of unfinished messages",
        ],
    );
}

#[test]
fn a_stranger_is_given_less_room_than_who_publishes() {
    let mut long = Encoder::connected();
    long.begin(6, 9, 1, 0, 65_537);
    assert_eq!(
        told(&long).last().map(String::as_str),
        Some("ends: a message of 65537 bytes is longer than 65536")
    );
    let mut heavy = Encoder::connected();
    heavy.set_chunk_size(60_000);
    for stream in 10..15 {
        heavy.begin(stream, 9, 1, 0, 65_536);
        heavy.raw(&[0; 60_000]);
    }
    let said = told(&heavy);
    assert_eq!(said.last().map(String::as_str), Some("ends: more than 262144 bytes of unfinished messages"));
    let mut after = publishing();
    after.command(0, "deleteStream", 7.0, &[Value::Null, Value::Number(1.0)]);
    after.begin(6, 9, 1, 0, 65_537);
    assert_eq!(
        told(&after).last().map(String::as_str),
        Some("ends: a message of 65537 bytes is longer than 65536")
    );
}

#[test]
fn a_window_is_acknowledged_each_time_it_is_full() {
    let mut encoder = publishing();
    encoder.message(2, 5, 0, 0, &5_000_u32.to_be_bytes());
    encoder.set_chunk_size(4_096);
    encoder.video(0, &encoder::large_keyframe(12_000));
    let transcript = told(&encoder);
    let came: Vec<&String> = transcript.iter().filter(|line| line.ends_with("bytes came")).collect();
    assert_eq!(came.len(), 2, "{transcript:?}");
    let mut tiny = publishing();
    tiny.message(2, 5, 0, 0, &1_u32.to_be_bytes());
    tiny.video(0, &encoder::large_keyframe(1_000));
    check_after_config(&tiny, &["0 ms: keyframe, 1000 bytes"]);
}

#[test]
fn several_tags_in_one_message_are_taken_apart() {
    let mut encoder = publishing();
    let mut body = Vec::new();
    for (at, tag) in [(7_000, encoder::keyframe()), (7_040, encoder::frame())] {
        mux::flv::Tag { kind: mux::flv::TagKind::Video, timestamp_ms: at, body: tag }.write(&mut body);
    }
    encoder.message(6, 22, 1, 500, &body);
    check_after_config(&encoder, &["500 ms: keyframe, 6 bytes", "540 ms: frame, 6 bytes"]);
}

#[test]
fn messages_without_a_byte_and_of_unknown_kinds_are_passed_over() {
    let mut encoder = publishing();
    encoder.message(6, 9, 1, 0, &[]);
    encoder.message(6, 8, 1, 0, &[]);
    encoder.message(6, 99, 1, 0, &[1, 2, 3]);
    encoder.video(0, &encoder::keyframe());
    check_after_config(&encoder, &["0 ms: keyframe, 6 bytes"]);
}

#[test]
fn a_control_message_that_ends_too_early_ends_the_connection() {
    let mut encoder = publishing();
    encoder.message(2, 1, 0, 0, &[0, 0]);
    check_after_config(&encoder, &["ends: a control message ends too early"]);
}
