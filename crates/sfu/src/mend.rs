//! How one viewer's losses are mended: by sending again, by repair packets sent ahead, and by sound carried more than
//! once; as little of it as its link needs.

use std::time::{Duration, Instant};

use crate::estimate::Losses;
use crate::fec::Scheme;

/// Below this a lost packet sent again is there before its frame is missed.
const ROUND_TRIP_SHORT: Duration = Duration::from_millis(60);

/// Losses come in rows, not alone, when this many are lost together on the mean.
const IN_ROWS: f32 = 1.6;

/// A remedy is given up no sooner than this after it was last needed: losses come in waves.
const HOLD: Duration = Duration::from_secs(8);

/// What the link loses must be this much below the step for the step to be given up.
const RELIEF: f32 = 0.6;

/// Repair for rarer and rarer, then more and more losses: beyond this share of lost packets, one repair for so many.
const FAR: [(f32, u8); 4] = [(0.008, 12), (0.03, 10), (0.07, 8), (0.16, 3)];

/// The same where a resend comes quickly: only what it cannot mend in time is worth paying for ahead.
const NEAR: [(f32, u8); 3] = [(0.06, 12), (0.12, 8), (0.2, 5)];

/// How often sound is carried again, beyond these shares of lost packets.
const SOUND: [(f32, u8); 2] = [(0.01, 1), (0.06, 2)];

/// What is known of a viewer's link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkState {
    /// What it loses, and how.
    pub losses: Losses,
    /// How long a packet and its answer take; `None` counts as long.
    pub round_trip: Option<Duration>,
}

/// What is done for a viewer, beside answering what it asks for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remedy {
    /// Repair packets sent along with the picture.
    pub repair: Option<Scheme>,
    /// Earlier sounds carried in each packet of sound.
    pub sound_depth: u8,
    /// What is sent again is sent twice: a resend that is lost too comes too late.
    pub resend_twice: bool,
}

/// Chooses the remedy, with some patience before it gives one up.
#[derive(Debug, Clone)]
pub struct Mender {
    remedy: Remedy,
    step: usize,
    far: bool,
    in_rows: bool,
    needed: Option<Instant>,
    sound_needed: Option<Instant>,
}

impl Default for Mender {
    /// Until a link is known to be clean, sound is carried once more: it costs little, and nothing else mends it.
    fn default() -> Mender {
        Mender {
            remedy: Remedy { sound_depth: 1, ..Remedy::default() },
            step: 0,
            far: false,
            in_rows: false,
            needed: None,
            sound_needed: None,
        }
    }
}

impl Mender {
    /// What to do now.
    pub fn remedy(&self) -> Remedy {
        self.remedy
    }

    /// Looks at the link, and says whether the remedy has changed.
    pub fn observe(&mut self, link: &LinkState, now: Instant) -> bool {
        let before = self.remedy;
        // The short window answers at once, the long one does not forget a wave between two others.
        let lost = link.losses.short.max(link.losses.long);
        self.far = link.round_trip.is_none_or(|it| {
            // Between the two, it stays what it was.
            it > if self.far { ROUND_TRIP_SHORT * 4 / 5 } else { ROUND_TRIP_SHORT }
        });
        let burst = link.losses.burst;
        self.in_rows = burst > if self.in_rows { IN_ROWS * 0.85 } else { IN_ROWS };
        let table: &[(f32, u8)] = if self.far { &FAR } else { &NEAR };
        self.step = settle(table, self.step, lost, &mut self.needed, now);
        let repair = self.step.checked_sub(1).map(|at| scheme(table[at].1, self.in_rows));
        let depth = usize::from(self.remedy.sound_depth);
        let sound_depth = settle(&SOUND, depth, lost, &mut self.sound_needed, now) as u8;
        self.remedy =
            Remedy { repair, sound_depth, resend_twice: lost >= RESEND_TWICE.0 && lost < RESEND_TWICE.1 };
        self.remedy != before
    }
}

/// Between these shares what is sent again goes out twice. Below, a resend that is lost is rarer than one in ten seconds.
/// Above, the link is more likely full than lossy.
const RESEND_TWICE: (f32, f32) = (0.01, 0.15);

/// Groups of one packet in two or three where losses come in rows.
const fn scheme(group: u8, in_rows: bool) -> Scheme {
    let depth = if !in_rows {
        1
    } else if group <= 8 {
        3
    } else {
        2
    };
    Scheme::new(group, depth)
}

/// The step a share of losses asks for: up at once, down by one after [`HOLD`], when well below.
fn settle(
    table: &[(f32, u8)],
    now_at: usize,
    lost: f32,
    needed: &mut Option<Instant>,
    now: Instant,
) -> usize {
    let now_at = now_at.min(table.len());
    let asked = table.iter().take_while(|(least, _)| lost >= *least).count();
    let relieved = now_at > 0 && lost < table[now_at - 1].0 * RELIEF;
    if asked >= now_at || !relieved {
        if asked > 0 || !relieved {
            *needed = Some(now);
        }
        return asked.max(now_at);
    }
    let needed_at = *needed.get_or_insert(now);
    if now.saturating_duration_since(needed_at) < HOLD {
        return now_at;
    }
    *needed = Some(now);
    now_at - 1
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the story's time has to begin somewhere")]
mod tests {
    use super::*;

    /// A link a second at a time: lost percent, round trip in ms, packets in a row. What is done, where that changes.
    fn told(story: &[(u64, f32, u64, f32)]) -> String {
        let (begin, mut mender, mut out) = (Instant::now(), Mender::default(), Vec::new());
        let mut second = 0;
        for (seconds, percent, round_trip, burst) in story {
            for _ in 0..*seconds {
                let share = percent / 100.0;
                let losses = Losses { short: share, long: share, burst: *burst, packets: 500 };
                let link = LinkState { losses, round_trip: Some(Duration::from_millis(*round_trip)) };
                if mender.observe(&link, begin + Duration::from_secs(second)) {
                    let Remedy { repair, sound_depth, resend_twice } = mender.remedy();
                    let repair = repair.map_or("none".to_owned(), |s| format!("{}x{}", s.group, s.depth));
                    let twice = if resend_twice { " twice" } else { "" };
                    out.push(format!("{second}s {repair} sound+{sound_depth}{twice}"));
                }
                second += 1;
            }
        }
        out.join(", ")
    }

    #[test]
    fn a_clean_link_costs_nothing() {
        assert_eq!(told(&[(30, 0.0, 200, 1.0), (30, 0.5, 20, 1.0)]), "8s none sound+0");
    }

    #[test]
    fn near_by_a_resend_is_enough_and_far_away_it_is_not() {
        assert_eq!(told(&[(20, 3.0, 20, 1.0)]), "0s none sound+1 twice");
        assert_eq!(told(&[(20, 3.0, 160, 1.0)]), "0s 10x1 sound+1 twice");
        assert_eq!(told(&[(20, 10.0, 20, 1.0)]), "0s 12x1 sound+2 twice");
        assert_eq!(told(&[(20, 10.0, 160, 1.0)]), "0s 8x1 sound+2 twice");
        assert_eq!(told(&[(20, 25.0, 160, 1.0)]), "0s 3x1 sound+2");
    }

    #[test]
    fn losses_in_rows_are_met_by_groups_in_turn() {
        assert_eq!(told(&[(20, 10.0, 160, 2.5)]), "0s 8x3 sound+2 twice");
    }

    #[test]
    fn what_was_begun_is_given_up_step_by_step() {
        let told = told(&[(2, 10.0, 160, 1.0), (40, 0.0, 160, 1.0)]);
        assert_eq!(
            told,
            "0s 8x1 sound+2 twice, 2s 8x1 sound+2, 9s 10x1 sound+1, 17s 12x1 sound+0, 25s none sound+0"
        );
    }

    #[test]
    fn a_link_at_the_edge_of_a_step_does_not_waver() {
        let story: Vec<(u64, f32, u64, f32)> =
            (0..60).map(|at| (1, if at % 2 == 0 { 7.2 } else { 6.8 }, 160, 1.0)).collect();
        assert_eq!(told(&story).matches("x1").count(), 1, "{}", told(&story));
    }
}
