//! Who takes the frames of shows that come by RTMP and the like.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use media::{CodecConfig, Frame};
use model::RoomId;

/// Takes a room's frames. None of the calls may wait: they are made between two reads of an encoder's connection.
pub trait FrameSink: Send + Sync {
    /// What decoders have to know of the frames that follow.
    fn config(&self, room: RoomId, config: CodecConfig);

    /// The next frame, always after its configuration.
    fn frame(&self, room: RoomId, frame: Frame);

    /// The encoder is gone, and nobody has taken its place.
    fn end(&self, room: RoomId);
}

/// Whose frames are each room's: those of the encoder that came last.
#[derive(Clone)]
pub struct OnAir(Arc<Shared>);

struct Shared {
    sinks: Vec<Arc<dyn FrameSink>>,
    /// The turn of each room that is on air; one entry a show, so no more than there are connections. A lock and not
    /// an actor: it is held for a look.
    turns: Mutex<(u64, BTreeMap<RoomId, u64>)>,
}

/// One encoder's turn in its room. When it is dropped, its frames have ended.
pub struct Turn {
    on_air: OnAir,
    room: RoomId,
    number: u64,
}

impl OnAir {
    /// Frames go to all of these, in this order.
    pub fn new(sinks: Vec<Arc<dyn FrameSink>>) -> OnAir {
        OnAir(Arc::new(Shared { sinks, turns: Mutex::default() }))
    }

    /// An encoder's turn begins. What the one before still sends is not taken.
    pub fn begin(&self, room: RoomId) -> Turn {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.0 += 1;
        let number = turns.0;
        turns.1.insert(room, number);
        Turn { on_air: self.clone(), room, number }
    }
}

impl Turn {
    /// What decoders have to know of the frames that follow.
    pub fn config(&self, config: &CodecConfig) {
        if self.is_on() {
            self.on_air.0.sinks.iter().for_each(|sink| sink.config(self.room, config.clone()));
        }
    }

    /// The next frame.
    pub fn frame(&self, frame: &Frame) {
        if self.is_on() {
            self.on_air.0.sinks.iter().for_each(|sink| sink.frame(self.room, frame.clone()));
        }
    }

    fn is_on(&self) -> bool {
        let turns = self.on_air.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.1.get(&self.room) == Some(&self.number)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = self.on_air.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.1.get(&self.room) == Some(&self.number) {
            turns.1.remove(&self.room);
            drop(turns);
            self.on_air.0.sinks.iter().for_each(|sink| sink.end(self.room));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AudioConfig, Kind, MediaTime};

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Heard {
        fn say(&self, line: String) {
            self.0.lock().unwrap().push(line);
        }
    }

    impl FrameSink for Heard {
        fn config(&self, room: RoomId, _: CodecConfig) {
            self.say(format!("{}: config", room.0));
        }

        fn frame(&self, room: RoomId, frame: Frame) {
            self.say(format!("{}: {}", room.0, frame.data[0]));
        }

        fn end(&self, room: RoomId) {
            self.say(format!("{}: end", room.0));
        }
    }

    fn frame(n: u8) -> Frame {
        let at = MediaTime::ZERO;
        Frame { kind: Kind::Audio, decode: at, show: at, keyframe: true, data: [n].into() }
    }

    #[test]
    fn who_came_last_is_on_and_only_its_end_is_the_end() {
        let heard = Arc::new(Heard::default());
        let on_air = OnAir::new(vec![heard.clone()]);
        let first = on_air.begin(RoomId(1));
        let elsewhere = on_air.begin(RoomId(2));
        first.config(&CodecConfig::Audio(AudioConfig::opus(2, 0)));
        first.frame(&frame(1));
        let second = on_air.begin(RoomId(1));
        first.frame(&frame(2));
        second.frame(&frame(3));
        drop(first);
        second.frame(&frame(4));
        drop(second);
        elsewhere.frame(&frame(5));
        let heard = heard.0.lock().unwrap();
        assert_eq!(*heard, ["1: config", "1: 1", "1: 3", "1: 4", "1: end", "2: 5"]);
    }
}
