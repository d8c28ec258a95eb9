//! What is on offer of one show by HLS: put there by its programme, taken by everybody who watches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hls::{Multivariant, Rendition};
use media::Kind;
use tokio::sync::watch;

/// Requests that wait for a show's next part or playlist. Each is a connection that is held anyway; past this a player
/// is told to come back, which a cache in front of the server makes unnecessary.
pub const WAITING_MAX: usize = 10_000;

/// One show's playlists and files.
#[derive(Debug)]
pub struct Shelf {
    folder: String,
    video: watch::Sender<Option<Arc<Rendition>>>,
    audio: watch::Sender<Option<Arc<Rendition>>>,
    multivariant: watch::Sender<Option<Arc<Multivariant>>>,
    waiting: AtomicUsize,
}

/// A place among those who wait; given back when it is dropped.
#[derive(Debug)]
pub struct Place(Arc<Shelf>);

impl Shelf {
    pub(crate) fn new(folder: String) -> Shelf {
        Shelf {
            folder,
            video: watch::Sender::new(None),
            audio: watch::Sender::new(None),
            multivariant: watch::Sender::new(None),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The folder of the show's files. Another show has another one.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// A rendition as it is now, and every time it changes. `None` before it has its first segment.
    pub fn rendition(&self, kind: Kind) -> watch::Receiver<Option<Arc<Rendition>>> {
        self.of(kind).subscribe()
    }

    /// The playlist one begins with, as it is now, and every time it changes.
    pub fn multivariant(&self) -> watch::Receiver<Option<Arc<Multivariant>>> {
        self.multivariant.subscribe()
    }

    /// A place to wait; `None` when too many wait already.
    pub fn wait(self: &Arc<Shelf>) -> Option<Place> {
        let place = Place(Arc::clone(self));
        (self.waiting.fetch_add(1, Ordering::Relaxed) < WAITING_MAX).then_some(place)
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(crate) fn put(&self, rendition: Rendition) {
        self.of(rendition.kind()).send_replace(Some(Arc::new(rendition)));
    }

    pub(crate) fn put_multivariant(&self, multivariant: Multivariant) {
        self.multivariant.send_if_modified(|before| {
            let changed = before.as_deref() != Some(&multivariant);
            if changed {
                *before = Some(Arc::new(multivariant));
            }
            changed
        });
    }

    fn of(&self, kind: Kind) -> &watch::Sender<Option<Arc<Rendition>>> {
        match kind {
            Kind::Video => &self.video,
            Kind::Audio => &self.audio,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_given_back() {
        let shelf = Arc::new(Shelf::new("show".into()));
        let places: Vec<Place> = (0..WAITING_MAX).map_while(|_| shelf.wait()).collect();
        assert_eq!((places.len(), shelf.waiting()), (WAITING_MAX, WAITING_MAX));
        assert!(shelf.wait().is_none());
        assert_eq!(shelf.waiting(), WAITING_MAX);
        drop(places);
        assert_eq!(shelf.waiting(), 0);
    }
}
