//! A client that says exactly what it is told to, and no more.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;

/// A request to be made.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub fn ask(method: &str, path: &str) -> Ask {
    Ask { method: method.to_owned(), path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
}

pub fn get(path: &str) -> Ask {
    ask("GET", path)
}

/// A request of a page of ours that sends JSON.
pub fn send(method: &str, path: &str, body: &Value) -> Ask {
    ask(method, path).ours().header("content-type", "application/json").body(body.to_string())
}

pub fn post(path: &str, body: &Value) -> Ask {
    send("POST", path, body)
}

impl Ask {
    pub fn header(mut self, name: &'static str, value: &str) -> Ask {
        self.headers.append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Ask {
        self.body = body.into();
        self
    }

    /// From a page of ours.
    pub fn ours(self) -> Ask {
        self.header("origin", "http://live.test")
    }

    /// With a browser's cookie.
    pub fn by(self, cookie: &str) -> Ask {
        if cookie.is_empty() { self } else { self.header("cookie", cookie) }
    }

    pub fn bearer(self, token: &str) -> Ask {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends it over a connection of its own and reads the head of the answer.
    pub async fn open(self, to: SocketAddr) -> Response<Incoming> {
        let socket = tokio::net::TcpStream::connect(to).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(socket)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        let mut request = Request::builder().method(self.method.as_str()).uri(self.path.as_str());
        let headers = request.headers_mut().unwrap();
        headers.insert("host", HeaderValue::from_static("live.test"));
        headers.extend(self.headers);
        sender.send_request(request.body(Full::new(self.body)).unwrap()).await.unwrap()
    }

    /// Sends it and reads the whole answer.
    pub async fn of(self, to: SocketAddr) -> Answer {
        let (head, body) = self.open(to).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// `200`, or `403 key_needed`.
    pub fn said(&self) -> String {
        match serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|body| body["code"].as_str().map(str::to_owned))
        {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {:?}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie it gives, as a browser sends it back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn expect(self, said: &str) -> Answer {
        assert_eq!(self.said(), said, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}
