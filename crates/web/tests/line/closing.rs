//! Lines that the server ends: a ban, a sign-out, a stop. Each says why and whether to come back.

use model::Seq;
use protocol::{Disconnect, ServerMessage};
use room::Command;
use web::line::{AdoptError, SignIn};

use crate::evening::{Client, Evening, hear_until, try_hear, who};

/// The last words and the close code.
fn end(client: &mut Client) -> (Option<Disconnect>, bool, u16) {
    let mut last = (None, false);
    loop {
        match try_hear(client) {
            Ok(ServerMessage::Closing { disconnect, reconnect_ms }) => {
                last = (Some(disconnect), reconnect_ms.is_some());
            }
            Ok(_) => {}
            Err(code) => return (last.0, last.1, code),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ban_closes_every_line_of_the_person_and_no_other() {
    let evening = Evening::new().await;
    let mei = who(50, "Mei");
    let (mut first, _) = evening.client(Some(mei.clone()), None);
    let (mut second, _) = evening.client(Some(mei.clone()), None);
    let (mut other, _) = evening.client(Some(who(51, "Li")), None);
    let done =
        evening.room.send(Command::Ban { by: evening.host.id, whom: mei.id, lasting: None }).await.unwrap();
    let banned = (Some(Disconnect::Banned), false, 4502);
    assert_eq!((end(&mut first), end(&mut second)), (banned, banned));
    let Some(Seq(seq)) = done.seq else { panic!("{done:?}") };
    hear_until(&mut other, seq);
    // And the door stays shut.
    let mut again = crate::evening::client_on(evening.bare(Some(mei)));
    again.send(tungstenite::Message::text(r#"{"join":true}"#)).unwrap();
    assert_eq!(end(&mut again), banned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ends_takes_its_lines_along() {
    let evening = Evening::new().await;
    let (mut mei, _) = evening.client(Some(who(50, "Mei")), None);
    evening.lines.close_sign_in(SignIn(4));
    evening.lines.close_sign_in(SignIn(5));
    assert_eq!(end(&mut mei), (Some(Disconnect::SignedOut), false, 4503));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_tells_everybody_to_come_back_at_different_times() {
    let evening = Evening::new().await;
    let mut clients: Vec<Client> = (0..20).map(|_| evening.client(None, None).0).collect();
    let lines = evening.lines.clone();
    let stopped = std::thread::spawn(move || lines.stop());
    let mut waits = std::collections::BTreeSet::new();
    for client in &mut clients {
        let code = loop {
            match try_hear(client) {
                Ok(ServerMessage::Closing { disconnect: Disconnect::Restart, reconnect_ms: Some(ms) }) => {
                    waits.insert(ms);
                }
                Ok(_) => {}
                Err(code) => break code,
            }
        };
        assert_eq!(code, 4000);
    }
    assert!(waits.len() > 15, "{waits:?}");
    drop(clients);
    stopped.join().unwrap();
    let (_, server) = evening.sockets();
    let late = evening.lines.adopt(server, None, bytes::Bytes::new(), evening.hello(None));
    assert!(matches!(late, Err(AdoptError::Stopping)));
    assert_eq!(evening.lines.count(), 0);
}
