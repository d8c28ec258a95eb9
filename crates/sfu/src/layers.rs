//! The layers of one room's picture on one loop: what is kept of each, what is known, and which the publisher may
//! leave unsent because nobody watches them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Description, picture_size};

use crate::intake::{Figures, Incoming, Intake};
use crate::layer::{Flow, Gauge, LAYERS_MAX, Layer};
use crate::timeline::Timeline;
use crate::track::Track;
use crate::{Config, Packet};

/// A layer that nobody has watched for so long is paused; viewers who come and go in less leave it alone.
const UNWATCHED_MAX: Duration = Duration::from_secs(5);

/// A layer that was asked for again and does not come within this has fallen silent.
const RESUME_MAX: Duration = Duration::from_secs(2);

/// How often rates are told to the other loops.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// All layers of a room's picture.
#[derive(Debug)]
pub(crate) struct Layers {
    config: Config,
    all: Vec<State>,
    line: Timeline,
    told: Vec<Layer>,
    told_at: Option<Instant>,
}

#[derive(Debug)]
struct State {
    layer: Layer,
    track: Track,
    intake: Intake,
    gauge: Gauge,
    /// Since when nobody wants it.
    unwanted: Option<Instant>,
    /// When it was asked for again.
    resumed: Option<Instant>,
}

impl Layers {
    pub(crate) fn new(config: &Config) -> Layers {
        Layers {
            config: config.clone(),
            all: Vec::new(),
            line: Timeline::default(),
            told: Vec::new(),
            told_at: None,
        }
    }

    /// What is known of each.
    pub(crate) fn known(&self) -> Vec<Layer> {
        self.all.iter().map(|state| state.layer).collect()
    }

    /// What is kept of a layer.
    pub(crate) fn track(&self, number: u8) -> Option<&Track> {
        self.all.get(usize::from(number)).map(|state| &state.track)
    }

    pub(crate) fn track_mut(&mut self, number: u8) -> Option<&mut Track> {
        self.all.get_mut(usize::from(number)).map(|state| &mut state.track)
    }

    /// The layer to begin with while `wished` cannot begin: the largest below it of which something is kept, or else
    /// the smallest above.
    pub(crate) fn kept_near(&self, wished: u8) -> Option<u8> {
        let rank = self.all.get(usize::from(wished)).map(|state| state.layer.rank());
        let kept = || self.all.iter().filter(|state| state.track.kept().is_some()).map(|state| state.layer);
        let below =
            kept().filter(|layer| rank.is_some_and(|rank| layer.rank() <= rank)).max_by_key(Layer::rank);
        below.or_else(|| kept().min_by_key(Layer::rank)).map(|layer| layer.number)
    }

    /// Everything kept of every layer, for a loop that begins to watch.
    pub(crate) fn all_kept(&self) -> Vec<Arc<Packet>> {
        let tracks = self.all.iter().filter_map(|state| state.track.kept());
        tracks.flat_map(|(kept, _)| kept.iter().cloned()).collect()
    }

    /// What the picture carries: the same codec in all layers.
    pub(crate) fn description(&self) -> Option<Description> {
        let flowing = self.all.iter().filter(|state| state.layer.flow == Flow::Flowing);
        let newest =
            flowing.map(|state| state.track.description().or(state.intake.description())).next_back();
        newest.flatten().or_else(|| self.all.iter().find_map(|state| state.track.description()))
    }

    /// Numbers a packet of the publisher. Says, if it is none yet to be sent, whether a keyframe of its layer is what
    /// is missing.
    pub(crate) fn take(&mut self, incoming: Incoming) -> Result<Packet, bool> {
        let now = incoming.arrived;
        let (codec, marker) = (incoming.description.codec, incoming.marker);
        let number = incoming.layer;
        let Some(at) = self.place(number) else { return Err(false) };
        if marker {
            for (other, state) in self.all.iter_mut().enumerate() {
                if other != at {
                    state.gauge.miss();
                }
            }
        }
        let state = &mut self.all[at];
        state.gauge.note(incoming.payload.len(), now);
        let size = picture_size(codec, &incoming.payload);
        let taken = state.intake.take(incoming, &mut self.line);
        if let Some((width, height)) = size {
            state.layer.width = width;
            state.layer.height = height;
        }
        let waits = state.intake.waits();
        if waits {
            state.track.want_keyframe();
        } else if state.layer.flow == Flow::Silent || state.resumed.is_some() {
            // What was under way when the layer was paused does not count.
            state.layer.flow = Flow::Flowing;
            state.resumed = None;
        }
        if let Some(bps) = state.gauge.bps(now) {
            state.layer.bps = bps;
        }
        taken.ok_or(waits)
    }

    /// The layers of which the publisher is to be asked for a keyframe now.
    pub(crate) fn ask_keyframes(&mut self, now: Instant) -> Vec<u8> {
        let asked = self.all.iter_mut().filter(|state| state.layer.is_there() || state.intake.waits());
        asked.filter_map(|state| state.track.ask_keyframe(now).then_some(state.layer.number)).collect()
    }

    /// Keeps a packet, of this loop's publisher or another's.
    pub(crate) fn keep(&mut self, packet: &Arc<Packet>) {
        if let Some(at) = self.place(packet.layer) {
            self.all[at].track.keep(packet);
        }
    }

    /// The publisher is on another loop, which knows this of its layers.
    pub(crate) fn learn(&mut self, layers: &[Layer]) {
        for layer in layers {
            let Some(at) = self.place(layer.number) else { continue };
            let state = &mut self.all[at];
            if layer.flow != Flow::Flowing && state.layer.flow == Flow::Flowing {
                state.track.clear();
            }
            state.layer = *layer;
        }
    }

    /// Nothing comes any more: the publisher has gone, or another takes its place.
    pub(crate) fn clear(&mut self) {
        for state in &mut self.all {
            state.track.clear();
            state.gauge = Gauge::default();
            state.layer = Layer::new(state.layer.number);
            state.unwanted = None;
            state.resumed = None;
        }
    }

    /// Layers that have fallen silent since, and whether there are any.
    pub(crate) fn hush(&mut self, now: Instant) -> bool {
        let mut any = false;
        for state in &mut self.all {
            let never_came = state.resumed.is_some_and(|since| now >= since + RESUME_MAX);
            let silent = match state.layer.flow {
                Flow::Flowing => state.gauge.is_silent(now),
                Flow::Paused => never_came,
                Flow::Silent => false,
            };
            if silent {
                state.layer.flow = Flow::Silent;
                state.resumed = None;
                // What is kept of it is no longer the present.
                state.track.clear();
                any = true;
            }
        }
        any
    }

    /// Somebody wants the layers of these numbers (bit n is layer n), nobody the others. Says which the publisher is
    /// to send from now on, if that is another answer than before. The smallest is always sent: it is what everybody
    /// begins with.
    pub(crate) fn want(&mut self, wanted: u8, now: Instant) -> Option<Vec<(u8, bool)>> {
        let smallest = self.all.iter().filter(|state| state.layer.is_there()).map(|state| state.layer);
        let smallest = smallest.min_by_key(Layer::rank)?.number;
        let mut changed = false;
        for state in &mut self.all {
            let number = state.layer.number;
            if wanted >> number & 1 == 1 || number == smallest {
                state.unwanted = None;
                if state.layer.flow == Flow::Paused && state.resumed.is_none() {
                    state.resumed = Some(now);
                    changed = true;
                }
            } else if state.layer.flow == Flow::Flowing {
                let since = *state.unwanted.get_or_insert(now);
                if now >= since + UNWATCHED_MAX {
                    state.layer.flow = Flow::Paused;
                    state.resumed = None;
                    state.track.clear();
                    changed = true;
                }
            } else if state.layer.flow == Flow::Paused && state.resumed.take().is_some() {
                changed = true;
            }
        }
        let sent = |state: &State| state.layer.flow != Flow::Paused || state.resumed.is_some();
        changed.then(|| self.all.iter().map(|state| (state.layer.number, sent(state))).collect())
    }

    /// What is known, if it is news: at once when a layer comes, goes or changes its size, now and then for rates.
    pub(crate) fn news(&mut self, now: Instant) -> Option<Vec<Layer>> {
        let known = self.known();
        let still = |layer: &Layer| Layer { bps: 0, ..*layer };
        let changed = !known.iter().map(still).eq(self.told.iter().map(still));
        let due = self.told_at.is_none_or(|at| now >= at + TOLD_EVERY);
        if !changed && (!due || known == self.told) {
            return None;
        }
        self.told_at = Some(now);
        self.told.clone_from(&known);
        Some(known)
    }

    /// Reads and resets the counters of all layers.
    pub(crate) fn figures(&mut self) -> Figures {
        self.all.iter_mut().map(|state| state.intake.figures()).fold(Figures::default(), |sum, one| Figures {
            packets: sum.packets + one.packets,
            bytes: sum.bytes + one.bytes,
            expected: sum.expected + one.expected,
        })
    }

    /// Makes place for a layer; `None` past [`LAYERS_MAX`].
    fn place(&mut self, number: u8) -> Option<usize> {
        let at = usize::from(number);
        if at >= LAYERS_MAX {
            return None;
        }
        while self.all.len() <= at {
            let number = u8::try_from(self.all.len()).ok()?;
            self.all.push(State {
                layer: Layer::new(number),
                track: Track::new(&self.config),
                intake: Intake::default(),
                gauge: Gauge::default(),
                unwanted: None,
                resumed: None,
            });
        }
        Some(at)
    }
}
