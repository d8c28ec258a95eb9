//! Everybody at every door: each kind of visitor asks for each route, and is answered as this table says. It is written
//! out by hand, so that a change of the server's own table must be meant.

use serde_json::json;
use std::collections::BTreeMap;

use crate::client::{Ask, ask};
use crate::evening::Evening;
use crate::events::Stream;

/// Who asks, in the order of the columns: anonymous, guest, viewer, moderator, host, host of another room, banned.
///
/// `.` is let through to the handler; `s` must sign in; `n` is not allowed; `k` needs the room's key; `b` is banned;
/// `w` must show a stream key.
const PUBLIC: &str = "
GET     /api/v1/me                         . . . . . . .
PATCH   /api/v1/me                         s . . . . . .
PUT     /api/v1/me/password                s s . . . . .
POST    /api/v1/guests                     . . . . . . .
POST    /api/v1/accounts                   . . . . . . .
POST    /api/v1/sessions                   . . . . . . .
POST    /api/v1/setup                      . . . . . . .
GET     /api/v1/rooms                      . . . . . . .
POST    /api/v1/rooms                      s s n n . . n
GET     /api/v1/rooms/{room}               . . . . . . b
POST    /api/v1/rooms/{room}/entry         . . . . . . b
PUT     /api/v1/rooms/{room}/door          s n n n . n b
POST    /api/v1/rooms/{room}/stream-key    s n n n . n b
POST    /api/v1/rooms/{room}/orders        s . . . . . b
GET     /api/v1/rooms/{room}/history       . . . . . . b
GET     /api/v1/rooms/{room}/people        . . . . . . b
GET     /api/v1/rooms/{room}/sanctions     s n n . . n b
GET     /api/v1/rooms/{room}/audit         s n n . . n b
GET     /api/v1/rooms/{room}/media         . . . . . . b
POST    /api/v1/rooms/{room}/uplink        s n n n . n b
GET     /api/v1/rooms/{room}/events        . . . . . . b
GET     /api/v1/rooms/{room}/ws            . . . . . . b
POST    /whip/{room}                       w n n n . n n
OPTIONS /whip/{room}                       . . . . . . .
PATCH   /whip/{room}/{session}             w n n n . n n
DELETE  /whip/{room}/{session}             w n n n . n n
OPTIONS /whip/{room}/{session}             . . . . . . .
POST    /whep/{room}                       . . . . . . b
OPTIONS /whep/{room}                       . . . . . . .
PATCH   /whep/{room}/{session}             . . . . . . b
DELETE  /whep/{room}/{session}             . . . . . . b
OPTIONS /whep/{room}/{session}             . . . . . . .
GET     /whep/{room}/{session}/layer       . . . . . . b
POST    /whep/{room}/{session}/layer       . . . . . . b
OPTIONS /whep/{room}/{session}/layer       . . . . . . .
GET     /hls/{room}/{file}                 . . . . . . .
GET     /hls/{room}/{show}/{file}          . . . . . . .
GET     /api/v1/openapi.json               . . . . . . .
GET     /healthz                           . . . . . . .
GET     /readyz                            . . . . . . .
GET     /metrics                           . . . . . . .
GET     /                                  . . . . . . .
GET     /r/{room}                          . . . . . . .
GET     /studio/{room}                     . . . . . . .
GET     /desk/{room}                       . . . . . . .
GET     /setup                             . . . . . . .
GET     /sign-in                           . . . . . . .
GET     /assets/{*file}                    . . . . . . .
GET     /{file}                            . . . . . . .
DELETE  /api/v1/sessions/current           . . . . . . .
";

/// What is different once the room asks for a key that none of them has shown. Staff need none.
const BY_KEY: &str = "
PUT     /api/v1/rooms/{room}/door          k k k n . k b
POST    /api/v1/rooms/{room}/stream-key    k k k n . k b
POST    /api/v1/rooms/{room}/orders        k k k . . k b
GET     /api/v1/rooms/{room}/history       k k k . . k b
GET     /api/v1/rooms/{room}/people        k k k . . k b
GET     /api/v1/rooms/{room}/sanctions     k k k . . k b
GET     /api/v1/rooms/{room}/audit         k k k . . k b
GET     /api/v1/rooms/{room}/media         k k k . . k b
POST    /api/v1/rooms/{room}/uplink        k k k n . k b
GET     /api/v1/rooms/{room}/events        k k k . . k b
GET     /api/v1/rooms/{room}/ws            k k k . . k b
POST    /whep/{room}                       k k k . . k b
PATCH   /whep/{room}/{session}             k k k . . k b
DELETE  /whep/{room}/{session}             k k k . . k b
GET     /whep/{room}/{session}/layer       k k k . . k b
POST    /whep/{room}/{session}/layer       k k k . . k b
GET     /hls/{room}/{file}                 k k k . . k b
GET     /hls/{room}/{show}/{file}          k k k . . k b
";

fn table(text: &str) -> BTreeMap<String, Vec<String>> {
    let rows = text.lines().filter(|line| !line.is_empty()).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (format!("{} {}", words[0], words[1]), words[2..].iter().map(|word| (*word).to_owned()).collect())
    });
    rows.collect()
}

/// The seven cookies, in the order of the columns. The first asks without one.
async fn everybody(evening: &Evening, host: &str) -> Vec<String> {
    let guest = evening.guest("Guest").await;
    let viewer = evening.account("Viewer").await;
    let moderator = evening.account("Moderator").await;
    let other = evening.other_host("Other", "elsewhere").await.cookie;
    let banned = evening.account("Banned").await;
    for (key, cookie) in [(1, &moderator), (2, &banned)] {
        // The room knows a person once they have been there.
        let _line = Stream::open(evening, cookie, None).await;
        let whom = evening.id(cookie).await;
        let order = match key {
            1 => json!({"do": "appoint", "whom": whom, "moderator": true}),
            _ => json!({"do": "ban", "whom": whom}),
        };
        assert_eq!(evening.order(host, key, order).await, "200");
    }
    vec![String::new(), guest, viewer, moderator, host.to_owned(), other, banned]
}

/// Asks without a body, so that a handler that is reached refuses, or does nothing that matters.
fn asked(method: &str, path: &str, cookie: &str) -> Ask {
    let path = path
        .replace("{room}", "evening")
        .replace("{session}", &"0".repeat(34))
        .replace("{*file}", "none.js")
        .replace("{show}", "none")
        .replace("{file}", "none.svg");
    ask(method, &path).ours().by(cookie)
}

async fn answered(evening: &Evening, ask: Ask) -> String {
    let response = ask.open(evening.address).await;
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    // An event stream has no end to wait for.
    if kind.as_deref() == Some("text/event-stream") {
        return ".".to_owned();
    }
    let (head, body) = response.into_parts();
    let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    let answer = crate::client::Answer { status: head.status, headers: head.headers, body };
    match answer.said().as_str() {
        "401 sign_in_needed" => "s",
        "401 wrong_credentials" => "w",
        "403 not_allowed" => "n",
        "403 key_needed" => "k",
        "403 banned" => "b",
        said if said.starts_with('5') => panic!("{said}"),
        _ => ".",
    }
    .to_owned()
}

async fn walk(evening: &Evening, cookies: &[String], expected: &BTreeMap<String, Vec<String>>) {
    let mut wrong = Vec::new();
    // Signing out ends the walk, so it comes last.
    let (last, first): (Vec<_>, Vec<_>) =
        expected.iter().partition(|(route, _)| route.contains("sessions/current"));
    for (route, expected) in first.into_iter().chain(last) {
        let (method, path) = route.split_once(' ').unwrap();
        let mut found = Vec::new();
        for cookie in cookies {
            found.push(answered(evening, asked(method, path, cookie)).await);
        }
        if found != *expected {
            wrong.push(format!("{route}: {} and not {}", found.join(" "), expected.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_route_is_in_the_table() {
    let written: Vec<String> = table(PUBLIC).into_keys().collect();
    let mut routes: Vec<String> = web::routes().map(|(method, path, _)| format!("{method} {path}")).collect();
    routes.sort();
    assert_eq!(routes, written);
}

#[tokio::test]
async fn everybody_at_every_door_of_a_public_room() {
    let (evening, host) = Evening::hosted().await;
    let cookies = everybody(&evening, &host.cookie).await;
    walk(&evening, &cookies, &table(PUBLIC)).await;
}

#[tokio::test]
async fn everybody_at_every_door_of_a_room_by_key() {
    let (evening, host) = Evening::hosted().await;
    let cookies = everybody(&evening, &host.cookie).await;
    let by_key = json!({"do": "configure", "access": "by_key"});
    assert_eq!(evening.order(&host.cookie, 9, by_key).await, "200");
    let mut expected = table(PUBLIC);
    expected.extend(table(BY_KEY));
    walk(&evening, &cookies, &expected).await;
}
