//! Coming in, signing in, changing one's name and password, and the first run.

use serde_json::json;

use crate::client::{ask, get, post, send};
use crate::evening::{Evening, settings};
use crate::events::Stream;

#[tokio::test]
async fn a_guest_who_registers_stays_the_same_person() {
    let (evening, _) = Evening::hosted().await;
    let nobody = evening.ask(get("/api/v1/me")).await.expect("200").json();
    assert_eq!((&nobody["person"], &nobody["setup_needed"]), (&json!(null), &json!(false)));

    let guest = evening.guest("Mei").await;
    let id = evening.id(&guest).await;
    let form = json!({"name": "Mei", "password": "a long password"});
    let answer = evening.ask(post("/api/v1/accounts", &form).by(&guest)).await.expect("200");
    assert_eq!(answer.json()["person"], json!({"id": id, "name": "Mei", "registered": true}));
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"),
        "{cookie}"
    );
    // The guest's cookie is worth nothing any more, and is not given anew; one that is used lives on.
    let nobody = evening.ask(get("/api/v1/me").by(&guest)).await;
    assert_eq!((&nobody.json()["person"], nobody.header("set-cookie")), (&json!(null), ""));
    assert_eq!(evening.ask(get("/api/v1/me").by(&answer.cookie())).await.header("set-cookie"), cookie);

    evening.ask(post("/api/v1/accounts", &form)).await.expect("409 name_taken");
    let wrong = json!({"name": "Mei", "password": "another password"});
    evening.ask(post("/api/v1/sessions", &wrong)).await.expect("401 wrong_credentials");
    let unknown = json!({"name": "Nobody", "password": "another password"});
    evening.ask(post("/api/v1/sessions", &unknown)).await.expect("401 wrong_credentials");
    let short = json!({"name": "Bo", "password": "short"});
    evening.ask(post("/api/v1/accounts", &short)).await.expect("422 bad_password");
}

#[tokio::test]
async fn attempts_on_an_account_are_counted() {
    let evening = Evening::at_one_moment(settings()).await;
    evening.set_up().await;
    let attempt = |password: &str| post("/api/v1/sessions", &json!({"name": "Host", "password": password}));
    let mut said = Vec::new();
    for _ in 0..7 {
        said.push(evening.ask(attempt("a wrong password")).await);
    }
    let last = said.pop().unwrap();
    assert!(said.iter().all(|answer| answer.said() == "401 wrong_credentials"));
    assert_eq!(last.said(), "429 too_many_attempts");
    assert!(last.json()["retry_at"].as_u64().unwrap() > evening.clock.now().0);
    // The right password has to wait as well, or waiting would tell that the others were wrong.
    evening.ask(attempt("correct horse")).await.expect("429 too_many_attempts");
}

#[tokio::test]
async fn names_are_not_taken_without_end() {
    let evening = Evening::at_one_moment(settings()).await;
    for number in 0..60 {
        evening.guest(&format!("Guest {number}")).await;
    }
    evening.ask(post("/api/v1/guests", &json!({"name": "One more"}))).await.expect("429 too_many_attempts");
    // What a client says of its own address counts for nothing.
    let forged = post("/api/v1/guests", &json!({"name": "One more"})).header("x-forwarded-for", "192.0.2.9");
    evening.ask(forged).await.expect("429 too_many_attempts");
    // From another address they still come in: the proxy that says so is trusted.
    let mut config = settings();
    config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let evening = Evening::at_one_moment(config).await;
    for number in 0..60 {
        let ask = post("/api/v1/guests", &json!({"name": "Guest"}))
            .header("x-forwarded-for", &format!("192.0.2.{number}"));
        evening.ask(ask).await.expect("200");
    }
    evening.ask(post("/api/v1/guests", &json!({"name": "One more"}))).await.expect("200");
}

#[tokio::test]
async fn a_new_password_ends_the_other_sign_ins() {
    let (evening, host) = Evening::hosted().await;
    let form = json!({"name": "host", "password": "correct horse"});
    let laptop = evening.ask(post("/api/v1/sessions", &form)).await.expect("200").cookie();
    let mut stream = Stream::open(&evening, &laptop, None).await;
    let change = |current: &str| {
        let body = json!({"current": current, "new": "battery staple"});
        send("PUT", "/api/v1/me/password", &body).by(&host.cookie)
    };
    evening.ask(change("not this one")).await.expect("401 wrong_credentials");
    evening.ask(change("correct horse")).await.expect("204");
    assert_eq!(stream.closing().await, "reenter");
    assert_eq!(evening.ask(get("/api/v1/me").by(&laptop)).await.json()["person"], json!(null));
    assert_eq!(evening.ask(get("/api/v1/me").by(&host.cookie)).await.json()["person"]["name"], "Host");
    evening.ask(post("/api/v1/sessions", &form)).await.expect("401 wrong_credentials");
}

#[tokio::test]
async fn signing_out_makes_the_cookie_worthless() {
    let (evening, host) = Evening::hosted().await;
    let out = || ask("DELETE", "/api/v1/sessions/current").ours().by(&host.cookie);
    let answer = evening.ask(out()).await.expect("204");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(evening.ask(get("/api/v1/me").by(&host.cookie)).await.json()["person"], json!(null));
    evening.ask(out()).await.expect("204");
}

#[tokio::test]
async fn another_name_is_seen_in_the_room() {
    let (evening, host) = Evening::hosted().await;
    let mei = evening.guest("Mei").await;
    let mut stream = Stream::open(&evening, &mei, None).await;
    evening.ask(send("PATCH", "/api/v1/me", &json!({"name": "Mei Lin"})).by(&mei)).await.expect("200");
    assert_eq!(stream.closing().await, "reenter");
    let _again = Stream::open(&evening, &mei, None).await;
    let people = evening.ask(get("/api/v1/rooms/evening/people").by(&host.cookie)).await.json();
    assert_eq!(people["people"][0]["name"], "Mei Lin");
}

#[tokio::test]
async fn the_setup_link_works_once() {
    let evening = Evening::bare(settings()).await;
    assert_eq!(evening.ask(get("/api/v1/me")).await.json()["setup_needed"], true);
    let token = evening.accounts.offer_setup(evening.clock.now()).await.unwrap().unwrap();
    let form = |token: &str, slug: &str| {
        let body = json!({"token": token, "name": "Host", "password": "correct horse", "room_title": "An evening",
            "room_slug": slug});
        post("/api/v1/setup", &body)
    };
    evening.ask(form("guessed", "evening")).await.expect("403 setup_over");
    // A mistake in the form does not use it up.
    evening.ask(form(token.expose(), "An Evening")).await.expect("422 bad_slug");
    let done = evening.ask(form(token.expose(), "evening")).await.expect("200");
    assert_eq!(done.json()["room"], "evening");
    let me = evening.ask(get("/api/v1/me").by(&done.cookie())).await.json();
    assert_eq!(me["rooms"], json!([{"slug": "evening", "title": "An evening", "role": "host"}]));
    evening.ask(form(token.expose(), "again")).await.expect("403 setup_over");
}

#[tokio::test]
async fn a_server_that_takes_no_accounts_says_so() {
    let mut config = settings();
    config.accounts.registration_open = false;
    let evening = Evening::bare(config).await;
    let form = json!({"name": "Mei", "password": "a long password"});
    evening.ask(post("/api/v1/accounts", &form)).await.expect("403 registration_closed");
    evening.guest("Mei").await;
}

#[tokio::test]
async fn a_host_founds_another_room() {
    let (evening, host) = Evening::hosted().await;
    let found = |slug: &str| post("/api/v1/rooms", &json!({"slug": slug, "title": "More"})).by(&host.cookie);
    let answer = evening.ask(found("more")).await.expect("201");
    assert!(answer.json()["stream_key"].as_str().unwrap().starts_with("lh_"));
    evening.ask(found("more")).await.expect("409 bad_slug");
    let rooms = evening.ask(get("/api/v1/rooms")).await.json();
    let slugs: Vec<&str> =
        rooms.as_array().unwrap().iter().map(|room| room["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["more", "evening"]);
    assert_eq!(rooms[0]["role"], "guest");
    assert_eq!(evening.ask(get("/api/v1/rooms").by(&host.cookie)).await.json()[0]["role"], "host");
}

/// Names that are code somewhere else are names here.
#[tokio::test]
async fn a_name_is_a_name() {
    let (evening, host) = Evening::hosted().await;
    for name in ["'; DROP TABLE x;--", "<script>alert(1)", "\" OR \"\"=\"", "${7*7}{{7*7}}", "%00%0d%0a"] {
        let mei = evening.guest(name).await;
        let _line = Stream::open(&evening, &mei, None).await;
        assert_eq!(evening.ask(get("/api/v1/me").by(&mei)).await.json()["person"]["name"], name);
        let people = evening.ask(get("/api/v1/rooms/evening/people").by(&host.cookie)).await;
        assert_eq!(people.header("content-type"), "application/json");
        let people = people.json();
        assert!(people["people"].as_array().unwrap().iter().any(|person| person["name"] == name), "{people}");
    }
    let tries = json!({"name": "' OR '1'='1", "password": "' OR '1'='1"});
    evening.ask(post("/api/v1/sessions", &tries)).await.expect("401 wrong_credentials");
}
