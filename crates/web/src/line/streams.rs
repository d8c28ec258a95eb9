//! How many event streams are open, and from where.

use model::Origin;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AdoptError;

/// The event streams of all rooms.
#[derive(Debug)]
pub(super) struct Streams {
    max: usize,
    per_address_max: usize,
    // A lock and not an actor: each use is a look-up, once when a stream opens and once when it ends.
    open: Mutex<Open>,
}

/// Invariant: `all` is the sum of `by_origin`, in which nobody has none.
#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_origin: BTreeMap<Origin, usize>,
}

impl Streams {
    pub(super) fn new(max: usize, per_address_max: usize) -> Arc<Streams> {
        Arc::new(Streams { max, per_address_max, open: Mutex::default() })
    }

    /// A place for one more, until it is dropped.
    pub(super) fn take(self: &Arc<Streams>, from: Origin) -> Result<StreamPlace, AdoptError> {
        let mut open = self.open();
        if open.all >= self.max {
            return Err(AdoptError::StreamsFull);
        }
        let own = open.by_origin.get(&from).copied().unwrap_or(0);
        if own >= self.per_address_max {
            return Err(AdoptError::StreamsFullThere);
        }
        open.by_origin.insert(from, own + 1);
        open.all += 1;
        Ok(StreamPlace { streams: Arc::clone(self), from })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // It is whole after each of the two uses.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one event stream.
#[derive(Debug)]
pub(super) struct StreamPlace {
    streams: Arc<Streams>,
    from: Origin,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all -= 1;
        if let Some(own) = open.by_origin.get_mut(&self.from) {
            *own -= 1;
            if *own == 0 {
                open.by_origin.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    /// A story of `a` (a stream opens from the address of that letter) and `A` (its oldest ends); what was said to those
    /// that open: `+`, `t` (too many from there) or `f` (too many).
    #[track_caller]
    fn check(story: &str, expected: &str) {
        let streams = Streams::new(5, 2);
        let mut places: Vec<(char, StreamPlace)> = Vec::new();
        let mut said = String::new();
        for step in story.chars() {
            if step.is_ascii_uppercase() {
                let letter = step.to_ascii_lowercase();
                let at = places.iter().position(|(of, _)| *of == letter).unwrap();
                places.remove(at);
                continue;
            }
            let from = Origin::of(IpAddr::from([192, 0, 2, u8::try_from(step).unwrap()]));
            said.push(match streams.take(from) {
                Ok(place) => {
                    places.push((step, place));
                    '+'
                }
                Err(AdoptError::StreamsFullThere) => 't',
                Err(AdoptError::StreamsFull) => 'f',
                Err(AdoptError::Full | AdoptError::Stopping | AdoptError::Io(_)) => '?',
            });
        }
        assert_eq!(said, expected, "{story}");
        places.clear();
        assert!(streams.open().all == 0 && streams.open().by_origin.is_empty());
    }

    #[test]
    fn an_address_has_its_share_and_the_server_its_most() {
        check("aaabbcd", "++t+++f");
        check("aaAaaAAa", "+++t+");
        check("aabbcAd", "++++++");
    }
}
