//! What the server counts, for Prometheus. No label says anything of a person or a room.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use edge::MediaHandle;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Metric, Registry};
use protocol::ErrorCode;
use std::fmt;
use std::sync::atomic::AtomicI64;

use crate::error::ApiError;
use crate::orders::Orders;

/// The counters of a server.
pub struct Metrics {
    registry: Registry,
    connections: Gauge<i64, AtomicI64>,
    rooms: Gauge<i64, AtomicI64>,
    lines: Gauge<i64, AtomicI64>,
    requests: Family<Status, Counter>,
    /// Orders over HTTP; the lines count their own.
    orders: Orders,
    refusals: Family<Reason, Counter>,
    panics: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    code: String,
}

impl Metrics {
    /// Counters at zero; those of the media plane and of the lines are read from them when asked for.
    pub fn new(media: MediaHandle, by_line: Orders) -> Metrics {
        let mut registry = Registry::with_prefix("livehouse");
        let orders = Orders::default();
        registry.register_collector(Box::new(OrderFigures { by_line, by_http: orders.clone() }));
        registry.register_collector(Box::new(MediaFigures(media)));
        Metrics {
            connections: register(&mut registry, "connections", "HTTP connections open now"),
            rooms: register(&mut registry, "rooms", "Rooms in memory"),
            lines: register(&mut registry, "lines", "WebSockets and event streams open now"),
            requests: register(&mut registry, "http_requests", "HTTP requests answered"),
            orders,
            refusals: register(&mut registry, "refusals", "HTTP requests refused, by reason"),
            panics: register(&mut registry, "panics", "Requests that ended in a fault of the program"),
            registry,
        }
    }

    /// One more connection, until the guard is dropped.
    pub fn connection(&self) -> Counted {
        Counted::new(self.connections.clone())
    }

    /// A request was answered.
    pub fn answered(&self, status: u16, refused: Option<ErrorCode>) {
        self.requests.get_or_create(&Status { status }).inc();
        if let Some(code) = refused {
            self.refusals.get_or_create(&Reason { code: name(code) }).inc();
        }
    }

    /// The orders that come over HTTP.
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    /// A request ended in a panic.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Everything, in Prometheus' text form.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// The answer to `GET /metrics`, with what only others can count.
    pub fn page(&self, rooms: usize, lines: usize) -> Result<Response, ApiError> {
        self.rooms.set(i64::try_from(rooms).unwrap_or(i64::MAX));
        self.lines.set(i64::try_from(lines).unwrap_or(i64::MAX));
        let text = self.text().map_err(|_| ApiError::fault())?;
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response())
    }
}

/// A metric at zero, under its name.
fn register<M: Metric + Default + Clone>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// The code as programs read it everywhere else.
fn name(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => "unnamed".to_owned(),
    }
}

/// Something that is counted for as long as it lives.
pub struct Counted(Gauge<i64, AtomicI64>);

impl Counted {
    fn new(gauge: Gauge<i64, AtomicI64>) -> Counted {
        gauge.inc();
        Counted(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The orders by both ways, as one metric.
#[derive(Debug)]
struct OrderFigures {
    by_line: Orders,
    by_http: Orders,
}

impl Collector for OrderFigures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let help = "Orders put to rooms, by the way they came and what became of them";
        let mut family = encoder.encode_descriptor("orders", help, None, MetricType::Counter)?;
        for (by, orders) in [("line", &self.by_line), ("http", &self.by_http)] {
            for (outcome, sum) in orders.outcomes() {
                let labels = [("by", by), ("outcome", outcome)];
                ConstCounter::new(sum).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

/// Reads the media plane's own counters.
struct MediaFigures(MediaHandle);

impl fmt::Debug for MediaFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MediaFigures")
    }
}

impl Collector for MediaFigures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let totals = self.0.totals();
        for (name, help, now) in [
            ("media_publishers", "Publishers connected now", totals.publishers),
            ("media_viewers", "WebRTC viewers connected now", totals.viewers),
        ] {
            let gauge = ConstGauge::new(i64::try_from(now).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        for (name, help, sum) in [
            ("media_packets_in", "Packets taken from publishers", totals.packets_in),
            ("media_bytes_in", "Bytes taken from publishers", totals.bytes_in),
            ("media_packets_in_lost", "Publishers' packets lost and not mended", totals.packets_in_lost),
            ("media_packets_out", "Media packets sent to viewers", totals.packets_out),
            ("media_bytes_out", "Media bytes sent to viewers", totals.bytes_out),
            ("media_packets_out_lost", "Packets viewers reported lost", totals.packets_out_lost),
            ("media_packets_retransmitted", "Packets sent again to viewers", totals.packets_retransmitted),
            ("media_packets_repair", "Packets sent ahead to repair others", totals.packets_repair),
            ("media_keyframes_asked", "Keyframes asked of publishers", totals.keyframes_asked),
            ("media_datagrams_dropped", "Datagrams the system did not take", totals.datagrams_dropped),
            ("media_peers_failed", "Peers put out because of a fault", totals.peers_failed),
        ] {
            let counter = ConstCounter::new(sum);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        Ok(())
    }
}
