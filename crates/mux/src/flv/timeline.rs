//! From an encoder's clock to a stream's line of time, which only goes forward.

use media::Kind;

/// Two messages further apart than this, in milliseconds, are a jump of the clock and not a pause.
const JUMP_MS: i64 = 10_000;

/// The time of both sound and picture.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    audio: Line,
    video: Line,
}

#[derive(Debug, Default, Clone, Copy)]
struct Line {
    /// The message before: its time as sent, the same without wrapping, and where it lies on the stream's line.
    last: Option<(u32, i64, i64)>,
    /// What is added to the encoder's time.
    shift: i64,
}

/// Where a message lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// In milliseconds; never less than of the message of this kind before.
    pub(super) ms: i64,
    /// Whether the clock jumped.
    pub(super) jumped: bool,
}

impl Timeline {
    /// Places a message. Time wraps after seven weeks; it may go back a little, and then stands still; when it leaps, as
    /// that of an encoder which starts its clock anew, the leap is taken out, of sound and picture alike.
    pub(super) fn place(&mut self, kind: Kind, sent: u32) -> Placed {
        let (line, other) = match kind {
            Kind::Audio => (&mut self.audio, self.video),
            Kind::Video => (&mut self.video, self.audio),
        };
        let reference = line.last.or(other.last);
        let Some((sent_before, time_before, _)) = reference else {
            let time = i64::from(sent);
            line.last = Some((sent, time, time));
            return Placed { ms: time, jumped: false };
        };
        let time = time_before + i64::from(sent.wrapping_sub(sent_before).cast_signed());
        if line.last.is_none() {
            line.shift = other.shift;
        }
        let before = line.last.map(|(_, _, placed)| placed);
        let newest = before.max(other.last.map(|(_, _, placed)| placed)).unwrap_or(0);
        let is_near = |shift: i64| (time + shift - newest).abs() <= JUMP_MS;
        let mut jumped = false;
        if before.is_some() && !is_near(line.shift) {
            jumped = true;
            line.shift = if is_near(other.shift) { other.shift } else { newest - time };
        }
        let ms = (time + line.shift).max(before.unwrap_or(i64::MIN));
        line.last = Some((sent, time, ms));
        Placed { ms, jumped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Audio, Video};

    #[track_caller]
    fn check(story: &[(Kind, u32, i64)], jumps: usize) {
        let mut timeline = Timeline::default();
        let mut seen = 0;
        for (at, (kind, sent, expected)) in story.iter().enumerate() {
            let placed = timeline.place(*kind, *sent);
            assert_eq!(placed.ms, *expected, "message {at}");
            seen += usize::from(placed.jumped);
        }
        assert_eq!(seen, jumps);
    }

    #[test]
    fn time_that_goes_back_a_little_stands_still() {
        check(&[(Video, 0, 0), (Video, 40, 40), (Video, 20, 40), (Video, 60, 60), (Audio, 50, 50)], 0);
    }

    #[test]
    fn time_wraps_after_seven_weeks() {
        let end = u32::MAX - 9;
        let from = i64::from(end);
        check(&[(Video, end, from), (Audio, 5, from + 15), (Video, 30, from + 40)], 0);
    }

    #[test]
    fn an_encoder_that_starts_its_clock_anew_goes_on_where_it_was() {
        check(
            &[
                (Video, 100_000, 100_000),
                (Audio, 100_010, 100_010),
                (Video, 0, 100_010),
                (Audio, 10, 100_020),
                (Video, 40, 100_050),
                (Audio, 30, 100_040),
            ],
            2,
        );
    }

    #[test]
    fn a_pause_is_no_jump() {
        check(&[(Video, 0, 0), (Video, 9_000, 9_000), (Audio, 9_000, 9_000)], 0);
    }

    #[test]
    fn sound_and_picture_that_never_agree_both_go_on() {
        check(&[(Video, 0, 0), (Audio, 50_000, 50_000), (Video, 40, 50_000), (Audio, 50_040, 50_040)], 1);
    }
}
