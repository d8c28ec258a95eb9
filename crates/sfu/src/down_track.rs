//! One track on its way to one viewer: which layer, where it begins, how it catches up and changes over, and its
//! numbers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use media::Kind;

use crate::layers::Layers;
use crate::track::Track;
use crate::{Outgoing, Packet, Picture};

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

/// A group that began at most so long ago (300 ms) is changed over to as it is; for an older one a new keyframe is
/// quicker, and smaller than what has gathered since the last.
const CHANGE_TICKS_MAX: u64 = 27_000;

/// A publisher that has sent no keyframe within this sends none when asked. Then an older group has to do.
const ASKED_MAX: Duration = Duration::from_secs(1);

/// The most bytes of an older group that are sent for a change of layers, some hundred milliseconds of most links.
const CHANGE_BYTES_MAX: usize = 512 << 10;

/// A layer this far behind (200 ms) of what the viewer has seen is no present to change over to.
const BEHIND_TICKS_MAX: u64 = 18_000;

/// How long the rest of a frame is waited for before the change cuts it off.
const FRAME_REST_MAX: Duration = Duration::from_millis(20);

/// Of frames that were already seen in the layer before, each goes by in so small a part of its time (one in 256):
/// they are decoded, for what follows needs them, and hardly shown.
const SEEN_SHIFT: u32 = 8;

/// Picture numbers may run ahead by so much where a layer begins: a keyframe needs none before it. What needs no
/// shift stays the same packet for every viewer of the layer, and can be mended by what is computed once for all.
const PICTURES_AHEAD_MAX: u16 = 64;

#[derive(Debug)]
pub(crate) struct DownTrack {
    kind: Kind,
    /// The layer that is to be sent; `None`: none of them, the viewer only listens.
    target: Option<u8>,
    /// Since when.
    aimed: Option<Instant>,
    /// The layer whose numbers are followed.
    current: u8,
    stage: Stage,
    /// What is added to the layer's numbers: whole rollovers, holes that were jumped over, and layers before it.
    seq_shift: u64,
    pace: Pace,
    /// What is added to the layer's picture ids and TL0PICIDX.
    pictures: (u16, u8),
    /// The picture numbers sent last.
    picture: Option<Picture>,
    started: Option<Instant>,
    /// The number after the highest sent.
    next_out: u64,
    /// The highest time sent.
    newest: u64,
    /// Whether the frame sent last has not come to its end, and when its last packet was sent.
    open: Option<Instant>,
    /// Where the layer began here: what arrives later from before that has no number here.
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
    /// Sending nothing, for the viewer only listens.
    Resting,
}

/// How a layer's times become the viewer's.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    /// Times before this are squeezed towards it by `1 << squeeze`.
    live_from: u64,
    live_at: Option<Instant>,
    squeeze: u32,
    /// The highest time that was sent before, and the first of this layer: nothing goes back behind the former.
    floor: Option<(u64, u64)>,
}

impl DownTrack {
    pub(crate) fn new(kind: Kind) -> DownTrack {
        DownTrack {
            kind,
            target: Some(0),
            aimed: None,
            current: 0,
            stage: Stage::Waiting { shown: None },
            seq_shift: 0,
            pace: Pace::default(),
            pictures: (0, 0),
            picture: None,
            started: None,
            next_out: 0,
            newest: 0,
            open: None,
            first: 0,
        }
    }

    /// From now on this layer is to be sent, or none. What is sent goes on until the other can begin.
    pub(crate) fn aim(&mut self, target: Option<u8>, now: Instant) {
        if self.target == target {
            return;
        }
        self.target = target;
        self.aimed = Some(now);
        if target.is_none() && self.next_out > 0 {
            self.stage = Stage::Resting;
            self.open = None;
        }
    }

    /// The layer that is sent now.
    pub(crate) fn current(&self) -> Option<u8> {
        match self.stage {
            Stage::Waiting { .. } | Stage::Resting => None,
            Stage::CatchingUp { .. } | Stage::Live => Some(self.current),
        }
    }

    /// The layer that is to be sent.
    pub(crate) fn target(&self) -> Option<u8> {
        self.target
    }

    /// A sound that has just come.
    pub(crate) fn hear(&mut self, packet: &Arc<Packet>, now: Instant, out: &mut Vec<Outgoing>) {
        if packet.seq < self.first {
            return;
        }
        if self.waits() {
            self.begin(packet.seq, packet.time, packet.time, packet.arrived, now);
            self.stage = Stage::Live;
        }
        self.push(packet, now, out);
    }

    /// A packet of the picture that has just come, already kept in its layer.
    pub(crate) fn forward(
        &mut self,
        packet: &Arc<Packet>,
        layers: &Layers,
        now: Instant,
        out: &mut Vec<Outgoing>,
    ) {
        match self.stage {
            Stage::Waiting { .. } => return self.start(layers, now, out),
            Stage::Live if packet.layer == self.current && packet.seq >= self.first => {
                self.push(packet, now, out);
            }
            // Its turn comes, unless that is past: then it was lost on the way up and has just been mended.
            Stage::CatchingUp { next, .. }
                if packet.layer == self.current && (self.first..next).contains(&packet.seq) =>
            {
                self.push(packet, now, out);
            }
            Stage::CatchingUp { .. } | Stage::Live | Stage::Resting => {}
        }
        if self.lacks().is_some() {
            self.change(layers, now, out);
        }
    }

    /// Time has passed, or something else is wished: begins, goes on or goes over, as far as what is kept allows.
    pub(crate) fn proceed(&mut self, layers: &Layers, now: Instant, out: &mut Vec<Outgoing>) {
        match self.stage {
            Stage::Waiting { .. } => return self.start(layers, now, out),
            Stage::CatchingUp { .. } => self.catch_up(layers, now, out),
            Stage::Live | Stage::Resting => {}
        }
        if self.lacks().is_some() {
            self.change(layers, now, out);
        }
    }

    /// Starts from what is kept, of the wished layer or, until that can begin, of another.
    fn start(&mut self, layers: &Layers, now: Instant, out: &mut Vec<Outgoing>) {
        let Stage::Waiting { shown } = self.stage else { return };
        let Some(target) = self.target else { return };
        if shown.is_some() {
            return self.change(layers, now, out);
        }
        let kept = |number: u8| layers.track(number).and_then(|track| track.kept());
        let begun = layers.kept_near(target);
        let Some((number, (kept, whole))) = begun.and_then(|number| Some((number, kept(number)?))) else {
            return;
        };
        let (Some(first), Some(last)) = (kept.front(), kept.back()) else { return };
        self.current = number;
        if whole {
            let live = layers.track(number).map_or(last.time, Track::newest);
            self.begin(first.seq, first.time, live, last.arrived, now);
            self.stage = Stage::CatchingUp { next: first.seq, due: now };
            self.catch_up(layers, now, out);
        } else {
            self.begin(first.seq, first.time, first.time, now, now);
            for packet in kept {
                self.push(packet, now, out);
            }
            self.stage = Stage::Waiting { shown: Some(first.time) };
        }
    }

    /// Goes over to the wished layer, if that can begin: its numbers go on where the other's end.
    fn change(&mut self, layers: &Layers, now: Instant, out: &mut Vec<Outgoing>) {
        let Some(target) = self.target else { return };
        if self.open.is_some_and(|sent| now < sent + FRAME_REST_MAX) {
            return;
        }
        let has = |number: u8| layers.track(number).is_some_and(|track| track.kept().is_some());
        // Who sees nothing is shown what there is until the wished layer comes.
        let number = match self.current() {
            None if !has(target) => layers.kept_near(target),
            None | Some(_) => Some(target),
        };
        let Some((number, track)) = number.and_then(|number| Some((number, layers.track(number)?))) else {
            return;
        };
        let Some((kept, true)) = track.kept() else { return };
        let (Some(first), Some(last)) = (kept.front(), kept.back()) else { return };
        if self.stage == (Stage::Waiting { shown: Some(first.time) }) {
            // It is the very group whose keyframe was all there was.
            return;
        }
        let live = track.newest();
        if live + BEHIND_TICKS_MAX < self.newest && self.current().is_some() {
            return;
        }
        let idle = self.current().is_none();
        let late = self.aimed.is_some_and(|aimed| now >= aimed + ASKED_MAX);
        let old = live - first.time.min(live) > CHANGE_TICKS_MAX;
        if old && !((idle || late) && track.kept_bytes() <= CHANGE_BYTES_MAX) {
            return;
        }
        self.seq_shift = self.next_out.wrapping_sub(first.seq);
        self.first = first.seq;
        self.pace = Pace::new(first.time, live, last.arrived);
        self.pace.floor = Some((self.newest, first.time));
        self.pictures =
            kept.iter().find_map(|packet| packet.picture).map_or((0, 0), |next| self.follow_on(next));
        self.started = Some(now);
        self.open = None;
        self.current = number;
        self.stage = Stage::CatchingUp { next: first.seq, due: now };
        self.catch_up(layers, now, out);
    }

    /// Sends the next packets of what is kept, if it is time.
    fn catch_up(&mut self, layers: &Layers, now: Instant, out: &mut Vec<Outgoing>) {
        let Stage::CatchingUp { next, due } = self.stage else { return };
        if now < due {
            return;
        }
        let Some((kept, _)) = layers.track(self.current).and_then(|track| track.kept()) else {
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
            self.push(packet, now, out);
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
            Stage::Waiting { .. } | Stage::Live | Stage::Resting => None,
        }
    }

    /// Whether a viewer's wish for a keyframe is to be passed on: not while it is still being sent one.
    pub(crate) fn passes_wish(&self, now: Instant) -> bool {
        match self.stage {
            Stage::Waiting { .. } => true,
            Stage::CatchingUp { .. } | Stage::Resting => false,
            Stage::Live => self.started.is_none_or(|started| now >= started + FRESH),
        }
    }

    /// The layer of which only a new keyframe lets the viewer see what it should.
    pub(crate) fn lacks(&self) -> Option<u8> {
        self.target.filter(|target| self.current() != Some(*target))
    }

    /// Whether nothing is sent yet, though it should be.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Waiting { .. })
    }

    fn begin(&mut self, seq: u64, first: u64, newest: u64, newest_at: Instant, now: Instant) {
        // A viewer's first packet has rollover 0, which is what its SRTP expects.
        self.seq_shift = (seq & !0xffff).wrapping_neg();
        self.first = seq;
        self.pace = Pace::new(first, newest, newest_at);
        self.started = Some(now);
    }

    fn push(&mut self, packet: &Arc<Packet>, now: Instant, out: &mut Vec<Outgoing>) {
        if packet.keyframe
            && self.pictures != (0, 0)
            && let Some(next) = packet.picture
            && self.follow_on(next) == (0, 0)
        {
            self.pictures = (0, 0);
        }
        let seq = packet.seq.wrapping_add(self.seq_shift);
        let (time, wallclock) = self.pace.of(packet);
        if seq >= self.next_out {
            self.next_out = seq.wrapping_add(1);
            self.open = (self.kind == Kind::Video && !packet.marker).then_some(now);
        }
        if time >= self.newest {
            self.newest = time;
            self.picture = packet.picture.map(|picture| picture.shifted(self.pictures)).or(self.picture);
        }
        out.push(Outgoing { packet: Arc::clone(packet), seq, time, wallclock, pictures: self.pictures });
    }

    /// What has to be added to a keyframe's picture numbers so that they go on from those sent last.
    fn follow_on(&self, next: Picture) -> (u16, u8) {
        let Some(last) = self.picture else { return (0, 0) };
        let id = if (1..=PICTURES_AHEAD_MAX).contains(&last.ahead(next)) {
            0
        } else {
            last.id.wrapping_add(1).wrapping_sub(next.id)
        };
        let ahead = u16::from(next.tl0.wrapping_sub(last.tl0));
        let tl0 = if (1..=PICTURES_AHEAD_MAX).contains(&ahead) {
            0
        } else {
            last.tl0.wrapping_add(1).wrapping_sub(next.tl0)
        };
        (id, tl0)
    }
}

impl Pace {
    /// What began at `first` and is live at `newest`.
    fn new(first: u64, newest: u64, newest_at: Instant) -> Pace {
        let mut squeeze = 0;
        while (newest.saturating_sub(first) >> squeeze) > SQUEEZED_TICKS_MAX {
            squeeze += 1;
        }
        Pace { live_from: newest, live_at: Some(newest_at), squeeze, floor: None }
    }

    /// A packet's time for the viewer, and when that was.
    fn of(&self, packet: &Packet) -> (u64, Instant) {
        let back = self.live_from.saturating_sub(packet.time);
        let squeezed = if back == 0 { packet.time } else { self.live_from - (back >> self.squeeze) };
        let time = match self.floor {
            None => squeezed,
            Some((floor, first)) => {
                squeezed.max(floor + 1 + (packet.time.saturating_sub(first) >> SEEN_SHIFT))
            }
        };
        if back == 0 || self.squeeze == 0 {
            return (time, packet.arrived);
        }
        let clock = u64::from(packet.description.codec.clock_hz());
        let before = Duration::from_micros((back >> self.squeeze) * 1_000_000 / clock);
        (time, self.live_at.and_then(|at| at.checked_sub(before)).unwrap_or(packet.arrived))
    }
}
