//! Rooms by key: what may not be entered may not be watched, listened to or read either.

use serde_json::json;

use crate::client::{ask, get, post, send};
use crate::evening::{Evening, Hosted, settings};
use crate::events::Stream;

async fn closed() -> (Evening, Hosted) {
    let (evening, host) = Evening::hosted().await;
    close(&evening, &host).await;
    (evening, host)
}

async fn close(evening: &Evening, host: &Hosted) {
    let door = send("PUT", "/api/v1/rooms/evening/door", &json!({"password": "sesame"})).by(&host.cookie);
    evening.ask(door).await.expect("200");
    assert_eq!(
        evening
            .order(&host.cookie, 1, json!({"do": "configure", "access": "by_key", "title": "Secret"}))
            .await,
        "200"
    );
}

#[tokio::test]
async fn outside_one_learns_that_the_room_is_there_and_nothing_of_it() {
    let (evening, host) = closed().await;
    let card = evening.ask(get("/api/v1/rooms/evening")).await.expect("200").json();
    assert_eq!(
        card,
        json!({"slug": "evening", "title": "evening", "host": "", "access": "by_key", "live": {"state": "off"},
            "present": 0, "role": "guest", "may_enter": false})
    );
    assert_eq!(evening.ask(get("/api/v1/rooms")).await.json(), json!([]));
    let card = evening.ask(get("/api/v1/rooms/evening").by(&host.cookie)).await.json();
    assert_eq!(
        (&card["title"], &card["may_enter"], &card["role"]),
        (&json!("Secret"), &json!(true), &json!("host"))
    );
}

#[tokio::test]
async fn the_password_opens_and_a_new_one_shuts() {
    let (evening, host) = closed().await;
    let knock = |key: &str| post("/api/v1/rooms/evening/entry", &json!({"key": key}));
    evening.ask(knock("open")).await.expect("403 wrong_key");
    let entry = evening.ask(knock("sesame")).await.expect("204").cookie();
    let mut stream = Stream::open(&evening, &entry, None).await;
    evening.ask(get("/api/v1/rooms/evening/history").by(&entry)).await.expect("200");

    // Who says their name then has passed the door already.
    let named =
        evening.ask(post("/api/v1/guests", &json!({"name": "Mei"})).by(&entry)).await.expect("200").cookie();
    evening.ask(get("/api/v1/rooms/evening/people").by(&named)).await.expect("200");

    let door = send("PUT", "/api/v1/rooms/evening/door", &json!({"password": "changed"})).by(&host.cookie);
    evening.ask(door).await.expect("200");
    assert_eq!(stream.closing().await, "reenter");
    evening.ask(get("/api/v1/rooms/evening/people").by(&named)).await.expect("403 key_needed");
}

#[tokio::test]
async fn the_link_opens_until_there_is_a_new_one() {
    let (evening, host) = closed().await;
    let new_link = || send("PUT", "/api/v1/rooms/evening/door", &json!({"new_link": true})).by(&host.cookie);
    let link = evening.ask(new_link()).await.expect("200").json()["link_key"].as_str().unwrap().to_owned();
    let knock = || post("/api/v1/rooms/evening/entry", &json!({"key": link}));
    let entry = evening.ask(knock()).await.expect("204").cookie();
    evening.ask(new_link()).await.expect("200");
    evening.ask(knock()).await.expect("403 wrong_key");
    evening.ask(get("/api/v1/rooms/evening/history").by(&entry)).await.expect("403 key_needed");
}

#[tokio::test]
async fn attempts_at_a_door_are_counted_also_for_players() {
    let evening = Evening::at_one_moment(settings()).await;
    close(&evening, &evening.set_up().await).await;
    let knock = post("/api/v1/rooms/evening/entry", &json!({"key": "guess"}));
    let play =
        ask("POST", "/whep/evening").bearer("guess").header("content-type", "application/sdp").body("v=0");
    for _ in 0..10 {
        evening.ask(knock.clone()).await.expect("403 wrong_key");
        evening.ask(play.clone()).await.expect("403 wrong_key");
    }
    evening.ask(play).await.expect("429 too_many_attempts");
    evening.ask(knock).await.expect("429 too_many_attempts");
}

#[tokio::test]
async fn a_room_that_is_not_there() {
    let (evening, host) = Evening::hosted().await;
    for slug in ["nowhere", "UPPER", "..%2f", "a%00b", "%F0%9F%8E%AC"] {
        for path in [format!("/api/v1/rooms/{slug}"), format!("/api/v1/rooms/{slug}/history")] {
            let answer = evening.ask(get(&path).by(&host.cookie)).await;
            assert_eq!(answer.said(), "404 no_such_room", "{path}");
        }
    }
}
