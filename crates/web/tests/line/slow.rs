//! Viewers that stop reading: what they lose is named, then they are closed; the others lose nothing.

use protocol::ServerMessage;
use std::net::TcpStream;
use web::line::LinesConfig;

use crate::evening::{Client, Evening, client_on, hear_until, join, numbers, try_hear};

/// As large as a message can be: some 2 KB.
fn long() -> String {
    "😀".repeat(500)
}

/// A client whose socket holds little, so that it shows early when it does not read.
fn narrow(evening: &Evening) -> Client<TcpStream> {
    let socket = evening.bare(None);
    socket2::SockRef::from(&socket).set_recv_buffer_size(8 * 1024).unwrap();
    client_on(socket)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lags_is_told_what_it_misses() {
    // The outbox holds far more than the kernel does, so that it fills once and not twice.
    let evening =
        Evening::with(LinesConfig { threads: 1, outbox_bytes_max: 1_000_000, ..LinesConfig::default() })
            .await;
    let mut stalled = narrow(&evening);
    let welcome = join(&mut stalled, None);
    let (mut reader, _) = evening.client(None, None);
    let reading = std::thread::spawn(move || {
        let mut heard = Vec::new();
        while heard.last() != Some(&752) {
            heard.extend(numbers(&crate::evening::hear(&mut reader)));
        }
        heard
    });
    let mut said = Vec::new();
    // 1.5 MB: more than the outbox and the kernel's buffers hold, less than twice the outbox.
    for _ in 0..750 {
        said.push(evening.say(&long()).await);
    }
    assert_eq!(said.last(), Some(&752));
    assert_eq!(reading.join().unwrap(), said, "who reads has everything");
    let mut place = said[0] - 1;
    let mut gaps = Vec::new();
    assert_eq!(numbers(&welcome), [0_u64; 0]);
    while place < 752 {
        match try_hear(&mut stalled).expect("the line is open") {
            ServerMessage::Gap { from, to } => {
                assert_eq!(from, place + 1, "the notice stands where the first is missing");
                gaps.push((from, to));
                place = to;
            }
            message => {
                for number in numbers(&message) {
                    assert_eq!(number, place + 1);
                    place = number;
                }
            }
        }
    }
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let seq = evening.say("on we go").await;
    hear_until(&mut stalled, seq);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_is_closed_and_nobody_else_notices() {
    let evening =
        Evening::with(LinesConfig { threads: 1, outbox_bytes_max: 64 * 1024, ..LinesConfig::default() })
            .await;
    let mut stalled = narrow(&evening);
    join(&mut stalled, None);
    let (mut reader, _) = evening.client(None, None);
    assert_eq!(evening.lines.count(), 2);
    let mut said = Vec::new();
    let mut heard = Vec::new();
    // A line that is closed is given two seconds to read why, and is then gone.
    while evening.lines.count() == 2 {
        let seq = evening.say(&long()).await;
        said.push(seq);
        for message in hear_until(&mut reader, seq) {
            heard.extend(numbers(&message));
        }
        assert!(said.len() < 20_000, "the line that does not read is still open");
    }
    assert_eq!(heard, said);
    // What it had in its own buffer is whole and in order, and then comes the end.
    let mut place = said[0];
    while let Ok(message) = try_hear(&mut stalled) {
        if let ServerMessage::Gap { to, .. } = message {
            place = to + 1;
        }
        for number in numbers(&message) {
            assert_eq!(number, place);
            place += 1;
        }
    }
    assert!(place < *said.last().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_is_pinged_and_then_closed() {
    let ms = std::time::Duration::from_millis;
    let evening = Evening::with(LinesConfig {
        threads: 1,
        ping_every: ms(50),
        silent_after: ms(400),
        ..LinesConfig::default()
    })
    .await;
    // It answers pings by reading, for longer than a silent line would last.
    let (mut alive, _) = evening.client(None, None);
    let until = std::time::Instant::now() + ms(1_000);
    let mut pings = 0;
    while std::time::Instant::now() < until {
        pings += usize::from(matches!(alive.read(), Ok(tungstenite::Message::Ping(_))));
        alive.flush().unwrap();
    }
    assert!(pings >= 10, "{pings} pings in a second");
    let mut silent = evening.bare(None);
    std::io::Write::write_all(&mut silent, &[0x8A, 0x80, 0, 0, 0, 0]).unwrap();
    let mut client = client_on(evening.bare(None));
    join(&mut client, None);
    // Reading from the bare socket answers nothing.
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(client.get_mut(), &mut bytes).unwrap();
    let close = &bytes[bytes.len() - 4..];
    assert_eq!(close, [0x88, 2, (4002_u16 >> 8) as u8, 4002_u16 as u8], "closed as silent");
}
