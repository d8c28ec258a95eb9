//! What holds for any bytes.

use proptest::prelude::*;

use super::*;

/// A stream with a bit of everything.
fn stream() -> Encoder {
    let mut encoder = Encoder::publishing();
    encoder.message(2, 5, 0, 0, &4_096_u32.to_be_bytes());
    encoder.video(0, &encoder::config());
    encoder.audio(0, &encoder::hex("af00 1188"));
    encoder.video(0, &encoder::large_keyframe(700));
    encoder.set_chunk_size(1_000);
    for n in 0..12 {
        encoder.audio(n * 21, &encoder::hex("af01 010203"));
        encoder.video(0x00ff_fff0 + n * 40, &encoder::large_keyframe(2_300));
    }
    encoder.message(2, 4, 0, 0, &encoder::hex("0006 00000102"));
    encoder.command(0, "deleteStream", 7.0, &[Value::Null, Value::Number(1.0)]);
    encoder.publish("key");
    encoder.video(0, &encoder::config());
    encoder
}

#[test]
fn the_same_bytes_give_the_same_outputs_byte_for_byte() {
    let outputs = || {
        let mut connection = Connection::server(SEED);
        connection.receive(&stream().bytes).expect("nothing is wrong");
        let mut outputs = Vec::new();
        while let Some(output) = connection.poll_output() {
            if let Output::Authorize { .. } = output {
                connection.authorize().expect("nothing is wrong");
            }
            outputs.push(output);
        }
        outputs
    };
    assert_eq!(outputs(), outputs());
}

/// The outputs of a stream cut at these places.
fn cut(bytes: &[u8], places: &[usize]) -> Vec<String> {
    let mut places: Vec<usize> = places.iter().map(|place| place % bytes.len()).collect();
    places.push(bytes.len());
    places.sort_unstable();
    let mut stage = Stage::new();
    let mut from = 0;
    for to in places {
        if stage.transcript.last().is_some_and(|line| line.starts_with("ends")) {
            break;
        }
        stage.receive(&bytes[from..to]);
        from = to;
    }
    stage.transcript
}

#[test]
fn bytes_one_by_one_are_the_same_as_all_at_once() {
    let bytes = stream().bytes;
    let places: Vec<usize> = (0..bytes.len()).collect();
    assert_eq!(cut(&bytes, &places), cut(&bytes, &[]));
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_outputs(places in proptest::collection::vec(any::<usize>(), 0..30)) {
        let bytes = stream().bytes;
        prop_assert_eq!(cut(&bytes, &places), cut(&bytes, &[]));
    }

    /// A stream in which some bytes were changed: no panic, and still the same however it is cut.
    #[test]
    fn broken_streams_are_the_same_however_cut(
        changes in proptest::collection::vec((3_073usize..40_000, any::<u8>()), 1..12),
        places in proptest::collection::vec(any::<usize>(), 0..30),
    ) {
        let mut bytes = stream().bytes;
        for (place, value) in changes {
            let place = place % bytes.len();
            bytes[place] = value;
        }
        prop_assert_eq!(cut(&bytes, &places), cut(&bytes, &[]));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut encoder = Encoder::publishing();
        encoder.raw(&bytes);
        told(&encoder);
    }
}
