//! From a real socket to real sockets: a publisher, viewers on every loop, one of them by TCP.

mod client;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use client::Client;
use edge::{MediaConfig, MediaError, MediaFact, MediaHandle, SessionId};
use model::{Origin, RoomId};
use str0m::media::Direction;

const ROOM: RoomId = RoomId(3);

fn config() -> MediaConfig {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    MediaConfig { port: 0, bind: loopback, loops: 2, ..MediaConfig::default() }
}

fn here() -> Origin {
    Origin::of(IpAddr::from([127, 0, 0, 1]))
}

/// Turns everybody's handle until `done`, for ten seconds at most.
fn until(
    publisher: &mut Client,
    viewers: &mut [Client],
    what: &str,
    mut done: impl FnMut(&Client, &[Client]) -> bool,
) {
    let end = Instant::now() + Duration::from_secs(10);
    while !done(publisher, viewers) {
        assert!(Instant::now() < end, "{what} did not come to pass");
        publisher.turn(true);
        for viewer in viewers.iter_mut() {
            viewer.turn(false);
        }
    }
}

async fn enter(
    media: &MediaHandle,
    mut client: Client,
    offer: String,
    publishes: bool,
) -> (Client, SessionId) {
    let accepted = match publishes {
        true => media.publish(ROOM, offer).await,
        false => media.watch(ROOM, here(), offer).await,
    }
    .expect("an answer");
    client.accept(&accepted.sdp);
    (client, accepted.session)
}

#[tokio::test]
async fn a_show_reaches_viewers_on_every_loop_and_over_tcp() {
    let (media, mut facts) = edge::start(&config()).expect("started");
    let server = format!("127.0.0.1:{}", media.port()).parse().expect("an address");
    let (client, offer) = Client::new(Direction::SendOnly);
    let (mut publisher, show) = enter(&media, client, offer, true).await;
    let mut viewers = Vec::new();
    let mut sessions = Vec::new();
    for _ in 0..4 {
        let (client, offer) = Client::new(Direction::RecvOnly);
        let (client, session) = enter(&media, client, offer, false).await;
        viewers.push(client);
        sessions.push(session);
    }
    let (client, offer) = Client::by_tcp(Direction::RecvOnly, server);
    let (client, _) = enter(&media, client, offer, false).await;
    viewers.push(client);

    until(&mut publisher, &mut viewers, "everybody sees thirty frames", |_, viewers| {
        viewers.iter().all(|viewer| viewer.frames().len() >= 30)
    });
    for viewer in &viewers {
        let frames = viewer.frames();
        assert!(frames.windows(2).all(|pair| pair[1] == pair[0] + 1), "{frames:?}");
    }
    assert_eq!(media.stats(ROOM).watching, 5);

    let mut told = Vec::new();
    while let Ok(fact) = facts.try_recv() {
        told.push(fact);
    }
    assert!(told.contains(&MediaFact::PublisherConnected { room: ROOM }));
    assert!(told.contains(&MediaFact::Watching { room: ROOM, count: 5 }), "{told:?}");

    media.close(&sessions[0]).await.expect("closed");
    assert_eq!(media.close(&sessions[0]).await, Err(MediaError::NoSuchSession));
    media.close(&show).await.expect("closed");
    // They come from different loops, so in either order.
    let mut told = [facts.recv().await, facts.recv().await];
    told.sort_by_key(|fact| matches!(fact, Some(MediaFact::PublisherLeft { .. })));
    let watching = MediaFact::Watching { room: ROOM, count: 4 };
    assert_eq!(told, [Some(watching), Some(MediaFact::PublisherLeft { room: ROOM })]);
}

#[tokio::test]
async fn the_last_handle_ends_the_loops_and_the_viewers_are_told() {
    let (media, mut facts) = edge::start(&config()).expect("started");
    let (client, offer) = Client::new(Direction::SendOnly);
    let (mut publisher, _) = enter(&media, client, offer, true).await;
    until(&mut publisher, &mut [], "the publisher connects", |publisher, _| publisher.connected);
    drop(media);
    until(&mut publisher, &mut [], "it is told goodbye", |publisher, _| publisher.closed);
    while facts.recv().await.is_some() {}
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_in_words() {
    let (media, _facts) = edge::start(&config()).expect("started");
    let refused = media.watch(ROOM, here(), "hello".into()).await.expect_err("no offer");
    assert_eq!(refused.to_string(), "the offer cannot be used: it does not begin with `v=0`");
    assert_eq!(media.publish(ROOM, "v=0\r\n".repeat(20_000)).await, Err(MediaError::TooLong(65_536)));
    assert_eq!(media.publish(ROOM, "v=0\r\n".into()).await, Err(MediaError::NoCommonCodec));
    let nobody = SessionId::parse(&"00".repeat(17)).expect("a name");
    assert_eq!(media.patch(&nobody, String::new(), None).await, Err(MediaError::NoSuchSession));
}
