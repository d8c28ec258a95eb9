//! Two loops without threads, so that each step of one is before or after each step of the other.

use super::*;
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind};
use str0m::{Candidate, Input, Output, Rtc};
use tokio::sync::oneshot;

/// Its publisher's place is the second loop.
const ROOM: RoomId = RoomId(3);

/// The first loop, the second, and what keeps them going.
fn two_loops(config: MediaConfig) -> (MediaLoop, MediaLoop, MediaHandle) {
    let config = MediaConfig { port: 0, bind: IpAddr::from([127, 0, 0, 1]), loops: 2, tcp: false, ..config };
    let (mut loops, handle, _) = put_together(&config).expect("put together");
    let second = loops.pop().expect("two");
    let first = loops.pop().expect("two");
    assert_eq!(publisher_shard(ROOM, 2), second.shard);
    (first, second, handle)
}

/// A viewer's offer, and the viewer.
fn viewer(local: SocketAddr) -> (Rtc, impl FnOnce(&mut Rtc, &str), String) {
    let mut rtc = Rtc::builder().build(now());
    rtc.add_local_candidate(Candidate::host(local, "udp").expect("a candidate"));
    let mut change = rtc.sdp_api();
    change.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
    let (offer, pending) = change.apply().expect("an offer");
    let accept = |rtc: &mut Rtc, answer: &str| {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        rtc.sdp_api().accept_answer(pending, answer).expect("accepted");
    };
    (rtc, accept, offer.to_sdp_string())
}

fn from(host: u8) -> Origin {
    Origin::of(IpAddr::from([192, 0, 2, host]))
}

fn watch(media_loop: &mut MediaLoop, host: u8, offer: &str) -> Result<Accepted, MediaError> {
    let (answer, mut answered) = oneshot::channel();
    media_loop.take(Order::Watch { room: ROOM, from: from(host), offer: offer.to_owned(), answer }, now());
    answered.try_recv().expect("answered at once")
}

/// The first thing a viewer sends: a STUN message signed with the password it was told.
fn first_words(rtc: &mut Rtc) -> Vec<u8> {
    for _ in 0..100 {
        match rtc.poll_output().expect("a sound machine") {
            Output::Transmit(transmit) => return transmit.contents.to_vec(),
            Output::Timeout(at) => rtc.handle_input(Input::Timeout(at)).expect("time passes"),
            Output::Event(_) => {}
        }
    }
    panic!("the viewer says nothing");
}

/// The kernel gives a datagram to this loop.
fn stray(media_loop: &mut MediaLoop, source: SocketAddr, datagram: &[u8]) {
    let destination = media_loop.locals[0];
    let addressee = media_loop.sfu.receive(Protocol::Udp, source, destination, datagram, now());
    media_loop.stray(source, destination, datagram.to_vec(), addressee);
}

#[test]
fn only_who_has_the_password_is_remembered_by_a_neighbour() {
    let (mut first, mut second, _handle) = two_loops(MediaConfig::default());
    let local: SocketAddr = "127.0.0.1:4000".parse().expect("an address");
    let (mut rtc, accept, offer) = viewer(local);
    accept(&mut rtc, &watch(&mut second, 1, &offer).expect("an answer").sdp);
    let signed = first_words(&mut rtc);
    let mut forged = signed.clone();
    // In the middle of the signature, which is the last but one of the attributes.
    let at = forged.len() - 16;
    forged[at] ^= 1;

    for port in 5_000..5_100 {
        stray(&mut first, SocketAddr::new(local.ip(), port), &forged);
    }
    stray(&mut first, local, &signed);
    assert_eq!(first.strays.shard_of(local), None, "its own loop has not seen it yet");
    second.take_orders();
    // Before the viewer can have been answered, the first loop can know where its next datagram goes: one without a
    // name makes it look.
    stray(&mut first, local, &[20; 40]);
    assert_eq!(first.strays.shard_of(local), Some(second.shard));
    for port in 5_000..5_100 {
        assert_eq!(first.strays.shard_of(SocketAddr::new(local.ip(), port)), None);
    }
    let passed_on = second.orders.try_recv();
    assert!(
        matches!(passed_on, Ok(Order::Stray { source, .. }) if source == local),
        "the nameless one as well"
    );
}

#[test]
fn a_neighbour_whose_inbox_was_full_is_told_again() {
    let (mut first, mut second, _handle) = two_loops(MediaConfig::default());
    let (_, _, offer) = viewer("127.0.0.1:4000".parse().expect("an address"));
    let fill = |media_loop: &MediaLoop| {
        while media_loop.inboxes[1].leave(Order::WantKeyframe { room: ROOM, layer: 0 }) {}
    };
    let empty = |media_loop: &mut MediaLoop| while media_loop.take_orders() {};

    fill(&first);
    let session = watch(&mut first, 1, &offer).expect("an answer").session;
    first.tell();
    empty(&mut second);
    assert!(second.attached.is_empty(), "there was no space to say it");
    assert!(first.sleep() <= RETRY, "it is tried again soon");
    first.tell();
    empty(&mut second);
    assert_eq!(second.attached.get(&ROOM), Some(&1), "the first loop is attached");

    fill(&first);
    first.close(&session, now()).expect("closed");
    first.tell();
    empty(&mut second);
    assert!(!second.attached.is_empty(), "there was no space to say it");
    first.tell();
    empty(&mut second);
    assert!(second.attached.is_empty());
    assert!(first.attachments.is_settled() && first.watched.is_empty());
}

#[test]
fn viewers_who_never_connect_are_so_many_and_no_more() {
    let config = MediaConfig { connecting_max: 3, connecting_per_address_max: 2, ..MediaConfig::default() };
    let (mut first, _second, _handle) = two_loops(config);
    let (_, _, offer) = viewer("127.0.0.1:4000".parse().expect("an address"));
    let first_session = watch(&mut first, 1, &offer).expect("an answer").session;
    watch(&mut first, 1, &offer).expect("an answer");
    assert_eq!(watch(&mut first, 1, &offer), Err(MediaError::Crowded));
    watch(&mut first, 2, &offer).expect("another address has its own share");
    assert_eq!(watch(&mut first, 3, &offer), Err(MediaError::Crowded));
    // A publisher is not held up by them.
    let (_, _, publishing) = viewer("127.0.0.1:4001".parse().expect("an address"));
    first.publish(ROOM, &publishing.replace("recvonly", "sendonly"), now()).expect("an answer");
    first.close(&first_session, now()).expect("closed");
    watch(&mut first, 3, &offer).expect("one has gone");
}
