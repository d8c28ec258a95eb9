//! How one viewer's losses are mended, from what it tells of them: its link's estimate, the remedy for it, what is worth
//! sending again, and which repair packets it can use.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::recovery::{Content, Recovery};
use super::repairs::{RepairAgreed, Repairs};
use super::transport::Acknowledged;
use crate::Outgoing;
use crate::estimate::{Estimator, Losses, Told};
use crate::fec::{Repair, RepairStream, Scheme};
use crate::mend::{LinkState, Mender};

/// What a link is believed to carry before anything is known of it.
const START_BPS: u64 = 2_000_000;

/// A link that loses so much is sent every resend twice, as long as no packet waits longer than this on its way.
const BAD_SHARE: f32 = 0.15;
const QUEUED_MAX: Duration = Duration::from_millis(60);

/// How often the remedy is reconsidered.
const OBSERVE_INTERVAL: Duration = Duration::from_millis(200);

/// One viewer's losses.
#[derive(Debug)]
pub(crate) struct Mending {
    pub(crate) estimator: Estimator,
    mender: Mender,
    pub(crate) recovery: Recovery,
    repairs: Option<Repairs>,
    told: Vec<Told>,
    /// The viewer tells of every packet, not only of the share it lost.
    hears_all: bool,
    /// The share it lost, by its receiver reports.
    reported: Option<f32>,
    observed: Option<Instant>,
    /// Whether anything is sent ahead, or only what is asked for is sent again.
    ahead: bool,
}

impl Mending {
    pub(crate) fn new(repair: Option<RepairAgreed>, ahead: bool, now: Instant) -> Mending {
        Mending {
            estimator: Estimator::new(START_BPS, now),
            mender: Mender::default(),
            recovery: Recovery::new(ahead),
            repairs: repair.map(Repairs::new),
            told: Vec::new(),
            hears_all: false,
            reported: None,
            observed: None,
            ahead,
        }
    }

    /// The viewer's feedback on what was sent.
    pub(crate) fn hear(&mut self, acknowledged: &[Acknowledged], now: Instant) {
        self.hears_all |= !acknowledged.is_empty();
        self.told.clear();
        for one in acknowledged {
            let Acknowledged { bytes, sent, arrived_us, was_lost, content, .. } = *one;
            self.recovery.told(content, arrived_us.is_some(), now);
            self.told.push(Told { sent, bytes, arrived_us, was_lost, cluster: None });
        }
        self.estimator.hear(&self.told, now);
    }

    /// The viewer's receiver report.
    pub(crate) fn report(&mut self, lost: f32, round_trip: Option<Duration>, now: Instant) {
        self.reported = Some(lost);
        if let Some(round_trip) = round_trip {
            self.estimator.set_round_trip(round_trip, now);
        }
    }

    /// Reconsiders the remedy now and then.
    pub(crate) fn observe(&mut self, now: Instant) {
        if self.observed.is_some_and(|then| now < then + OBSERVE_INTERVAL) {
            return;
        }
        let losses = if self.hears_all {
            self.estimator.losses()
        } else if let Some(share) = self.reported {
            Losses { short: share, long: share, burst: 1.0, packets: 0 }
        } else {
            return;
        };
        self.observed = Some(now);
        self.mender.observe(&LinkState { losses, round_trip: self.estimator.round_trip() }, now);
    }

    /// Repair packets that are sent now, if the viewer takes any.
    pub(crate) fn scheme(&self) -> Option<Scheme> {
        self.mender.remedy().repair.filter(|_| self.repairs.is_some())
    }

    /// How many earlier sounds each packet of sound carries.
    pub(crate) fn sound_depth(&self) -> u8 {
        if self.ahead { self.mender.remedy().sound_depth } else { 1 }
    }

    /// Whether a packet that is sent again goes out twice: it is late, or nobody will tell whether it came.
    pub(crate) fn resends_twice(&self, seq: u64) -> bool {
        let unheard = !self.hears_all || !self.ahead;
        let losses = self.estimator.losses();
        // It loses much, and nothing waits on the way: a bad link, not a full one.
        let bad = self.ahead && losses.short >= BAD_SHARE && self.estimator.queued() < QUEUED_MAX;
        bad || self.recovery.is_urgent(seq) || (unheard && self.mender.remedy().resend_twice)
    }

    /// A packet of the picture is queued.
    pub(crate) fn note(&mut self, pt: u8, outgoing: &Outgoing) {
        if let Some(repairs) = &mut self.repairs {
            repairs.note(pt, outgoing);
        }
    }

    /// How a repair of a layer is written for this viewer, if it needs it and can use it.
    pub(crate) fn stream(&self, layer: u8, scheme: Scheme, repair: &Arc<Repair>) -> Option<RepairStream> {
        (self.scheme()? == scheme).then(|| self.repairs.as_ref()?.stream(layer, repair)).flatten()
    }

    /// The stream of repair packets.
    pub(crate) fn repair_agreed(&self) -> Option<RepairAgreed> {
        self.repairs.as_ref().map(|repairs| repairs.agreed)
    }

    /// The number of a repair packet that goes out.
    pub(crate) fn sent_repair(&mut self, repair: &Repair, stream: &RepairStream) -> Content {
        let shift = stream.seq_shift;
        let packets = repair.covered().map(|one| one.seq.wrapping_add(shift));
        Content::Repair(self.recovery.sent_repair(packets))
    }
}
