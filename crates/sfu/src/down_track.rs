//! One track on its way to one viewer: where it begins, how it catches up, and its numbers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use media::Kind;

use crate::track::Track;
use crate::{Outgoing, Packet};

/// Packets sent at once while catching up, every [`CATCH_UP_INTERVAL`]: about 30 Mbit/s, which a keyframe passes in
/// some tens of milliseconds without flooding the buffers on the way.
const CATCH_UP_PACKETS: usize = 16;

/// How often a viewer who catches up is sent the next packets.
const CATCH_UP_INTERVAL: Duration = Duration::from_millis(5);

/// The whole past of a group of pictures is shown within about this many ticks of the picture clock (50 ms), so that
/// the decoder runs through it at once instead of replaying it.
const SQUEEZED_TICKS_MAX: u64 = 4_500;

/// A viewer who has just been sent a keyframe asks for another only out of habit.
const FRESH: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct DownTrack {
    kind: Kind,
    stage: Stage,
    /// What is added to the room's numbers: whole rollovers, and holes that were jumped over.
    seq_shift: u64,
    /// Times before this are squeezed towards it by `1 << squeeze`.
    live_from: u64,
    live_at: Option<Instant>,
    squeeze: u32,
    started: Option<Instant>,
    /// The number after the highest sent.
    next_out: u64,
    /// Where it began: what arrives later from before that has no number here.
    first: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing yet; or only the keyframe of the group with this time, whose rest was not kept.
    Waiting { shown: Option<u64> },
    /// Sending what is kept, next from this number, at this time.
    CatchingUp { next: u64, due: Instant },
    /// Sending what comes.
    Live,
}

impl DownTrack {
    pub(crate) fn new(kind: Kind) -> DownTrack {
        DownTrack {
            kind,
            stage: Stage::Waiting { shown: None },
            seq_shift: 0,
            live_from: 0,
            live_at: None,
            squeeze: 0,
            started: None,
            next_out: 0,
            first: 0,
        }
    }

    /// A packet that has just come, already kept in `track`.
    pub(crate) fn forward(
        &mut self,
        packet: &Arc<Packet>,
        track: &Track,
        now: Instant,
        out: &mut Vec<Outgoing>,
    ) {
        if packet.seq < self.first {
            return;
        }
        match (self.stage, self.kind) {
            (Stage::Live, Kind::Audio | Kind::Video) => out.push(self.outgoing(packet)),
            (Stage::Waiting { .. }, Kind::Audio) => {
                self.begin(packet.seq, packet.time, packet.time, packet.arrived, now);
                self.stage = Stage::Live;
                out.push(self.outgoing(packet));
            }
            (Stage::Waiting { .. }, Kind::Video) => self.start(track, now, out),
            // Its turn comes, unless that is past: then it was lost on the way up and has just been mended.
            (Stage::CatchingUp { next, .. }, Kind::Audio | Kind::Video) if packet.seq < next => {
                out.push(self.outgoing(packet));
            }
            (Stage::CatchingUp { .. }, Kind::Audio | Kind::Video) => {}
        }
    }

    /// Starts from what is kept, if there is anything that was not yet shown. Says whether a keyframe of the
    /// publisher is needed for more.
    pub(crate) fn start(&mut self, track: &Track, now: Instant, out: &mut Vec<Outgoing>) {
        let Stage::Waiting { shown } = self.stage else { return };
        let Some((kept, whole)) = track.kept() else { return };
        let (Some(first), Some(last)) = (kept.front(), kept.back()) else { return };
        if whole {
            if shown.is_none() {
                let newest = kept.iter().map(|packet| packet.time).max().unwrap_or(last.time);
                self.begin(first.seq, first.time, newest, last.arrived, now);
            } else if shown == Some(first.time) {
                return;
            } else {
                // After a lone keyframe the numbers go on without the hole that was never sent.
                self.seq_shift = self.next_out.wrapping_sub(first.seq);
                self.first = first.seq;
            }
            self.stage = Stage::CatchingUp { next: first.seq, due: now };
            self.catch_up(track, now, out);
        } else if shown.is_none() {
            self.begin(first.seq, first.time, first.time, now, now);
            out.extend(kept.iter().map(|packet| self.outgoing(packet)));
            self.stage = Stage::Waiting { shown: Some(first.time) };
        }
    }

    /// Sends the next packets of what is kept, if it is time.
    pub(crate) fn catch_up(&mut self, track: &Track, now: Instant, out: &mut Vec<Outgoing>) {
        let Stage::CatchingUp { next, due } = self.stage else { return };
        if now < due {
            return;
        }
        let Some((kept, _)) = track.kept() else {
            // The publisher has gone; what comes next begins with a keyframe, which Live takes as it is.
            self.stage = Stage::Live;
            return;
        };
        let mut next = next;
        if let Some(first) = kept.front().filter(|first| first.seq > next) {
            // A new group has begun meanwhile: the rest of the old one is of no use any more.
            self.seq_shift = self.seq_shift.wrapping_sub(first.seq - next);
            next = first.seq;
            self.first = next;
        }
        let from = kept.partition_point(|packet| packet.seq < next);
        let mut sent = 0;
        for packet in kept.range(from..).take(CATCH_UP_PACKETS) {
            out.push(self.outgoing(packet));
            next = packet.seq + 1;
            sent += 1;
        }
        self.stage = if from + sent >= kept.len() {
            Stage::Live
        } else {
            Stage::CatchingUp { next, due: now + CATCH_UP_INTERVAL }
        };
    }

    /// When to come back.
    pub(crate) fn due(&self) -> Option<Instant> {
        match self.stage {
            Stage::CatchingUp { due, .. } => Some(due),
            Stage::Waiting { .. } | Stage::Live => None,
        }
    }

    /// Whether a viewer's wish for a keyframe is to be passed on: not while it is still being sent one.
    pub(crate) fn passes_wish(&self, now: Instant) -> bool {
        match self.stage {
            Stage::Waiting { .. } => true,
            Stage::CatchingUp { .. } => false,
            Stage::Live => self.started.is_none_or(|started| now >= started + FRESH),
        }
    }

    /// Whether only a new keyframe lets the viewer see more.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Waiting { .. })
    }

    fn begin(&mut self, seq: u64, first: u64, newest: u64, newest_at: Instant, now: Instant) {
        // A viewer's first packet has rollover 0, which is what its SRTP expects.
        self.seq_shift = (seq & !0xffff).wrapping_neg();
        self.first = seq;
        self.live_from = newest;
        self.live_at = Some(newest_at);
        self.squeeze = 0;
        while (newest.saturating_sub(first) >> self.squeeze) > SQUEEZED_TICKS_MAX {
            self.squeeze += 1;
        }
        self.started = Some(now);
    }

    fn outgoing(&mut self, packet: &Arc<Packet>) -> Outgoing {
        let seq = packet.seq.wrapping_add(self.seq_shift);
        self.next_out = self.next_out.max(seq.wrapping_add(1));
        if packet.time >= self.live_from {
            return Outgoing {
                packet: Arc::clone(packet),
                layer: 0,
                seq,
                time: packet.time,
                wallclock: packet.arrived,
            };
        }
        let back = (self.live_from - packet.time) >> self.squeeze;
        let clock = u64::from(packet.description.codec.clock_hz());
        let wallclock = self
            .live_at
            .and_then(|at| at.checked_sub(Duration::from_micros(back * 1_000_000 / clock)))
            .unwrap_or(packet.arrived);
        Outgoing { packet: Arc::clone(packet), layer: 0, seq, time: self.live_from - back, wallclock }
    }
}
