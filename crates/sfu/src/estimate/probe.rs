//! Short bursts that show whether the link carries more than a show happens to send.

/// A burst's number. It names the packets that were sent for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster(pub u16);

/// A burst to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Its number.
    pub cluster: Cluster,
    /// How fast it is to be sent, in bits a second, along with everything else that is sent meanwhile.
    pub bps: u64,
    /// How much is to be sent at that rate.
    pub bytes: usize,
}

/// How long a burst lasts.
const BURST_MICROS: u64 = 25_000;

/// The least and the most bytes of one: six packets, and what a link's buffer takes without harm.
const BYTES_MIN: u64 = 7_200;
const BYTES_MAX: u64 = 64_000;

/// Each burst tries twice what is believed in.
const STEP: u64 = 2;

/// A burst is judged when nearly all of it has come, or after this time when half of it has.
const PATIENCE_MICROS: u64 = 700_000;

/// The wait after a burst that found nothing: at first, and at most. It doubles each time.
const WAIT_MICROS: u64 = 2_000_000;
const WAIT_MICROS_MAX: u64 = 8_000_000;

/// After the rate has fallen, what it fell from is tried again no sooner than this.
const AFTER_FALL_MICROS: u64 = 3_000_000;

/// How long a burst's own queue shows after it has come.
const WAKE_MICROS: u64 = 400_000;

#[derive(Debug, Default)]
pub(super) struct Prober {
    last: u16,
    /// Until when the queue on the way is the last burst's own.
    wake: u64,
    live: Option<Live>,
    next_at: u64,
    wait: u64,
}

#[derive(Debug, Clone, Copy)]
struct Live {
    cluster: Cluster,
    began: u64,
    believed: u64,
    wanted_bytes: u64,
    packets: u32,
    bytes: u64,
    sent: Span,
    arrived: Span,
}

/// First and last moment, and the bytes of the packet that does not count on each side.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: (i64, u64),
    last: (i64, u64),
}

impl Span {
    fn at(moment: i64, bytes: u64) -> Span {
        Span { first: (moment, bytes), last: (moment, bytes) }
    }

    fn add(&mut self, moment: i64, bytes: u64) {
        if moment < self.first.0 {
            self.first = (moment, bytes);
        }
        if moment >= self.last.0 {
            self.last = (moment, bytes);
        }
    }

    fn micros(&self) -> i64 {
        self.last.0 - self.first.0
    }
}

impl Prober {
    pub(super) fn poll(
        &mut self,
        believed: u64,
        wanted: u64,
        calm: bool,
        bounded: bool,
        at: u64,
    ) -> Option<Probe> {
        if self.live.is_some_and(|live| at.saturating_sub(live.began) >= PATIENCE_MICROS * 2) {
            self.live = None;
            self.failed(at);
        }
        if self.live.is_some() || !calm || wanted <= believed || at < self.next_at {
            return None;
        }
        let step = if bounded { believed * 5 / 4 } else { believed * STEP };
        let bps = step.min(wanted + wanted / 5);
        let bytes = (bps * BURST_MICROS / 8_000_000).clamp(BYTES_MIN, BYTES_MAX);
        self.last = self.last.wrapping_add(1);
        let cluster = Cluster(self.last);
        self.live = Some(Live {
            cluster,
            began: at,
            believed,
            wanted_bytes: bytes,
            packets: 0,
            bytes: 0,
            sent: Span::at(0, 0),
            arrived: Span::at(0, 0),
        });
        Some(Probe { cluster, bps, bytes: bytes as usize })
    }

    /// Whether a queue on the way may be a burst's own.
    pub(super) fn disturbs(&self, at: u64) -> bool {
        self.live.is_some() || at < self.wake
    }

    /// The rate has fallen.
    pub(super) fn fell(&mut self, at: u64) {
        self.next_at = self.next_at.max(at + AFTER_FALL_MICROS);
    }

    pub(super) fn arrived(&mut self, cluster: Cluster, sent: u64, arrived: i64, bytes: u64) {
        let Some(live) = self.live.as_mut().filter(|live| live.cluster == cluster) else { return };
        if live.packets == 0 {
            live.sent = Span::at(sent as i64, bytes);
            live.arrived = Span::at(arrived, bytes);
        }
        live.sent.add(sent as i64, bytes);
        live.arrived.add(arrived, bytes);
        live.packets += 1;
        live.bytes += bytes;
    }

    /// What a burst that is complete has shown.
    pub(super) fn results(&mut self, natural: f32, at: u64) -> Option<u64> {
        let live = self.live?;
        let late = at.saturating_sub(live.began) >= PATIENCE_MICROS;
        let enough = live.wanted_bytes as f32 * (1.0 - natural) * if late { 0.5 } else { 0.9 };
        if live.packets < 4 || (live.bytes as f32) < enough {
            return None;
        }
        self.live = None;
        self.wake = at + WAKE_MICROS;
        let found = measure(&live, natural);
        match found {
            Some(bps) if bps > live.believed + live.believed / 10 => {
                self.wait = 0;
                self.next_at = self.next_at.max(at);
            }
            Some(_) | None => self.failed(at),
        }
        found
    }

    fn failed(&mut self, at: u64) {
        self.wait = (self.wait * 2).clamp(WAIT_MICROS, WAIT_MICROS_MAX);
        self.next_at = self.next_at.max(at + self.wait);
    }
}

/// The slower of how it was sent and how it came; a little less where it came slower, for then the link was full.
fn measure(live: &Live, natural: f32) -> Option<u64> {
    let rate = |bytes: u64, micros: i64| {
        (1_000..1_000_000).contains(&micros).then(|| bytes as f64 * 8e6 / micros as f64)
    };
    let sent = rate(live.bytes - live.sent.last.1, live.sent.micros())?;
    let came = rate(live.bytes - live.arrived.first.1, live.arrived.micros())?;
    // What was lost counts on neither side; it was on the way all the same.
    let (sent, came) = (sent / f64::from(1.0 - natural), came / f64::from(1.0 - natural));
    if came > sent * 2.0 {
        return None;
    }
    Some(if came < 0.9 * sent { 0.95 * came } else { came.min(sent) } as u64)
}
