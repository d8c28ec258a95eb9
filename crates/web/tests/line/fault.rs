//! A fault in a line thread: its lines are lost, and nothing else.

use house::{Clock, WallClock};
use model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tungstenite::Message;
use web::line::LinesConfig;

use crate::evening::{Client, Evening, hear_until, try_hear, who};

/// As many lines as one person may have.
const LINES_EACH: usize = 20;

/// A clock that fails once when it is asked.
#[derive(Default)]
struct FailsOnce {
    failed: AtomicBool,
    clock: WallClock,
}

impl Clock for FailsOnce {
    fn now(&self) -> Timestamp {
        assert!(self.failed.swap(true, Ordering::Relaxed), "the fault this test is about");
        self.clock.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_the_lines_and_not_the_thread() {
    let config = LinesConfig { threads: 1, ..LinesConfig::default() };
    let evening = Evening::with_clock(config, Arc::new(FailsOnce::default())).await;
    let mei = who(50, "Mei");
    let mut lost: Vec<Client> = (0..LINES_EACH).map(|_| evening.client(Some(mei.clone()), None).0).collect();
    lost[0].send(Message::text(r#"{"key":1,"do":"ping"}"#)).unwrap();
    for client in &mut lost {
        while try_hear(client).is_ok() {}
    }

    // Had the room not heard of it, it would refuse all of these: Mei would still have her twenty.
    let mut back: Vec<Client> = (0..LINES_EACH).map(|_| evening.client(Some(mei.clone()), None).0).collect();
    assert_eq!(evening.lines.count(), LINES_EACH);
    let seq = evening.say("still here").await;
    for client in &mut back {
        hear_until(client, seq);
    }
    back[0].send(Message::text(r#"{"key":2,"do":"ping"}"#)).unwrap();
    try_hear(&mut back[0]).expect("the pong");
    evening.lines.stop();
    assert_eq!(evening.lines.count(), 0);
}
