//! Fitting parts and segments to what an encoder really sends. What is measured here is frozen before the first
//! playlist goes out: players hold a server to its first word.

use media::MediaTime;

/// The least share of the part target that a part may last, by the protocol: 85 of 100.
const PART_LEAST_PERCENT: i64 = 85;

/// The longest part there is: with fewer frames than this a part waits for its frame.
const PART_LONGEST: MediaTime = MediaTime(2 * MediaTime::PER_SECOND);

/// The least target duration: a keyframe that was asked for over a network comes when it comes.
const TARGET_LEAST_S: i64 = 3;

/// How one rendition's parts are measured out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// How long a frame usually lasts.
    pub frame: MediaTime,
    /// How long a part lasts at most.
    pub part: MediaTime,
}

impl Fit {
    /// Fits parts of about `wanted` to frames that begin at `starts`.
    pub fn new(starts: &[MediaTime], wanted: MediaTime) -> Fit {
        let frame = usual(starts).unwrap_or(wanted);
        // The nearest whole number of them: measured times are never quite exact.
        let many = (wanted.0.saturating_add(frame.0 / 2) / frame.0.max(1)).max(1);
        // A hundredth more, for encoders that round each frame's time to the millisecond.
        let exact = frame.0.saturating_mul(many).saturating_mul(101) / 100;
        let part = whole_millis(MediaTime(exact)).min(PART_LONGEST);
        Fit { frame, part }
    }

    /// The least a part may last that is not its segment's last.
    pub fn part_least(&self) -> MediaTime {
        // Rounded up, so that five written decimals cannot fall below it.
        MediaTime(self.part.0.saturating_mul(PART_LEAST_PERCENT) / 100 + MediaTime::PER_SECOND / 50_000)
    }
}

/// The target duration in seconds for segments of which the longest so far lasted `longest`, and none may last longer
/// than `most`.
pub fn target_s(longest: MediaTime, most: MediaTime) -> i64 {
    let roomy = longest.0.saturating_add(MediaTime::PER_SECOND * 3 / 2 - 1) / MediaTime::PER_SECOND;
    let most = most.0 / MediaTime::PER_SECOND;
    roomy.clamp(TARGET_LEAST_S, most.max(TARGET_LEAST_S))
}

/// The usual distance of frames: the mean of those distances that are not breaks.
fn usual(starts: &[MediaTime]) -> Option<MediaTime> {
    let mut gaps: Vec<i64> =
        starts.windows(2).map(|pair| (pair[1] - pair[0]).0).filter(|gap| *gap > 0).collect();
    gaps.sort_unstable();
    let median = *gaps.get(gaps.len() / 2)?;
    let usual: Vec<i64> = gaps.into_iter().filter(|gap| *gap <= median.saturating_mul(3) / 2).collect();
    let sum: i64 = usual.iter().fold(0, |sum, gap| sum.saturating_add(*gap));
    Some(MediaTime(sum / i64::try_from(usual.len()).unwrap_or(1).max(1)))
}

/// Up to the next whole millisecond.
fn whole_millis(time: MediaTime) -> MediaTime {
    const MILLI: i64 = MediaTime::PER_SECOND / 1_000;
    MediaTime(time.0.saturating_add(MILLI - 1) / MILLI * MILLI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(starts: impl Iterator<Item = MediaTime>, frame_us: i64, part_ms: i64) {
        let starts: Vec<MediaTime> = starts.collect();
        let fit = Fit::new(&starts, MediaTime::from_millis(500));
        assert_eq!((fit.frame.to_ticks(1_000_000), fit.part.as_millis()), (frame_us, part_ms));
    }

    #[test]
    fn parts_hold_whole_frames() {
        check((0..60).map(|n| MediaTime::from_ticks(n, 30)), 33_333, 505);
        check((0..60).map(|n| MediaTime::from_ticks(n * 1_001, 30_000)), 33_367, 506);
        check((0..60).map(|n| MediaTime::from_millis(n * 100 / 3)), 33_322, 505);
        check((0..100).map(|n| MediaTime::from_ticks(n * 1_024, 48_000)), 21_333, 496);
        check((0..100).map(|n| MediaTime::from_ticks(n * 960, 48_000)), 20_000, 505);
        check((0..20).map(|n| MediaTime::from_millis(n * 400)), 400_000, 404);
        check((0..5).map(|n| MediaTime::from_millis(n * 1_000)), 1_000_000, 1_010);
        check((0..5).map(|n| MediaTime::from_millis(n * 9_000)), 9_000_000, 2_000);
    }

    #[test]
    fn a_break_is_no_frame() {
        let starts = (0..60).map(|n| MediaTime::from_millis(n * 40 + if n > 30 { 900 } else { 0 }));
        check(starts, 40_000, 526);
    }

    #[test]
    fn who_sends_one_frame_gets_what_is_wanted() {
        check([MediaTime::ZERO].into_iter(), 500_000, 505);
        check([MediaTime::ZERO, MediaTime::ZERO].into_iter(), 500_000, 505);
    }

    #[test]
    fn the_target_leaves_room() {
        let most = MediaTime::from_millis(6_000);
        for (longest_ms, target) in [(900, 3), (2_000, 3), (2_400, 3), (2_600, 4), (4_000, 5), (8_300, 6)] {
            assert_eq!(target_s(MediaTime::from_millis(longest_ms), most), target, "{longest_ms}");
        }
    }
}
