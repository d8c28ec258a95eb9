//! Event streams: who listens, and going on where one broke off.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::client::get;
use crate::evening::Evening;

/// An open event stream.
pub struct Stream {
    body: Incoming,
    read: String,
}

/// One event: its id, where it has one, and its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub data: Value,
}

impl Stream {
    /// Listens to the room `evening`, from where `last` says.
    pub async fn open(evening: &Evening, cookie: &str, last: Option<&str>) -> Stream {
        let mut ask = get("/api/v1/rooms/evening/events").by(cookie);
        if let Some(last) = last {
            ask = ask.header("last-event-id", last);
        }
        let response = ask.open(evening.address).await;
        assert_eq!(response.status(), 200);
        let mut stream = Stream { body: response.into_body(), read: String::new() };
        let welcome = stream.next().await.unwrap();
        assert_eq!(welcome.data["type"], "welcome");
        stream.read.insert_str(0, &format!("id: {}\ndata: {}\n\n", welcome.id.unwrap(), welcome.data));
        stream
    }

    /// The next event; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let event = parse(event);
                self.read = rest.to_owned();
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let frame: Bytes = self.body.frame().await?.ok()?.into_data().ok()?;
            self.read.push_str(std::str::from_utf8(&frame).unwrap());
        }
    }

    /// The next event in which somebody says something.
    pub async fn next_said(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.data["events"]
                .as_array()
                .is_some_and(|events| events.iter().any(|event| event["event"] == "said"))
            {
                return event;
            }
        }
    }

    /// The first `count` texts, in the welcome and after it; and whether nothing was missed.
    async fn hear(&mut self, count: usize) -> (bool, Vec<String>) {
        let welcome = self.next().await.unwrap();
        let mut heard = texts(&welcome);
        while heard.len() < count {
            heard.extend(texts(&self.next_said().await));
        }
        (welcome.data["recovered"].as_bool().unwrap(), heard)
    }

    /// The words with which the stream closes.
    pub async fn closing(&mut self) -> String {
        while let Some(event) = self.next().await {
            if event.data["type"] == "closing" {
                assert_eq!(self.next().await, None, "nothing follows the last words");
                return event.data["disconnect"].as_str().unwrap().to_owned();
            }
        }
        panic!("the stream ended without a word");
    }
}

fn parse(text: &str) -> Option<Event> {
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).map(str::to_owned);
    let data = text.lines().find_map(|line| line.strip_prefix("data: "))?;
    Some(Event { id, data: serde_json::from_str(data).unwrap() })
}

fn texts(event: &Event) -> Vec<String> {
    let events = event.data["events"].as_array().unwrap();
    events.iter().filter_map(|event| event["text"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn who_breaks_off_goes_on_where_they_were() {
    let (evening, host) = Evening::hosted().await;
    let mut stream = Stream::open(&evening, &host.cookie, None).await;
    assert_eq!(evening.order(&host.cookie, 1, json!({"do": "chat", "text": "one"})).await, "200");
    let one = stream.next_said().await;
    assert_eq!(texts(&one), ["one"]);
    assert_eq!(evening.order(&host.cookie, 2, json!({"do": "chat", "text": "two"})).await, "200");
    assert_eq!(evening.order(&host.cookie, 3, json!({"do": "chat", "text": "three"})).await, "200");

    let mut again = Stream::open(&evening, &host.cookie, one.id.as_deref()).await;
    assert_eq!(again.hear(2).await, (true, vec!["two".to_owned(), "three".to_owned()]));

    // Another log's number, and what is no number at all: everything from the start, and it says so.
    for last in ["1-1", "nonsense"] {
        let mut anew = Stream::open(&evening, &host.cookie, Some(last)).await;
        assert_eq!(anew.hear(3).await, (false, vec!["one".to_owned(), "two".to_owned(), "three".to_owned()]));
    }
}

#[tokio::test]
async fn a_ban_closes_the_stream_and_the_door() {
    let (evening, host) = Evening::hosted().await;
    let mei = evening.guest("Mei").await;
    let mut stream = Stream::open(&evening, &mei, None).await;
    let ban = json!({"do": "ban", "whom": evening.id(&mei).await});
    assert_eq!(evening.order(&host.cookie, 1, ban).await, "200");
    assert_eq!(stream.closing().await, "banned");
    evening.ask(get("/api/v1/rooms/evening/events").by(&mei)).await.expect("403 banned");
    evening.ask(get("/api/v1/rooms/evening").by(&mei)).await.expect("403 banned");
}

#[tokio::test]
async fn signing_out_closes_what_that_sign_in_opened() {
    let (evening, _) = Evening::hosted().await;
    let phone = evening.account("Mei").await;
    let form = json!({"name": "mei", "password": "a long password"});
    let laptop = evening.ask(crate::client::post("/api/v1/sessions", &form)).await.expect("200").cookie();
    let mut on_phone = Stream::open(&evening, &phone, None).await;
    let mut on_laptop = Stream::open(&evening, &laptop, None).await;
    evening
        .ask(crate::client::ask("DELETE", "/api/v1/sessions/current").ours().by(&phone))
        .await
        .expect("204");
    assert_eq!(on_phone.closing().await, "signed_out");
    assert_eq!(evening.order(&laptop, 1, json!({"do": "chat", "text": "still here"})).await, "200");
    on_laptop.next_said().await;
}

#[tokio::test]
async fn a_door_that_closes_puts_everybody_out_who_has_no_key() {
    let (evening, host) = Evening::hosted().await;
    let mut stream = Stream::open(&evening, "", None).await;
    let by_key = json!({"do": "configure", "access": "by_key"});
    assert_eq!(evening.order(&host.cookie, 1, by_key).await, "200");
    assert_eq!(stream.closing().await, "reenter");
    evening.ask(get("/api/v1/rooms/evening/events")).await.expect("403 key_needed");
}

#[tokio::test]
async fn streams_are_refused_past_their_number_and_all_else_goes_on() {
    let (evening, host) = Evening::hosted_for_streams(2).await;
    let mei = evening.guest("Mei").await;
    let mut of_mei = Stream::open(&evening, &mei, None).await;
    let _of_host = Stream::open(&evening, &host.cookie, None).await;
    let one_more = get("/api/v1/rooms/evening/events").by(&host.cookie);
    let refused = evening.ask(one_more).await.expect("503 busy");
    assert_eq!(refused.header("retry-after"), "10");
    evening.ask(get("/api/v1/rooms/evening").by(&host.cookie)).await.expect("200");

    let ban = json!({"do": "ban", "whom": evening.id(&mei).await});
    assert_eq!(evening.order(&host.cookie, 1, ban).await, "200");
    assert_eq!(of_mei.closing().await, "banned");
    Stream::open(&evening, &host.cookie, None).await;
}

#[tokio::test]
async fn one_address_has_its_share_of_the_streams() {
    let (evening, _) = Evening::hosted_for_streams_of_one(2).await;
    let listen = |from: &str| get("/api/v1/rooms/evening/events").header("x-forwarded-for", from);
    let opened = async |from: &str| listen(from).open(evening.address).await;
    let (first, second) = (opened("192.0.2.1").await, opened("192.0.2.1").await);
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    let refused = opened("192.0.2.1").await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(opened("192.0.2.2").await.status(), 200, "others are not held back for it");
}
