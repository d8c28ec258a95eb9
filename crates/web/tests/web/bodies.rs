//! Bodies that are not what they should be: each gets a clear refusal, and the server goes on.

use serde_json::json;

use crate::client::{Ask, ask, post};
use crate::evening::Evening;

/// A request for a name, with this body.
fn naming(kind: &str, body: impl Into<bytes::Bytes>) -> Ask {
    ask("POST", "/api/v1/guests").ours().header("content-type", kind).body(body)
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_says_why() {
    let (evening, _) = Evening::hosted().await;
    let json = "application/json";
    let cases: [(Ask, &str, &str); 12] = [
        (naming("text/plain", "{\"name\":\"Mei\"}"), "415 bad_request", "application/json"),
        (ask("POST", "/api/v1/guests").ours().body("{}"), "415 bad_request", "application/json"),
        (naming(json, ""), "400 bad_request", "EOF"),
        (naming(json, "{\"name\":"), "400 bad_request", "EOF"),
        (naming(json, "{\"name\":5}"), "400 bad_request", "expected a string"),
        (naming(json, "{\"name\":\"Mei\",\"admin\":true}"), "400 bad_request", "unknown field"),
        (naming(json, "{\"name\":\"Mei\"} {}"), "400 bad_request", "trailing"),
        (naming(json, &b"{\"name\":\"\xff\xfe\"}"[..]), "400 bad_request", "unicode"),
        (naming(json, "[".repeat(10_000)), "400 bad_request", "invalid type"),
        (naming(json, format!("{{\"name\":\"{}\"}}", "x".repeat(20_000))), "413 too_large", "16384"),
        (naming(json, "{\"name\":\"ho\\u200bst\"}"), "422 bad_name", "invisible"),
        (naming("Application/JSON; charset=utf-8", "{\"name\":\"  \"}"), "422 bad_name", "at least one"),
    ];
    for (ask, said, why) in cases {
        let answer = evening.ask(ask.clone()).await;
        assert_eq!(answer.said(), said, "{ask:?}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(why), "{message:?} does not say {why:?}");
    }
    evening.ask(post("/api/v1/guests", &json!({"name": "Mei"}))).await.expect("200");
}

#[tokio::test]
async fn orders_that_are_none() {
    let (evening, host) = Evening::hosted().await;
    let order = |body: String| {
        let ask = ask("POST", "/api/v1/rooms/evening/orders").ours().by(&host.cookie);
        ask.header("content-type", "application/json").body(body)
    };
    let deep = format!("{{\"key\":1,\"do\":\"chat\",\"text\":{}1{}}}", "[".repeat(3_000), "]".repeat(3_000));
    for body in
        ["{\"join\":true}", "{\"key\":1,\"do\":\"fly\"}", "{\"key\":0,\"do\":\"ping\"}", "null", &deep]
    {
        evening.ask(order(body.to_owned())).await.expect("400 bad_request");
    }
    evening
        .ask(order(format!("{{\"key\":1,\"do\":\"chat\",\"text\":\"{}\"}}", "x".repeat(9_000))))
        .await
        .expect("413 too_large");
    let pong = evening.ask(order("{\"key\":7,\"do\":\"ping\"}".to_owned())).await.expect("200").json();
    assert_eq!((pong["type"].as_str(), pong["key"].as_u64()), (Some("pong"), Some(7)));
}

#[tokio::test]
async fn an_order_twice_counts_once() {
    let (evening, host) = Evening::hosted().await;
    let _line = crate::events::Stream::open(&evening, &host.cookie, None).await;
    let chat = json!({"key": 5, "do": "chat", "text": "once"});
    let order = || post("/api/v1/rooms/evening/orders", &chat).by(&host.cookie);
    let first = evening.ask(order()).await.expect("200").json();
    let second = evening.ask(order()).await.expect("200").json();
    assert_eq!(first["event"]["seq"], second["event"]["seq"]);
    let history = evening.ask(crate::client::get("/api/v1/rooms/evening/history")).await.json();
    assert_eq!(history["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_are_asked_for_in_pieces() {
    let (evening, host) = Evening::hosted().await;
    let _line = crate::events::Stream::open(&evening, &host.cookie, None).await;
    for (key, text) in [(1, "a"), (2, "b"), (3, "c")] {
        assert_eq!(evening.order(&host.cookie, key, json!({"do": "chat", "text": text})).await, "200");
    }
    let ask = |query: &str| crate::client::get(&format!("/api/v1/rooms/evening/history{query}"));
    let last = evening.ask(ask("?limit=2")).await.expect("200").json();
    let texts = |page: &serde_json::Value| -> Vec<String> {
        page["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!((texts(&last), last["more"].as_bool()), (vec!["b".to_owned(), "c".to_owned()], Some(true)));
    let before = last["events"][0]["seq"].as_u64().unwrap();
    let first = evening.ask(ask(&format!("?before={before}"))).await.expect("200").json();
    assert_eq!((texts(&first), first["more"].as_bool()), (vec!["a".to_owned()], Some(false)));
    for bad in ["?before=-1", "?limit=many", "?page=2"] {
        evening.ask(ask(bad)).await.expect("400 bad_request");
    }
}

#[tokio::test]
async fn a_line_is_measured_with_bytes_that_are_forgotten() {
    let (evening, host) = Evening::hosted().await;
    let bytes = |count: usize| {
        let ask = ask("POST", "/api/v1/rooms/evening/uplink").ours().by(&host.cookie);
        ask.header("content-type", "application/octet-stream").body(vec![7; count])
    };
    evening.ask(bytes(2 * 1024 * 1024)).await.expect("204");
    evening.ask(bytes(2 * 1024 * 1024 + 1)).await.expect("413 too_large");
}
