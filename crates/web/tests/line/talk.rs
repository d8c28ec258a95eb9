//! Speaking and hearing, in the clear and encrypted, and coming back.

use bytes::Bytes;
use protocol::{EventBody, ServerMessage, SpeechDto};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tungstenite::Message;

use crate::evening::{Evening, client_on, hear, hear_until, join, numbers, place, who};

#[tokio::test(flavor = "multi_thread")]
async fn one_speaks_and_all_hear() {
    let evening = Evening::new().await;
    let (mut mei, welcome) = evening.client(Some(who(50, "Mei")), None);
    let ServerMessage::Welcome { you, room, recovered: false, .. } = welcome else { panic!("{welcome:?}") };
    assert_eq!((you.id, you.name.as_deref(), room.title.as_str()), (Some(50), Some("Mei"), "An evening"));
    let (mut anonymous, _) = evening.client(None, None);
    mei.send(Message::text(r#"{"key":8,"do":"chat","text":"你好 👩‍🏫 \"<b>\""}"#)).unwrap();
    let done = loop {
        match hear(&mut mei) {
            ServerMessage::Done { key: 8, event } => break event.unwrap(),
            ServerMessage::Events { .. } | ServerMessage::Counts(_) => {}
            other => panic!("{other:?}"),
        }
    };
    let EventBody::Said { by: 50, speech: SpeechDto::Chat { text, .. }, .. } = &done.body else {
        panic!("{done:?}")
    };
    assert_eq!(text, "你好 👩‍🏫 \"<b>\"");
    let heard = hear_until(&mut anonymous, done.seq);
    let events = heard.iter().find_map(|message| match message {
        ServerMessage::Events { events, .. } => Some(events.clone()),
        _ => None,
    });
    assert_eq!(events, Some(vec![done]), "the same words in both ways");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_is_answered_once() {
    let evening = Evening::new().await;
    let (mut anonymous, _) = evening.client(None, None);
    let (mut mei, _) = evening.client(Some(who(50, "Mei")), None);
    let ask = |client: &mut crate::evening::Client, order: &str| {
        client.send(Message::text(order.to_owned())).unwrap();
        loop {
            match hear(client) {
                ServerMessage::Events { .. } | ServerMessage::Counts(_) => {}
                ServerMessage::Refused { key, code, .. } => break format!("{key} refused {code:?}"),
                ServerMessage::Pong { key, at } => break format!("{key} pong {}", at > 1_700_000_000_000),
                other => break format!("{other:?}"),
            }
        }
    };
    assert_eq!(ask(&mut anonymous, r#"{"key":1,"do":"chat","text":"hi"}"#), "1 refused NotPresent");
    assert_eq!(ask(&mut anonymous, r#"{"key":2,"do":"ping"}"#), "2 pong true");
    assert_eq!(ask(&mut mei, r#"{"key":3,"do":"chat","text":"  "}"#), "3 refused EmptyText");
    assert_eq!(ask(&mut mei, r#"{"key":4,"do":"end_live"}"#), "4 refused NotAllowed");
    assert_eq!(ask(&mut mei, r#"{"key":5,"do":"dance"}"#), "5 refused BadRequest");
    assert_eq!(ask(&mut mei, r#"{"key":6,"do":"mute","whom":50}"#), "6 refused BadRequest");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_with_the_upgrade_is_read() {
    let evening = Evening::new().await;
    let (client, server) = evening.sockets();
    let mut join = vec![0x81, 0x80 | 13, 1, 2, 3, 4];
    join.extend(br#"{"join":true}"#.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, key)| byte ^ key));
    let (early, late) = join.split_at(9);
    evening.lines.adopt(server, None, Bytes::copy_from_slice(early), evening.hello(None)).unwrap();
    std::io::Write::write_all(&mut &client, late).unwrap();
    let welcome = hear(&mut client_on(client));
    assert!(matches!(welcome, ServerMessage::Welcome { .. }), "{welcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_line_hears_everything() {
    let evening = Evening::new().await;
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key.into())
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(signed.cert.der().clone()).unwrap();
    let trust = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let (client, mut server) = evening.sockets();
    let shaking = std::thread::spawn(move || {
        let mut tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        tls.complete_io(&mut server).unwrap();
        (server, tls)
    });
    let name = "localhost".try_into().unwrap();
    let mut tls =
        rustls::StreamOwned::new(rustls::ClientConnection::new(Arc::new(trust), name).unwrap(), client);
    while tls.conn.is_handshaking() {
        tls.conn.complete_io(&mut tls.sock).unwrap();
    }
    let (server, state) = shaking.join().unwrap();
    let long = "字".repeat(500);
    for _ in 0..100 {
        // A welcome and ticks larger than what the encryption takes at a time.
        evening.say(&long).await;
    }
    evening.lines.adopt(server, Some(state), Bytes::new(), evening.hello(None)).unwrap();
    let mut client = client_on(tls);
    let welcome = join(&mut client, Some((7, 2)));
    let mut heard: BTreeSet<u64> = numbers(&welcome).into_iter().collect();
    let mut last = 0;
    for _ in 0..200 {
        last = evening.say(&long).await;
    }
    for message in hear_until(&mut client, last) {
        heard.extend(numbers(&message));
    }
    let first = *heard.first().unwrap();
    assert_eq!(heard.len() as u64, last - first + 1, "from {first} to {last} without a hole");
    assert!(heard.len() >= 200);
}

/// The host talks without a pause while a client's line breaks again and again: it hears everything once.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_goes_on_where_it_was() {
    let evening = Arc::new(Evening::new().await);
    let (client, welcome) = evening.client(None, None);
    let mut place_now = place(&welcome);
    drop(client);
    let (talking, enough) = (evening.clone(), Arc::new(AtomicBool::new(false)));
    let told = enough.clone();
    let host = tokio::spawn(async move {
        let mut said = Vec::new();
        // Until the last client has heard its part: whoever listens always hears something.
        while !told.load(Ordering::Relaxed) {
            said.push(talking.say("hi").await);
        }
        said
    });
    let mut heard: Vec<u64> = Vec::new();
    for breaks in 0..30 {
        let (mut client, welcome) = evening.client(None, place_now);
        assert!(matches!(welcome, ServerMessage::Welcome { recovered: true, .. }));
        let mut message = welcome;
        for _ in 0..breaks % 4 {
            heard.extend(numbers(&message));
            place_now = place(&message).or(place_now);
            message = hear(&mut client);
        }
        heard.extend(numbers(&message));
        place_now = place(&message).or(place_now);
    }
    enough.store(true, Ordering::Relaxed);
    let said = host.await.unwrap();
    let (_, welcome) = evening.client(None, place_now);
    heard.extend(numbers(&welcome));
    // The welcome ends with the last tick; what is not in it yet comes in the next one.
    let through = place(&welcome).unwrap().1;
    let said: Vec<u64> = said.into_iter().filter(|seq| *seq <= through).collect();
    assert_eq!(heard, said);
}
