//! The one thing the rest of the house holds of the media plane.

use std::time::Duration;

use model::{Origin, RoomId};
use sfu::{Watched, Wish};
use thiserror::Error;
use tokio::sync::oneshot;

use crate::order::{Order, Shards};
use crate::{MediaStats, MediaTotals, Programmes, SessionId};

/// After how long one who found too many others connecting comes again: most of them are connected by then.
pub const CROWDED_WAIT: Duration = Duration::from_secs(2);

/// A line to the media loops. Cheap to clone.
#[derive(Clone)]
pub struct MediaHandle {
    pub(crate) shards: Shards,
    pub(crate) programmes: Option<Programmes>,
}

/// An offer that was taken: what the HTTP answer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The session, for the `Location` header.
    pub session: SessionId,
    /// The SDP answer, for the body.
    pub sdp: String,
    /// The ICE session's tag, for the `ETag` header, without quotation marks.
    pub etag: String,
}

/// A trickle fragment that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// After an ICE restart, the new credentials and candidates as an SDP fragment (200); otherwise nothing (204).
    pub fragment: Option<String>,
    /// The ICE session's tag as it is now, for the `ETag` header, without quotation marks.
    pub etag: String,
}

/// Why the media plane would not. The sentences are for the person who operates the other end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MediaError {
    /// The offer or fragment is no SDP that can be answered (400).
    #[error("the offer cannot be used: {0}")]
    BadOffer(String),
    /// The offer is longer than is read (413).
    #[error("the offer is longer than {0} bytes")]
    TooLong(usize),
    /// No codec in the offer is known here (406).
    #[error("the offer has no codec known here; offer H264, VP8, VP9, AV1 or H265 and opus")]
    NoCommonCodec,
    /// There is no room for another viewer (503, try again later).
    #[error("no more viewers can be carried now; try again later")]
    Full,
    /// Too many viewers are just connecting (503, with [`CROWDED_WAIT`]).
    #[error("too many viewers are just connecting, here or from your address; try again in {} seconds", CROWDED_WAIT.as_secs())]
    Crowded,
    /// No such session, or it has ended (404).
    #[error("the session does not exist or has ended")]
    NoSuchSession,
    /// The fragment belongs to another ICE session than the present one (412).
    #[error("the ICE session has changed; use the tag of the last answer")]
    Stale,
    /// The viewer's wishes come faster than they can be followed (429).
    #[error("wishes come too fast; wait a second")]
    TooFast,
    /// The media loop does not answer (503).
    #[error("the media plane is not available")]
    Unavailable,
}

impl MediaHandle {
    /// Takes a publisher's WHIP offer. The publisher that was there, if any, is replaced.
    pub async fn publish(&self, room: RoomId, offer: String) -> Result<Accepted, MediaError> {
        let shard = self.shards.for_publisher(room);
        self.ask(shard, |answer| Order::Publish { room, offer, answer }).await?
    }

    /// Takes a viewer's WHEP offer, whether or not there is a publisher. Who is connecting is counted by where they
    /// come from.
    pub async fn watch(&self, room: RoomId, from: Origin, offer: String) -> Result<Accepted, MediaError> {
        let shard = self.shards.for_viewer(room).ok_or(MediaError::Full)?;
        self.ask(shard, |answer| Order::Watch { room, from, offer, answer }).await?
    }

    /// Takes a trickle fragment: candidates, or an ICE restart. `if_match` is the header's tag without quotation
    /// marks; `*` or `None` matches every ICE session.
    pub async fn patch(
        &self,
        session: &SessionId,
        fragment: String,
        if_match: Option<String>,
    ) -> Result<Patched, MediaError> {
        let session = session.clone();
        let shard = session.shard();
        self.ask(shard, |answer| Order::Patch { session, fragment, if_match, answer }).await?
    }

    /// A viewer's page wishes to be sent so much of the picture. What it is sent now; the change comes in a moment.
    pub async fn wish(&self, session: &SessionId, wish: Wish) -> Result<Watched, MediaError> {
        self.ask_wish(session, Some(wish)).await
    }

    /// What a viewer is sent of the picture.
    pub async fn watched(&self, session: &SessionId) -> Result<Watched, MediaError> {
        self.ask_wish(session, None).await
    }

    async fn ask_wish(&self, session: &SessionId, wish: Option<Wish>) -> Result<Watched, MediaError> {
        let session = session.clone();
        let shard = session.shard();
        self.ask(shard, |answer| Order::Wish { session, wish, answer }).await?
    }

    /// Ends a session: the publisher takes leave, or the viewer stops watching.
    pub async fn close(&self, session: &SessionId) -> Result<(), MediaError> {
        let session = session.clone();
        let shard = session.shard();
        self.ask(shard, |answer| Order::Close { session, answer }).await?
    }

    /// Puts the room's publisher out, if there is one: the show has ended. No fact follows.
    pub async fn close_publisher(&self, room: RoomId) -> Result<(), MediaError> {
        for shard in 0..self.shards.count() {
            self.ask(shard, |answer| Order::ClosePublisher { room, answer }).await?;
        }
        Ok(())
    }

    /// Puts all of a room's viewers out: its door has changed.
    pub async fn close_viewers(&self, room: RoomId) -> Result<(), MediaError> {
        for shard in 0..self.shards.count() {
            self.ask(shard, |answer| Order::CloseViewers { room, answer }).await?;
        }
        Ok(())
    }

    /// What the media plane sees of a room.
    pub fn stats(&self, room: RoomId) -> MediaStats {
        self.shards.stats(room)
    }

    /// Counters of the whole media plane.
    pub fn totals(&self) -> MediaTotals {
        self.shards.totals()
    }

    /// The rooms' programmes for HLS; `None` where the settings say so.
    pub fn programmes(&self) -> Option<&Programmes> {
        self.programmes.as_ref()
    }

    /// The port peers are told, after binding.
    pub fn port(&self) -> u16 {
        self.shards.port()
    }

    pub(crate) async fn ask<T>(
        &self,
        shard: usize,
        order: impl FnOnce(oneshot::Sender<T>) -> Order,
    ) -> Result<T, MediaError> {
        let (answer, answered) = oneshot::channel();
        self.shards.send(shard, order(answer))?;
        answered.await.map_err(|_| MediaError::Unavailable)
    }
}
