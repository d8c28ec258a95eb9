//! What may be chosen about a programme.

use media::MediaTime;

/// How a programme is cut and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a part is to last. It is fitted to the frames' own duration, and frozen before the first playlist.
    pub part: MediaTime,
    /// A keyframe earlier in a segment than this does not end it.
    pub segment_min: MediaTime,
    /// For so long the beginning is watched before parts and segments are measured out.
    pub segment_wanted: MediaTime,
    /// The longest a segment may be, however far apart the keyframes are.
    pub segment_max: MediaTime,
    /// How far back one may watch.
    pub window: MediaTime,
    /// The most bytes kept of a programme; past it the window is shorter.
    pub window_bytes_max: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            part: MediaTime::from_millis(500),
            segment_min: MediaTime::from_millis(1_000),
            segment_wanted: MediaTime::from_millis(1_900),
            segment_max: MediaTime::from_millis(6_000),
            window: MediaTime::from_millis(600_000),
            window_bytes_max: 256 * 1024 * 1024,
        }
    }
}
