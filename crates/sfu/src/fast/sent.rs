//! What one viewer was sent of one stream: enough to send any of it again exactly as it was.

/// Packets remembered: two seconds of 2.5 Mbit/s, and half of one of 10 Mbit/s. Whoever asks later is not answered.
/// Most of what a viewer costs here is this.
pub(crate) const SENT_MAX: usize = 512;

/// One packet as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its number for this viewer, without wrapping.
    pub(crate) seq: u64,
    /// Its number in the room.
    pub(crate) number: u64,
    /// Its time for this viewer.
    pub(crate) time: u32,
    /// When it was sent again last, in milliseconds of the viewer's own clock; 0 if never.
    pub(crate) again_ms: u32,
    /// Its transport-wide number.
    pub(crate) transport: u16,
    /// What was added to its picture id and TL0PICIDX.
    pub(crate) pictures: (u16, u8),
    /// Its payload type.
    pub(crate) pt: u8,
    /// The layer it is of.
    pub(crate) layer: u8,
}

/// The last packets sent, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct SentPackets {
    /// The place of a number is its remainder; an empty one has the number that is never sent. Made when the first
    /// packet is sent.
    places: Vec<Sent>,
    /// The highest number sent.
    highest: u64,
}

impl SentPackets {
    pub(crate) fn note(&mut self, sent: Sent) {
        if self.places.is_empty() {
            let empty = Sent {
                seq: u64::MAX,
                number: 0,
                time: 0,
                again_ms: 0,
                transport: 0,
                pictures: (0, 0),
                pt: 0,
                layer: 0,
            };
            self.places = vec![empty; SENT_MAX];
        }
        self.highest = self.highest.max(sent.seq);
        self.places[place(sent.seq)] = sent;
    }

    /// The packet that went out with these lower sixteen bits.
    pub(crate) fn find(&mut self, low: u16) -> Option<&mut Sent> {
        let back = (self.highest as u16).wrapping_sub(low);
        let seq = self.highest.checked_sub(u64::from(back))?;
        self.places.get_mut(place(seq)).filter(|sent| sent.seq == seq)
    }
}

fn place(seq: u64) -> usize {
    (seq % SENT_MAX as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_found_by_its_lower_bits_until_it_is_overwritten() {
        let mut packets = SentPackets::default();
        assert_eq!(packets.find(7), None);
        let sent = |seq| Sent {
            seq,
            number: seq + 5,
            time: 0,
            again_ms: 0,
            transport: 0,
            pictures: (0, 0),
            pt: 96,
            layer: 0,
        };
        for seq in (65_000..66_100).filter(|seq| seq % 10 != 3) {
            packets.note(sent(seq));
        }
        let mut found = |seq: u64| packets.find(seq as u16).map(|sent| sent.number);
        assert_eq!(found(66_099), Some(66_104));
        assert_eq!(found(65_590), Some(65_595), "over the rollover");
        assert_eq!(found(65_593), None, "never sent");
        assert_eq!(found(65_584), None, "its place has another's record");
        assert_eq!(found(66_100), None, "not sent yet");
    }
}
