//! Which of a viewer's lost packets are worth sending again, and when.
//!
//! Two things tell of a loss: the viewer's asking, and its feedback on every packet that was sent, whose gaps are
//! losses too. Either may get lost itself, so both count. Feedback also tells whether repair packets came: what a
//! viewer can work out by itself is not sent again, and a resend that was lost is sent anew without being asked for.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Packets whose fate is remembered: more than a second at 5 Mbit/s. An older one would come too late to be shown.
const PACKETS_MAX: usize = 1_024;

/// Repair packets whose fate is remembered.
const REPAIRS_MAX: usize = 128;

/// Lost packets that are looked after at once. A link that loses more in a second needs less to be sent, not more.
const LOST_MAX: usize = 256;

/// How long the fate of a group is waited for before a packet in it is sent again. More would save resends and cost a
/// second try: a player waits for two round trips.
const FATE_WAIT: Duration = Duration::from_millis(40);

/// A loss this old is over: its frame has been shown, or a keyframe asked for.
const AGE_MAX: Duration = Duration::from_millis(900);

/// A resend is taken for lost when it was not heard of for so long beyond the round trip.
const RESEND_WAIT: Duration = Duration::from_millis(130);

/// One packet is sent again at most so often.
const RESENDS_MAX: u8 = 4;

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    #[default]
    Unknown,
    Lost,
    /// It arrived, or nothing more is done about it.
    Over,
}

impl Fate {
    fn of(arrived: bool) -> Fate {
        if arrived { Fate::Over } else { Fate::Lost }
    }
}

/// What a transport-wide number was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Content {
    /// Nothing that is looked after: sound, or what only fills the line.
    #[default]
    Other,
    /// The packet of the picture with this number, or its lower half.
    Picture(u16),
    /// That packet, sent again.
    Resend(u16),
    /// The repair packet with this number of its own.
    Repair(u16),
}

/// The fate of what one viewer was sent of the picture.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    fates: VecDeque<Fate>,
    /// The number of the first of those.
    first: u64,
    repairs: VecDeque<Repaired>,
    /// The number of the next repair packet.
    next_repair: u16,
    lost: Vec<Loss>,
    /// Whether feedback alone is enough, or the viewer must ask.
    unasked: bool,
}

#[derive(Debug)]
struct Repaired {
    number: u16,
    fate: Fate,
    base: u64,
    /// Bit n is packet `base + n`.
    mask: u64,
}

#[derive(Debug, Clone, Copy)]
struct Loss {
    seq: u64,
    since: Instant,
    /// The viewer has asked for it, and when last.
    asked: Option<Instant>,
    resent: Option<Instant>,
    resends: u8,
    resend: Fate,
}

/// What is to be done about a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Wait,
    Resend,
    Forget,
}

impl Recovery {
    /// Nothing sent yet. `unasked`: what feedback shows to be lost is sent again without being asked for.
    pub(crate) fn new(unasked: bool) -> Recovery {
        Recovery { unasked, ..Recovery::default() }
    }

    /// A packet of the picture goes out.
    pub(crate) fn sent(&mut self, seq: u64) {
        let next = self.first + self.fates.len() as u64;
        if self.fates.is_empty() || seq > next + PACKETS_MAX as u64 {
            self.fates.clear();
            self.first = seq;
        } else if seq < next {
            // It was lost on the way up, and has just been mended there.
            if let Some(slot) = seq.checked_sub(self.first).and_then(|at| self.fates.get_mut(at as usize)) {
                *slot = Fate::Unknown;
            }
            return;
        }
        // A number that is passed over is not this viewer's loss.
        while self.first + (self.fates.len() as u64) < seq {
            self.fates.push_back(Fate::Over);
        }
        self.fates.push_back(Fate::Unknown);
        while self.fates.len() > PACKETS_MAX {
            self.fates.pop_front();
            self.first += 1;
        }
    }

    /// A repair packet for these packets goes out; its number.
    pub(crate) fn sent_repair(&mut self, packets: impl Iterator<Item = u64> + Clone) -> u16 {
        let base = packets.clone().min().unwrap_or(0);
        let mask = packets.filter(|seq| seq - base < 64).fold(0, |mask, seq| mask | 1 << (seq - base));
        let number = self.next_repair;
        self.next_repair = number.wrapping_add(1);
        if self.repairs.len() == REPAIRS_MAX {
            self.repairs.pop_front();
        }
        self.repairs.push_back(Repaired { number, fate: Fate::Unknown, base, mask });
        number
    }

    /// The viewer's feedback on one thing that was sent.
    pub(crate) fn told(&mut self, content: Content, arrived: bool, now: Instant) {
        match content {
            Content::Other => {}
            Content::Picture(low) => {
                let Some(seq) = self.whole(low) else { return };
                self.set(seq, Fate::of(arrived));
                if !arrived && self.unasked {
                    self.loss(seq, now);
                }
            }
            Content::Resend(low) => {
                let Some(seq) = self.whole(low) else { return };
                if arrived {
                    self.set(seq, Fate::Over);
                } else if self.unasked
                    && let Some(loss) = self.lost.iter_mut().find(|loss| loss.seq == seq)
                {
                    loss.resend = Fate::Lost;
                }
            }
            Content::Repair(number) => {
                if let Some(repair) = self.repairs.iter_mut().rev().find(|repair| repair.number == number) {
                    repair.fate = Fate::of(arrived);
                }
            }
        }
    }

    /// The viewer asks for a packet.
    pub(crate) fn asked(&mut self, low: u16, now: Instant) {
        let Some(seq) = self.whole(low) else { return };
        if let Some(loss) = self.loss(seq, now) {
            loss.asked = Some(now);
        }
    }

    /// The next packet to be sent again now.
    pub(crate) fn poll(&mut self, round_trip: Duration, now: Instant) -> Option<u64> {
        let mut at = 0;
        while let Some(loss) = self.lost.get(at).copied() {
            match self.judge(&loss, round_trip, now) {
                Verdict::Wait => at += 1,
                Verdict::Forget => {
                    // Who asks for it from now on is not heard.
                    self.set(loss.seq, Fate::Over);
                    self.lost.swap_remove(at);
                }
                Verdict::Resend => {
                    let loss = &mut self.lost[at];
                    loss.resends += 1;
                    loss.resent = Some(now);
                    loss.resend = Fate::Unknown;
                    return Some(loss.seq);
                }
            }
        }
        None
    }

    /// Whether a packet is being sent again for the second time or more: it is late already.
    pub(crate) fn is_urgent(&self, seq: u64) -> bool {
        self.lost.iter().any(|loss| loss.seq == seq && loss.resends > 1)
    }

    fn judge(&self, loss: &Loss, round_trip: Duration, now: Instant) -> Verdict {
        let old = now.saturating_duration_since(loss.since) > AGE_MAX;
        if old || loss.resends >= RESENDS_MAX || self.fate(loss.seq) == Fate::Over {
            return Verdict::Forget;
        }
        if let Some(resent) = loss.resent {
            // Who asks again a round trip later has not got it, whatever became of the resend.
            let due = now >= resent + round_trip + RESEND_WAIT;
            let asked = loss.asked.is_some_and(|asked| asked >= resent + round_trip);
            let again = loss.resend == Fate::Lost || due || asked;
            return if again { Verdict::Resend } else { Verdict::Wait };
        }
        let waited = now >= loss.since + FATE_WAIT;
        let asked_late = loss.asked.is_some_and(|asked| asked >= loss.since + FATE_WAIT);
        match self.outlook(loss.seq) {
            Outlook::Unprotected | Outlook::Hopeless => Verdict::Resend,
            Outlook::Open if waited => Verdict::Resend,
            // It asks though it should have been able to help itself.
            Outlook::Mended if asked_late && now >= loss.since + round_trip => Verdict::Resend,
            Outlook::Open | Outlook::Mended => Verdict::Wait,
        }
    }

    /// What repair packets can do about a loss.
    fn outlook(&self, seq: u64) -> Outlook {
        let mut outlook = Outlook::Unprotected;
        for repair in self.repairs.iter().filter(|repair| repair.covers(seq)) {
            let (mut lost, mut unknown) = (0, u32::from(repair.fate == Fate::Unknown));
            for other in repair.packets().filter(|other| *other != seq) {
                match self.fate(other) {
                    Fate::Over => {}
                    Fate::Lost => lost += 1,
                    Fate::Unknown => unknown += 1,
                }
            }
            let one = match (repair.fate, lost, unknown) {
                (Fate::Lost, _, _) | (_, 1.., _) => Outlook::Hopeless,
                (_, 0, 0) => Outlook::Mended,
                (_, _, _) => Outlook::Open,
            };
            outlook = outlook.max(one);
        }
        let followed = |last: &Repaired| seq.checked_sub(last.base).is_some_and(|after| after < 64);
        if outlook == Outlook::Unprotected && self.repairs.back().is_some_and(followed) {
            // Its group may not be complete yet.
            return Outlook::Open;
        }
        outlook
    }

    fn loss(&mut self, seq: u64, now: Instant) -> Option<&mut Loss> {
        if let Some(at) = self.lost.iter().position(|loss| loss.seq == seq) {
            return self.lost.get_mut(at);
        }
        if self.lost.len() >= LOST_MAX || self.fate(seq) == Fate::Over {
            return None;
        }
        let fresh = Loss { seq, since: now, asked: None, resent: None, resends: 0, resend: Fate::Unknown };
        self.lost.push(fresh);
        self.lost.last_mut()
    }

    fn whole(&self, low: u16) -> Option<u64> {
        let last = (self.first + self.fates.len() as u64).checked_sub(1)?;
        let seq = last.checked_sub(u64::from((last as u16).wrapping_sub(low)))?;
        (seq >= self.first).then_some(seq)
    }

    fn fate(&self, seq: u64) -> Fate {
        let at = seq.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        // What is forgotten is over.
        at.map_or(Fate::Over, |at| self.fates.get(at).copied().unwrap_or_default())
    }

    fn set(&mut self, seq: u64, fate: Fate) {
        if let Some(slot) = seq.checked_sub(self.first).and_then(|at| self.fates.get_mut(at as usize))
            && *slot != Fate::Over
        {
            *slot = fate;
        }
    }
}

/// What can be hoped of repair packets, the better the higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outlook {
    /// No repair packet stands for it.
    Unprotected,
    /// One did, and cannot help.
    Hopeless,
    /// It depends on what is not known yet.
    Open,
    /// The viewer has all it takes.
    Mended,
}

impl Repaired {
    fn covers(&self, seq: u64) -> bool {
        seq.checked_sub(self.base).is_some_and(|at| at < 64 && self.mask >> at & 1 == 1)
    }

    fn packets(&self) -> impl Iterator<Item = u64> + '_ {
        (0..64).filter(|at| self.mask >> at & 1 == 1).map(|at| self.base + at)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(160);

    struct Story {
        recovery: Recovery,
        begin: Instant,
        ms: u64,
    }

    impl Story {
        /// Packets 1 to 10 have been sent, and the first five are protected by repair packet 0.
        fn new(protected: bool) -> Story {
            let mut recovery = Recovery::new(true);
            (1..=10).for_each(|seq| recovery.sent(seq));
            if protected {
                assert_eq!(recovery.sent_repair(1..=5), 0);
            }
            Story { recovery, begin: Instant::now(), ms: 0 }
        }

        fn at(&mut self, ms: u64) -> &mut Story {
            self.ms = ms;
            self
        }

        fn now(&self) -> Instant {
            self.begin + Duration::from_millis(self.ms)
        }

        fn asks(&mut self, seq: u16) -> &mut Story {
            let now = self.now();
            self.recovery.asked(seq, now);
            self
        }

        fn tells(&mut self, content: Content, arrived: bool) -> &mut Story {
            let now = self.now();
            self.recovery.told(content, arrived, now);
            self
        }

        fn resends(&mut self) -> Vec<u64> {
            let now = self.now();
            std::iter::from_fn(|| self.recovery.poll(ROUND_TRIP, now)).collect()
        }
    }

    #[test]
    fn what_is_not_protected_is_sent_again_at_once_and_once() {
        let mut story = Story::new(false);
        assert_eq!(story.at(100).asks(3).resends(), [3]);
        assert_eq!(story.at(120).asks(3).tells(Content::Picture(3), false).resends(), []);
        assert_eq!(story.at(300).asks(3).resends(), [3], "a round trip later it still asks");
    }

    #[test]
    fn a_resend_that_is_lost_goes_out_anew_without_being_asked_for() {
        let mut story = Story::new(false);
        assert_eq!(story.at(100).tells(Content::Picture(3), false).resends(), [3], "and so does the first");
        assert_eq!(story.at(200).tells(Content::Resend(3), false).resends(), [3]);
        assert!(story.recovery.is_urgent(3));
        assert_eq!(story.at(300).tells(Content::Resend(3), true).resends(), []);
        assert!(story.recovery.lost.is_empty());
    }

    #[test]
    fn what_came_late_from_the_publisher_is_looked_after_like_the_rest() {
        let mut story = Story::new(false);
        story.recovery.sent(13);
        assert_eq!(story.at(100).asks(12).resends(), [], "it was never sent");
        story.recovery.sent(12);
        assert_eq!(story.at(200).asks(12).resends(), [12]);
    }

    #[test]
    fn what_the_viewer_can_work_out_is_not_sent_again() {
        let mut story = Story::new(true);
        assert_eq!(story.at(100).asks(3).resends(), [], "nothing is known of the group");
        for seq in [1, 2, 4, 5] {
            story.tells(Content::Picture(seq), true);
        }
        story.tells(Content::Picture(3), false).tells(Content::Repair(0), true);
        assert_eq!(story.at(150).resends(), []);
        assert_eq!(story.at(250).resends(), []);
        assert_eq!(story.at(300).asks(3).resends(), [3], "it has not worked it out after all");
    }

    #[test]
    fn what_it_cannot_is() {
        let mut story = Story::new(true);
        story.at(100).tells(Content::Picture(3), false).tells(Content::Repair(0), false);
        assert_eq!(story.resends(), [3], "the repair was lost too");
        let mut story = Story::new(true);
        story.at(100).tells(Content::Picture(3), false).tells(Content::Picture(5), false);
        assert_eq!(story.resends(), [3, 5], "two of one group");
        let mut story = Story::new(true);
        assert_eq!(story.at(100).asks(3).resends(), []);
        assert_eq!(story.at(200).resends(), [3], "no feedback came");
    }

    #[test]
    fn a_loss_is_given_up_and_their_number_is_bounded() {
        let mut story = Story::new(false);
        let mut sent = 0;
        for at in 1..100 {
            sent += story.at(at * 50).asks(3).resends().len();
        }
        assert!(sent <= usize::from(RESENDS_MAX), "{sent}");
        let mut recovery = Recovery::default();
        (1..=5_000).for_each(|seq| recovery.sent(seq));
        (0..5_000).for_each(|seq| recovery.asked(seq, story.begin));
        assert_eq!(recovery.lost.len(), LOST_MAX);
        assert_eq!(recovery.fates.len(), PACKETS_MAX);
    }
}
