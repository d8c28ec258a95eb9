//! WHIP and WHEP as HTTP: RFC 9725's statuses and headers, and who may.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Ask, ask, post, send};
use crate::evening::Evening;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// An offer as Chromium makes it, cut down to one picture and one sound.
pub fn offer(direction: &str) -> String {
    let fingerprint = (0..32).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
    let common = format!(
        "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n\
         a=ice-options:trickle\r\na=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n"
    );
    format!(
        "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
         a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n{common}a=mid:0\r\na={direction}\r\na=msid:s a\r\na=rtcp-mux\r\n\
         a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=ssrc:1001 cname:c\r\na=ssrc:1001 msid:s a\r\n\
         m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n{common}a=mid:1\r\na={direction}\r\na=msid:s v\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
         a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 transport-cc\r\n\
         a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 1002 1003\r\na=ssrc:1002 cname:c\r\n\
         a=ssrc:1002 msid:s v\r\na=ssrc:1003 cname:c\r\na=ssrc:1003 msid:s v\r\n"
    )
}

fn publish(body: &str) -> Ask {
    ask("POST", "/whip/evening").header("content-type", SDP).body(body.to_owned())
}

fn watch() -> Ask {
    ask("POST", "/whep/evening").header("content-type", SDP).body(offer("recvonly"))
}

#[tokio::test]
async fn a_publisher_from_offer_to_leave() {
    let (evening, host) = Evening::hosted().await;
    let created = evening.ask(publish(&offer("sendonly")).bearer(&host.stream_key)).await.expect("201");
    assert_eq!(created.header("content-type"), SDP);
    assert_eq!(created.header("accept-patch"), FRAGMENT);
    assert!(std::str::from_utf8(&created.body).unwrap().starts_with("v=0\r\n"));
    let location = created.header("location").to_owned();
    assert!(location.starts_with("/whip/evening/"), "{location}");
    let etag = created.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "{etag}");

    let patch = |body: &str| {
        ask("PATCH", &location)
            .bearer(&host.stream_key)
            .header("content-type", FRAGMENT)
            .body(body.to_owned())
    };
    let candidate = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n\
        a=candidate:1 1 udp 2122260223 127.0.0.1 61764 typ host\r\n";
    let taken = evening.ask(patch(candidate).header("if-match", &etag)).await.expect("204");
    assert_eq!(taken.header("etag"), etag);
    evening.ask(patch(candidate)).await.expect("428 bad_request");
    evening.ask(patch(candidate).header("if-match", "\"another\"")).await.expect("412 bad_request");
    evening.ask(patch("hello").header("if-match", &etag)).await.expect("400 bad_sdp");
    evening.ask(patch(candidate).header("if-match", "unquoted")).await.expect("400 bad_request");
    let typed = ask("PATCH", &location)
        .bearer(&host.stream_key)
        .header("content-type", SDP)
        .header("if-match", &etag);
    evening.ask(typed.body(candidate)).await.expect("415 bad_request");

    let restart =
        candidate.replace("EsAw", "NeWu").replace("P2uYro0UCOQ4zxjKXaWCBui1", "aNewPasswordOf24Letters0");
    let restarted = evening.ask(patch(&restart).header("if-match", "*")).await.expect("200");
    assert_eq!(restarted.header("content-type"), FRAGMENT);
    assert!(std::str::from_utf8(&restarted.body).unwrap().contains("a=ice-ufrag:"));
    assert_ne!(restarted.header("etag"), etag);
    evening.ask(patch(candidate).header("if-match", &etag)).await.expect("412 bad_request");

    let leave = || ask("DELETE", &location).bearer(&host.stream_key);
    evening.ask(ask("DELETE", &location)).await.expect("401 wrong_credentials");
    evening.ask(leave()).await.expect("200");
    evening.ask(leave()).await.expect("404 not_found");
}

#[tokio::test]
async fn offers_that_cannot_be_taken() {
    let (evening, host) = Evening::hosted().await;
    let key = &host.stream_key;
    evening.ask(publish("").bearer(key)).await.expect("400 bad_sdp");
    evening.ask(publish("<html>").bearer(key)).await.expect("400 bad_sdp");
    evening.ask(publish(&"a=x\r\n".repeat(20_000)).bearer(key)).await.expect("413 too_large");
    let typed =
        ask("POST", "/whip/evening").bearer(key).header("content-type", "application/json").body("{}");
    evening.ask(typed).await.expect("415 bad_request");
    evening
        .ask(publish(&offer("sendonly")).bearer(key).header("accept", "text/html"))
        .await
        .expect("406 bad_request");
    let unknown = offer("sendonly").replace("VP8", "CINEPAK").replace("opus", "gramophone");
    evening.ask(publish(&unknown).bearer(key)).await.expect("406 no_common_codec");
    evening.ask(ask("GET", "/whip/evening").bearer(key)).await.expect("405 bad_request");
}

#[tokio::test]
async fn who_may_publish() {
    let (evening, host) = Evening::hosted().await;
    let offer = offer("sendonly");
    let challenged = evening.ask(publish(&offer)).await.expect("401 wrong_credentials");
    assert!(challenged.header("www-authenticate").starts_with("Bearer"));
    evening.ask(publish(&offer).bearer("lh_guessed")).await.expect("401 wrong_credentials");
    let other = evening.other_host("Other", "elsewhere").await;
    evening.ask(publish(&offer).bearer(&other.stream_key)).await.expect("401 wrong_credentials");
    // The studio: the host's own cookie, from a page of ours.
    evening.ask(publish(&offer).by(&host.cookie).ours()).await.expect("201");
    evening.ask(publish(&offer).by(&host.cookie)).await.expect("403 wrong_origin");
    evening
        .ask(publish(&offer).by(&host.cookie).header("origin", "http://evil.test"))
        .await
        .expect("403 wrong_origin");
    evening.ask(publish(&offer).by(&other.cookie).ours()).await.expect("403 not_allowed");
}

#[tokio::test]
async fn a_new_stream_key_puts_out_who_came_with_the_old_one() {
    let (evening, host) = Evening::hosted().await;
    let new_key = || ask("POST", "/api/v1/rooms/evening/stream-key").ours().by(&host.cookie);
    let created = evening.ask(publish(&offer("sendonly")).bearer(&host.stream_key)).await.expect("201");
    let key = evening.ask(new_key()).await.expect("200").json()["stream_key"].as_str().unwrap().to_owned();
    evening.ask(ask("DELETE", created.header("location")).bearer(&key)).await.expect("404 not_found");
    evening.ask(publish(&offer("sendonly")).bearer(&host.stream_key)).await.expect("401 wrong_credentials");
    // The host's own picture, from the studio, goes on.
    let studio = evening.ask(publish(&offer("sendonly")).by(&host.cookie).ours()).await.expect("201");
    evening.ask(new_key()).await.expect("200");
    evening.ask(ask("DELETE", studio.header("location")).by(&host.cookie).ours()).await.expect("200");
}

/// An offer whose sender has passed the door and keeps the room waiting for the words.
struct Dawdler(TcpStream);

impl Dawdler {
    async fn at(evening: &Evening, path: &str, bearer: &str, offer: &str) -> Dawdler {
        let mut socket = TcpStream::connect(evening.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {bearer}\r\ncontent-type: {SDP}\r\n\
             content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            offer.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        // The server says it when it begins to read the body, which is after it has asked for the key.
        let mut told = [0; 25];
        socket.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        Dawdler(socket)
    }

    async fn speaks(mut self, offer: &str) -> String {
        self.0.write_all(offer.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn an_offer_long_in_coming_finds_its_key_replaced() {
    let (evening, host) = Evening::hosted().await;
    let offer = offer("sendonly");
    let dawdler = Dawdler::at(&evening, "/whip/evening", &host.stream_key, &offer).await;
    evening.ask(ask("POST", "/api/v1/rooms/evening/stream-key").ours().by(&host.cookie)).await.expect("200");
    assert_eq!(dawdler.speaks(&offer).await, "HTTP/1.1 401 Unauthorized");
}

#[tokio::test]
async fn an_offer_long_in_coming_finds_the_door_closed() {
    let (evening, host) = Evening::hosted().await;
    let offer = offer("recvonly");
    let dawdler = Dawdler::at(&evening, "/whep/evening", "no-key-at-all", &offer).await;
    assert_eq!(evening.order(&host.cookie, 1, json!({"do": "configure", "access": "by_key"})).await, "200");
    assert_eq!(dawdler.speaks(&offer).await, "HTTP/1.1 403 Forbidden");
}

#[tokio::test]
async fn players_come_from_anywhere_with_a_token_and_never_with_a_cookie() {
    let (evening, host) = Evening::hosted().await;
    for path in ["/whip/evening", "/whep/evening"] {
        let preflight = ask("OPTIONS", path).header("origin", "http://player.test");
        let answer =
            evening.ask(preflight.header("access-control-request-method", "POST")).await.expect("200");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization, content-type, if-match");
        assert_eq!(answer.header("accept-post"), SDP);
    }
    let foreign = || watch().header("origin", "http://player.test");
    evening.ask(foreign()).await.expect("403 wrong_origin");
    let created = evening.ask(foreign().bearer("any")).await.expect("201");
    assert!(created.header("access-control-expose-headers").contains("location"));
    assert_eq!(created.header("access-control-allow-origin"), "*");
    // A foreign page's token does not lend it the visitor's cookie.
    assert_eq!(evening.order(&host.cookie, 1, json!({"do": "configure", "access": "by_key"})).await, "200");
    evening.ask(foreign().by(&host.cookie).bearer("any")).await.expect("403 wrong_key");
}

#[tokio::test]
async fn a_viewer_watches_a_room_by_key_with_its_key() {
    let (evening, host) = Evening::hosted().await;
    assert_eq!(evening.order(&host.cookie, 1, json!({"do": "configure", "access": "by_key"})).await, "200");
    let door = send("PUT", "/api/v1/rooms/evening/door", &json!({"password": "sesame"})).by(&host.cookie);
    evening.ask(door).await.expect("200");
    evening.ask(watch()).await.expect("403 key_needed");
    evening.ask(watch().bearer("wrong")).await.expect("403 wrong_key");
    let created = evening.ask(watch().bearer("sesame")).await.expect("201");
    let location = created.header("location").to_owned();
    assert!(location.starts_with("/whep/evening/"));
    evening.ask(ask("DELETE", &location)).await.expect("403 key_needed");
    evening.ask(ask("DELETE", &location).bearer("sesame")).await.expect("200");
    let entry = evening
        .ask(post("/api/v1/rooms/evening/entry", &json!({"key": "sesame"})))
        .await
        .expect("204")
        .cookie();
    evening.ask(watch().by(&entry).ours()).await.expect("201");
}

#[tokio::test]
async fn a_viewers_page_says_what_it_can_show() {
    let (evening, _) = Evening::hosted().await;
    let location = evening.ask(watch()).await.expect("201").header("location").to_owned();
    let layer = format!("{location}/layer");
    let wish = |body: serde_json::Value| post(&layer, &body);
    let told = evening.ask(wish(json!({"max_height": 360}))).await.expect("200").json();
    assert_eq!(told, json!({"sent": null, "limit": "none", "layers": []}), "nobody publishes yet");
    evening.ask(wish(json!({"hidden": true}))).await.expect("200");
    assert_eq!(evening.ask(ask("GET", &layer)).await.expect("200").json()["limit"], "wish");
    evening.ask(wish(json!({"max_height": 0}))).await.expect("422 out_of_range");
    evening.ask(wish(json!({"max_height": -1}))).await.expect("400 bad_request");
    let nobody = format!("/whep/evening/{}/layer", "0".repeat(34));
    evening.ask(post(&nobody, &json!({"hidden": true}))).await.expect("404 not_found");
    for _ in 0..6 {
        evening.ask(wish(json!({"hidden": true}))).await.expect("200");
    }
    evening.ask(wish(json!({"hidden": true}))).await.expect("429 too_fast");
    evening.ask(ask("GET", &layer)).await.expect("200");
}

/// What ends somebody's right to watch ends the picture they have, by a session that is looked for afterwards with
/// another's right.
#[tokio::test]
async fn the_picture_ends_with_the_right_to_it() {
    let (evening, host) = Evening::hosted().await;
    let mei = evening.account("Mei").await;
    let _line = crate::events::Stream::open(&evening, &mei, None).await;
    let seen = |location: String| ask("DELETE", &location).by(&host.cookie).ours();

    let banned = evening.ask(watch().by(&mei).ours()).await.expect("201").header("location").to_owned();
    let ban = json!({"do": "ban", "whom": evening.id(&mei).await});
    assert_eq!(evening.order(&host.cookie, 1, ban).await, "200");
    gone(&evening, seen(banned)).await;

    let ada = evening.account("Ada").await;
    let signed_out = evening.ask(watch().by(&ada).ours()).await.expect("201").header("location").to_owned();
    evening.ask(ask("DELETE", "/api/v1/sessions/current").ours().by(&ada)).await.expect("204");
    gone(&evening, seen(signed_out)).await;

    let anybody = evening.ask(watch()).await.expect("201").header("location").to_owned();
    assert_eq!(evening.order(&host.cookie, 2, json!({"do": "configure", "access": "by_key"})).await, "200");
    gone(&evening, seen(anybody)).await;
}

async fn gone(evening: &Evening, ask: Ask) {
    assert_eq!(evening.ask(ask).await.said(), "404 not_found");
}
