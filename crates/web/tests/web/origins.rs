//! Which page a request comes from: nobody's page acts for our visitors.

use serde_json::json;

use crate::client::{Ask, ask, get};
use crate::evening::{Evening, settings};

fn naming(cookie: &str) -> Ask {
    ask("PATCH", "/api/v1/me")
        .by(cookie)
        .header("content-type", "application/json")
        .body(json!({"name": "Changed"}).to_string())
}

#[tokio::test]
async fn what_changes_something_comes_from_a_page_of_ours() {
    let (evening, _) = Evening::hosted().await;
    let mei = evening.guest("Mei").await;
    evening.ask(naming(&mei).ours()).await.expect("200");
    // A browser that brings a cookie says from which page; silence is not ours.
    evening.ask(naming(&mei)).await.expect("403 wrong_origin");
    for foreign in [
        "http://evil.test",
        "null",
        "https://live.test.evil.test",
        "http://live.test:81",
        "http://live.test@evil.test",
    ] {
        evening.ask(naming(&mei).header("origin", foreign)).await.expect("403 wrong_origin");
        let guests = ask("POST", "/api/v1/guests").header("origin", foreign);
        evening.ask(guests).await.expect("403 wrong_origin");
    }
    // Twice is not ours either, whichever comes first.
    evening.ask(naming(&mei).ours().header("origin", "http://evil.test")).await.expect("403 wrong_origin");
    // A bearer token does not make a foreign page ours.
    evening
        .ask(naming(&mei).header("origin", "http://evil.test").bearer("x"))
        .await
        .expect("403 wrong_origin");
    // A script has neither page nor cookie, and comes in as itself.
    let script =
        ask("POST", "/api/v1/guests").header("content-type", "application/json").body("{\"name\":\"Bot\"}");
    evening.ask(script).await.expect("200");
    assert_eq!(evening.ask(get("/api/v1/me").by(&mei)).await.json()["person"]["name"], "Changed");
}

#[tokio::test]
async fn a_socket_opens_from_a_page_of_ours_only() {
    let (evening, _) = Evening::hosted().await;
    let mei = evening.guest("Mei").await;
    let socket = || {
        get("/api/v1/rooms/evening/ws")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-protocol", "livehouse.v1")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    evening.ask(socket().by(&mei).header("origin", "http://evil.test")).await.expect("403 wrong_origin");
    evening.ask(socket().by(&mei)).await.expect("403 wrong_origin");
    evening.ask(socket().header("origin", "http://evil.test")).await.expect("403 wrong_origin");
    for good in [socket().by(&mei).ours(), socket()] {
        let answer = good.open(evening.address).await;
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(answer.headers()["sec-websocket-protocol"], "livehouse.v1");
    }
}

#[tokio::test]
async fn no_page_of_another_site_reads_an_answer() {
    let (evening, host) = Evening::hosted().await;
    for path in
        ["/api/v1/me", "/api/v1/rooms", "/api/v1/rooms/evening", "/api/v1/rooms/evening/history", "/metrics"]
    {
        let answer = evening.ask(get(path).by(&host.cookie).header("origin", "http://evil.test")).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let preflight = ask("OPTIONS", "/api/v1/me").header("origin", "http://evil.test");
    let answer = evening.ask(preflight.header("access-control-request-method", "PATCH")).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (405, ""));
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_counts() {
    let mut config = settings();
    config.server.public_url = Some("https://live.example".to_owned());
    config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let evening = Evening::bare(config).await;
    let come_in = |origin: &str| {
        let ask =
            ask("POST", "/api/v1/guests").header("origin", origin).header("content-type", "application/json");
        ask.header("x-forwarded-proto", "https").body("{\"name\":\"Mei\"}")
    };
    let answer = evening.ask(come_in("https://live.example")).await.expect("200");
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.header("set-cookie"));
    evening.ask(come_in("http://live.test")).await.expect("403 wrong_origin");
    evening.ask(come_in("http://live.example")).await.expect("403 wrong_origin");
}
