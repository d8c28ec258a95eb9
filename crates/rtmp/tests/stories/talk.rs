//! What is said before, between and after the media.

use super::*;

#[test]
fn an_encoder_as_most_are() {
    let mut encoder = Encoder::connected();
    encoder.command(0, "releaseStream", 2.0, &[Value::Null, Value::text("key")]);
    encoder.command(0, "FCPublish", 3.0, &[Value::Null, Value::text("key")]);
    encoder.command(0, "createStream", 4.0, &[Value::Null]);
    encoder.command(0, "_checkbw", 5.0, &[Value::Null]);
    encoder.publish("key");
    encoder.video(0, &encoder::config());
    encoder.video(0, &encoder::keyframe());
    encoder.command(0, "FCUnpublish", 6.0, &[Value::Null, Value::text("key")]);
    encoder.command(0, "deleteStream", 7.0, &[Value::Null, Value::Number(1.0)]);
    assert_eq!(
        told(&encoder),
        [
            "says handshake of 3073 bytes",
            "says window 2500000",
            "says bandwidth 2500000",
            "says chunk size 4096",
            "says _result (0) 1 NetConnection.Connect.Success",
            "says onBWDone (0) 0 0",
            "says _result (0) 2",
            "says _result (0) 3",
            "says onFCPublish (0) 0 NetStream.Publish.Start",
            "says _result (0) 4 1",
            "says _result (0) 5",
            "asks to publish to live with key",
            "says event 0 of 1",
            "says onStatus (1) 0 NetStream.Publish.Start",
            "H264 320x240",
            "0 ms: keyframe, 6 bytes",
            "takes leave",
            "says onFCUnpublish (0) 0 NetStream.Unpublish.Success",
            "says onStatus (0) 0 NetStream.Unpublish.Success",
        ]
    );
}

#[test]
fn a_wrong_key_is_refused_with_a_sentence_and_nothing_more_is_read() {
    let mut encoder = Encoder::connected();
    encoder.publish("guess");
    encoder.video(0, &encoder::config());
    encoder.publish("key");
    assert_eq!(
        told(&encoder)[6..],
        ["asks to publish to live with guess", "says onStatus (1) 0 NetStream.Publish.BadName", "closes",]
    );
}

#[test]
fn nothing_is_kept_for_ever_while_the_key_is_checked() {
    let mut encoder = Encoder::connected();
    encoder.publish("key");
    let mut connection = Connection::server(SEED);
    connection.receive(&encoder.bytes).expect("nothing is wrong yet");
    for _ in 0..2 {
        connection.receive(&[0; 1 << 20]).expect("kept");
    }
    assert_eq!(connection.receive(&[0]), Err(RtmpError::Impatient(2 << 20)));
    assert_eq!(connection.receive(&[0]), Err(RtmpError::Ended));
}

/// An encoder that does not wait for the answer loses nothing.
#[test]
fn frames_that_came_while_the_key_was_checked_are_taken() {
    let mut encoder = Encoder::connected();
    encoder.publish("key");
    encoder.video(0, &encoder::config());
    encoder.video(0, &encoder::keyframe());
    let mut connection = Connection::server(SEED);
    connection.receive(&encoder.bytes).expect("nothing is wrong");
    let before = std::iter::from_fn(|| connection.poll_output()).last();
    assert!(matches!(before, Some(Output::Authorize { .. })));
    connection.authorize().expect("nothing is wrong");
    let after: Vec<_> = std::iter::from_fn(|| connection.poll_output()).map(|output| line(&output)).collect();
    assert_eq!(after[2..], ["H264 320x240", "0 ms: keyframe, 6 bytes"]);
}

#[test]
fn a_key_in_the_application_or_with_a_question_is_found() {
    let asked = |app: &str, name: &str| {
        let mut encoder = Encoder::greeted();
        encoder.command(0, "connect", 1.0, &[Value::object([("app", Value::text(app))])]);
        encoder.publish(name);
        told(&encoder)[6].clone()
    };
    assert_eq!(asked("live", "key"), "asks to publish to live with key");
    assert_eq!(asked("live/", "/key?bitrate=1"), "asks to publish to live with key");
    assert_eq!(asked("live/key", ""), "asks to publish to live with key");
    assert_eq!(asked("live?token=1", "key"), "asks to publish to live with key");
}

#[test]
fn an_encoder_that_speaks_enhanced_rtmp_is_told_what_is_understood() {
    let connect = |pairs: Vec<(&str, Value)>| {
        let mut encoder = Encoder::greeted();
        let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        encoder.command(0, "connect", 1.0, &[Value::Object(pairs)]);
        let mut stage = Stage::new();
        stage.receive(&encoder.bytes);
        let answer =
            stage.sent.iter().find(|bytes| bytes.len() < 1_536 && bytes[7] == 20).expect("an answer");
        Reader::new(&answer[12..]).rest().expect("values").remove(3)
    };
    let app = || ("app", Value::text("live"));
    let plain = connect(vec![app()]);
    assert_eq!(plain.get("fourCcList"), None, "old encoders are told nothing they do not know");
    let enhanced = connect(vec![app(), ("fourCcList", Value::Array(vec![Value::text("hvc1")]))]);
    let codecs = ["avc1", "hvc1", "av01", "vp09", "mp4a", "Opus", ".mp3"].map(Value::text);
    assert_eq!(enhanced.get("fourCcList"), Some(&Value::Array(codecs.into())));
    let map = |name| enhanced.get(name).cloned().expect("a map");
    assert_eq!(map("videoFourCcInfoMap").get("hvc1"), Some(&Value::Number(4.0)));
    assert_eq!(map("audioFourCcInfoMap").get("Opus"), Some(&Value::Number(4.0)));
    assert_eq!(enhanced.get("capsEx"), Some(&Value::Number(14.0)));
}

#[test]
fn a_player_is_told_to_watch_elsewhere() {
    let mut encoder = Encoder::connected();
    encoder.command(1, "play", 5.0, &[Value::Null, Value::text("key")]);
    assert_eq!(told(&encoder)[6..], ["says onStatus (1) 0 NetStream.Play.Failed"]);
}

#[test]
fn an_encoder_may_take_leave_and_publish_again() {
    let mut encoder = Encoder::publishing();
    encoder.video(0, &encoder::config());
    encoder.command(1, "closeStream", 0.0, &[Value::Null]);
    encoder.publish("key");
    encoder.video(40, &encoder::config());
    check(
        &encoder,
        &[
            "H264 320x240",
            "takes leave",
            "says onStatus (1) 0 NetStream.Unpublish.Success",
            "asks to publish to live with key",
            "says event 0 of 1",
            "says onStatus (1) 0 NetStream.Publish.Start",
            "H264 320x240",
        ],
    );
}

#[test]
fn commands_in_the_wrong_place_end_the_connection() {
    let mut twice = Encoder::publishing();
    twice.publish("key");
    check(&twice, &["ends: the command `publish` does not belong here"]);
    let mut early = Encoder::greeted();
    early.publish("key");
    assert_eq!(told(&early)[1..], ["ends: the command `publish` does not belong here"]);
    let mut again = Encoder::connected();
    again.command(0, "connect", 1.0, &[Value::object([("app", Value::text("live"))])]);
    assert_eq!(told(&again)[6..], ["ends: the command `connect` does not belong here"]);
}

#[test]
fn commands_that_cannot_be_read_end_the_connection() {
    for (body, why) in [
        (vec![2, 0, 9, b'c'], "ends: a command cannot be read: the bytes end inside a value"),
        (vec![0; 9], "ends: the command `without a name` does not belong here"),
        (vec![5; 65_537], "ends: a message of 65537 bytes is longer than 65536"),
    ] {
        let mut encoder = Encoder::publishing();
        encoder.message(3, 20, 0, 0, &body);
        check(&encoder, &[why]);
    }
}

#[test]
fn a_peer_that_only_talks_is_not_listened_to_for_ever() {
    let mut encoder = Encoder::connected();
    for _ in 0..1_024 {
        encoder.command(0, "getStreamLength", 9.0, &[Value::Null]);
    }
    assert_eq!(told(&encoder)[6..], ["ends: there were more than 1024 commands"]);
}

/// As players of long ago sent them: the number 17, and a byte before the command.
#[test]
fn commands_marked_as_amf3_are_read() {
    let mut encoder = Encoder::connected();
    let mut body = vec![0];
    Value::text("createStream").write(&mut body);
    Value::Number(4.0).write(&mut body);
    encoder.message(3, 17, 0, 0, &body);
    assert_eq!(told(&encoder)[6..], ["says _result (0) 4 1"]);
}

#[test]
fn a_ping_is_answered_and_so_is_a_bandwidth() {
    let mut encoder = Encoder::publishing();
    encoder.message(2, 4, 0, 0, &encoder::hex("0006 00000102"));
    encoder.message(2, 4, 0, 0, &encoder::hex("0003 00000001 00000bb8"));
    encoder.message(2, 6, 0, 0, &encoder::hex("000f4240 02"));
    check(&encoder, &["says event 7 of 258", "says window 1000000"]);
}

#[test]
fn something_else_than_rtmp_is_told_so_at_its_first_byte() {
    let first = |bytes: &[u8]| {
        let mut stage = Stage::new();
        stage.receive(bytes);
        stage.transcript
    };
    assert_eq!(first(b"GET / HTTP/1.1"), ["ends: this is no RTMP: it begins with 0x47 instead of 0x03"]);
    assert_eq!(first(&[6]), ["ends: encrypted RTMP (RTMPE) is not spoken here; use RTMPS"]);
}
