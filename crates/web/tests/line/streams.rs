//! Event streams: the same as a WebSocket hears, and a place in them to come back to.

use model::Origin;
use protocol::{Disconnect, ServerMessage};
use web::line::{Listener, parse_last_event_id};

use crate::evening::{Evening, numbers, who};

fn here() -> Origin {
    Origin::of(std::net::IpAddr::from([127, 0, 0, 1]))
}

/// The next piece of a stream: its messages and the place it gives.
async fn next(listener: &mut Listener) -> Option<(Vec<ServerMessage>, Option<String>)> {
    let bytes = listener.next().await?;
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.ends_with("\n\n"), "{text:?}");
    let messages = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let id = text.lines().filter_map(|line| line.strip_prefix("id: ")).next_back();
    Some((messages.map(|json| serde_json::from_str(json).unwrap()).collect(), id.map(str::to_owned)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_welcomed_hears_and_comes_back() {
    let evening = Evening::new().await;
    evening.say("data: id: before\n\nit began").await;
    let mut listener = evening.lines.listen(evening.hello(None), here(), None).await.unwrap();
    let (welcome, _) = next(&mut listener).await.unwrap();
    assert!(matches!(welcome[..], [ServerMessage::Welcome { recovered: false, .. }]), "{welcome:?}");
    let first = evening.say("one").await;
    let place = loop {
        let (messages, id) = next(&mut listener).await.unwrap();
        if messages.iter().flat_map(numbers).any(|number| number == first) {
            break id.unwrap();
        }
    };
    drop(listener);
    let second = evening.say("two").await;
    let third = evening.say("three").await;
    let resume = parse_last_event_id(&place);
    assert!(resume.is_some(), "{place}");
    let mut listener = evening.lines.listen(evening.hello(None), here(), resume).await.unwrap();
    let mut heard = Vec::new();
    let mut recovered = false;
    while heard.last() != Some(&third) {
        let (messages, _) = next(&mut listener).await.unwrap();
        recovered |= matches!(messages[..], [ServerMessage::Welcome { recovered: true, .. }]);
        heard.extend(messages.iter().flat_map(numbers));
    }
    assert_eq!((recovered, heard), (true, vec![second, third]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_nobody_reads_is_closed_as_slow() {
    let evening = Evening::new().await;
    let mut listener = evening.lines.listen(evening.hello(Some(who(50, "Mei"))), here(), None).await.unwrap();
    let mut reader = evening.lines.listen(evening.hello(None), here(), None).await.unwrap();
    for _ in 0..300 {
        let seq = evening.say(&"😀".repeat(500)).await;
        while !next(&mut reader).await.unwrap().0.iter().flat_map(numbers).any(|number| number == seq) {}
    }
    let (last, _) = next(&mut listener).await.unwrap();
    assert!(matches!(last[..], [ServerMessage::Closing { disconnect: Disconnect::Slow, .. }]), "{last:?}");
    assert!(next(&mut listener).await.is_none());
}

#[test]
fn places_nobody_gave_are_none() {
    for bad in ["", "7", "7-", "-3", "x-3", "7-3-1", "99999999999-1"] {
        assert!(parse_last_event_id(bad).is_none(), "{bad}");
    }
}
