//! A publisher that comes by another protocol than WebRTC, as the media loops know it.

use model::RoomId;
use tokio::sync::oneshot;

use crate::order::Order;
use crate::{MediaError, MediaHandle, SessionId};

/// A room's one place for a publisher, taken. Dropped without [`Feed::leave`], its stream was lost.
pub struct Feed {
    media: MediaHandle,
    session: SessionId,
    put_out: oneshot::Receiver<()>,
    left: bool,
}

impl MediaHandle {
    /// Takes a room's place for a publisher. Whoever had it is put out.
    pub async fn feed(&self, room: RoomId) -> Result<Feed, MediaError> {
        let (gone, put_out) = oneshot::channel();
        let shard = self.shards.for_publisher(room);
        let session = self.ask(shard, |answer| Order::Feed { room, gone, answer }).await??;
        Ok(Feed { media: self.clone(), session, put_out, left: false })
    }

    /// Gives packets to the loop of the room's publisher. When it is too busy they are lost, as on any full link.
    pub(crate) fn inject(&self, room: RoomId, packets: Vec<sfu::Injected>) {
        let shard = self.shards.for_publisher(room);
        let _ = self.shards.send(shard, Order::Inject { room, packets });
    }
}

impl Feed {
    /// The publisher's session, by which it may be closed from elsewhere.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Waits until the place is another's, or nobody's: another publisher came, the show was ended, or the key was
    /// replaced. Waiting may be given up and begun again, but not after it has come to an end.
    pub async fn put_out(&mut self) {
        // The loop never says anything; that it has let go is what counts.
        let _ = (&mut self.put_out).await;
    }

    /// The encoder takes leave: the show ends.
    pub async fn leave(mut self) -> Result<(), MediaError> {
        self.left = true;
        self.media.close(&self.session).await
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if !self.left {
            let order = Order::Lose { session: self.session.clone() };
            let _ = self.media.shards.send(self.session.shard(), order);
        }
    }
}
