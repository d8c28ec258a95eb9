//! Publishers of this machine's own: streams that came by another protocol and are already in RTP payloads.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Description, Kind, MediaTime};
use model::RoomId;

use super::Sfu;
use crate::intake::Incoming;
use crate::packet::EARLIER_MAX;
use crate::publisher::SILENCE_MAX;
use crate::{Event, PeerId, SfuError};

/// The longest time two neighbouring sounds may lie apart to be taken for neighbours, in ticks (120 ms).
const SOUND_TICKS_MAX: u64 = 5_760;

/// How much later than its time says a frame may come and still be taken to have been under way; more is a pause.
const LATE_MAX: Duration = Duration::from_secs(1);

/// Added to every time, so that a picture shown before the stream's beginning has one, too.
const BASE: MediaTime = MediaTime(10 * MediaTime::PER_SECOND);

/// The content of one RTP packet of a stream of this machine's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// What it holds.
    pub description: Description,
    /// When its frame is shown or heard.
    pub at: MediaTime,
    /// The RTP marker.
    pub marker: bool,
    /// Its payload.
    pub payload: Arc<[u8]>,
}

/// A publisher without a connection of its own here.
pub(super) struct Local {
    pub(super) room: RoomId,
    heard: Option<Instant>,
    /// As of every publisher: whether the room was told of it, and whether it took the place of one it was told of.
    pub(super) told: bool,
    pub(super) replaces: bool,
    /// A moment at which a frame came, and that frame's time: what a frame's way here took is not a part of its time.
    anchor: Option<(Instant, MediaTime)>,
    audio_seq: u64,
    video_seq: u64,
    /// The sounds before, latest first.
    sounds: VecDeque<(u64, Arc<[u8]>)>,
}

impl Sfu {
    /// A stream of this machine's own begins. It takes the place of the publisher that was there.
    pub fn publish_local(&mut self, room: RoomId, now: Instant) -> PeerId {
        self.next_peer += 1;
        let id = PeerId(self.next_peer);
        let replaces = self.take_place(room, id);
        let local = Local {
            room,
            heard: None,
            told: false,
            replaces,
            anchor: None,
            audio_seq: 0,
            video_seq: 0,
            sounds: VecDeque::new(),
        };
        self.locals.insert(id, local);
        self.tick_at.get_or_insert(now);
        self.stats_at.get_or_insert(now);
        id
    }

    /// Takes packets of the room's stream, if it is one of this machine's own. Without a packet it is a sign that the
    /// stream goes on, though nothing of it can be forwarded.
    pub fn inject(&mut self, room: RoomId, packets: Vec<Injected>, now: Instant) {
        let Some(id) = self.rooms.get(&room).and_then(|state| state.publisher) else { return };
        let Some(local) = self.locals.get_mut(&id) else { return };
        let incoming: Vec<Incoming> =
            packets.into_iter().map(|packet| local.number(id.0, packet, now)).collect();
        local.heard = Some(now);
        if !local.told {
            (local.told, local.replaces) = (true, false);
            self.room(room).stats.publishing = true;
            self.events.push_back(Event::PublisherConnected { room });
        }
        self.let_in(room, incoming, now);
    }

    /// A stream of this machine's own stopped without a word.
    pub fn lose(&mut self, peer: PeerId) -> Result<(), SfuError> {
        let local = self.locals.get(&peer).ok_or(SfuError::NoSuchPeer)?;
        let (room, news) = (local.room, local.told || local.replaces);
        let published = self.publishes(room, peer);
        self.end_local(peer);
        if published && news {
            self.events.push_back(Event::PublisherLost { room });
        }
        Ok(())
    }

    /// Takes a stream of this machine's own out of its room; whether there was one.
    pub(super) fn end_local(&mut self, peer: PeerId) -> bool {
        let Some(local) = self.locals.remove(&peer) else { return false };
        if self.publishes(local.room, peer) {
            self.room(local.room).publisher = None;
            self.publisher_gone(local.room);
        }
        self.events.push_back(Event::Gone { peer, room: local.room });
        true
    }

    /// Tells of streams that have become silent.
    pub(super) fn tick_locals(&mut self, now: Instant) {
        let mut silent = Vec::new();
        for local in self.locals.values_mut() {
            if local.told && local.heard.is_some_and(|heard| now >= heard + SILENCE_MAX) {
                local.told = false;
                silent.push(local.room);
            }
        }
        for room in silent {
            self.publisher_gone(room);
            self.events.push_back(Event::PublisherLost { room });
        }
    }
}

impl Local {
    fn number(&mut self, source: u64, packet: Injected, now: Instant) -> Incoming {
        let Injected { description, at, marker, payload } = packet;
        let arrived = self.arrived(at, now);
        let time = u64::try_from((at + BASE).to_ticks(description.codec.clock_hz())).unwrap_or(0);
        let (seq, earlier) = match description.codec.kind() {
            Kind::Audio => {
                self.audio_seq += 1;
                (self.audio_seq, self.hear(time, &payload))
            }
            Kind::Video => {
                self.video_seq += 1;
                (self.video_seq, Vec::new())
            }
        };
        Incoming {
            source,
            stream: 0,
            layer: 0,
            description,
            seq,
            time,
            marker,
            arrived,
            payload,
            earlier,
            report: None,
        }
    }

    /// When a frame of this time would have come if all took equally long: sound and picture are shown together by it,
    /// and it must not tremble with the way they came.
    fn arrived(&mut self, at: MediaTime, now: Instant) -> Instant {
        let expected = self.anchor.and_then(|(then, time)| {
            let passed = u64::try_from((at - time).to_ticks(1_000_000)).ok();
            match passed {
                Some(passed) => then.checked_add(Duration::from_micros(passed)),
                None => {
                    then.checked_sub(Duration::from_micros((time - at).to_ticks(1_000_000).unsigned_abs()))
                }
            }
        });
        match expected {
            Some(expected) if expected <= now && now <= expected + LATE_MAX => expected,
            Some(_) | None => {
                self.anchor = Some((now, at));
                now
            }
        }
    }

    /// Notes a sound, and says what came right before it.
    fn hear(&mut self, time: u64, payload: &Arc<[u8]>) -> Vec<(u32, Arc<[u8]>)> {
        let mut after = time;
        let earlier = self.sounds.iter().map_while(|(then, sound)| {
            let apart = after.checked_sub(*then).filter(|apart| (1..=SOUND_TICKS_MAX).contains(apart))?;
            after -= apart;
            Some((u32::try_from(time - after).ok()?, Arc::clone(sound)))
        });
        let earlier = earlier.collect();
        self.sounds.push_front((time, Arc::clone(payload)));
        self.sounds.truncate(EARLIER_MAX);
        earlier
    }
}
