//! Whether the queue on the way grows: the slope of how late packets come, against a threshold that learns how much of
//! it is chance.

use std::collections::VecDeque;

use super::arrival::Delta;
use super::rate::Usage;

/// Groups that a line is laid through.
const WINDOW: usize = 20;

/// How much of the old value a new one leaves: the smoothing of how late packets come.
const SMOOTHING: f64 = 0.9;

/// A slope counts for more the more groups it rests on, up to so many.
const WEIGHT_MAX: usize = 60;

/// What the weighted slope is multiplied by before it is compared.
const GAIN: f64 = 4.0;

/// The threshold in milliseconds: where it begins, and its bounds.
const THRESHOLD_MS: f64 = 12.5;
const THRESHOLD_MS_MIN: f64 = 6.0;
const THRESHOLD_MS_MAX: f64 = 600.0;

/// How fast the threshold follows a slope above it, and one below it, for each millisecond.
const RISE: f64 = 0.0087;
const FALL: f64 = 0.039;

/// A slope that is farther above the threshold than this is a spike, which teaches nothing.
const SPIKE_MS: f64 = 15.0;

/// The queue must grow for so long before it counts.
const OVERUSE_MS: f64 = 10.0;

#[derive(Debug)]
pub(super) struct Trend {
    /// When each group came, and how late by then, smoothed.
    points: VecDeque<(f64, f64)>,
    count: usize,
    late_ms: f64,
    smoothed_ms: f64,
    threshold_ms: f64,
    slope: f64,
    growing_ms: Option<f64>,
    growing_groups: u32,
    usage: Usage,
}

impl Default for Trend {
    fn default() -> Trend {
        Trend {
            points: VecDeque::new(),
            count: 0,
            late_ms: 0.0,
            smoothed_ms: 0.0,
            threshold_ms: THRESHOLD_MS,
            slope: 0.0,
            growing_ms: None,
            growing_groups: 0,
            usage: Usage::Normal,
        }
    }
}

impl Trend {
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether the queue is getting shorter.
    pub(super) fn falls(&self) -> bool {
        self.slope < 0.0
    }

    pub(super) fn add(&mut self, delta: &Delta) {
        self.count = (self.count + 1).min(1_000);
        self.late_ms += delta.arrived_ms - delta.sent_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.late_ms;
        self.points.push_back((delta.at_ms, self.smoothed_ms));
        if self.points.len() > WINDOW {
            self.points.pop_front();
        }
        if self.points.len() == WINDOW {
            let slope = self.fit().unwrap_or(self.slope);
            self.judge(slope, delta);
        }
    }

    /// The slope of the line with the least squares of distance.
    fn fit(&self) -> Option<f64> {
        let count = self.points.len() as f64;
        let (sum_x, sum_y) =
            self.points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        let (mean_x, mean_y) = (sum_x / count, sum_y / count);
        let (over, under) = self.points.iter().fold((0.0, 0.0), |sum, (x, y)| {
            (sum.0 + (x - mean_x) * (y - mean_y), sum.1 + (x - mean_x) * (x - mean_x))
        });
        (under > 0.0).then(|| over / under)
    }

    fn judge(&mut self, slope: f64, delta: &Delta) {
        let weighted = slope * self.count.min(WEIGHT_MAX) as f64 * GAIN;
        if weighted > self.threshold_ms {
            let before = self.growing_ms.map_or(-delta.sent_ms / 2.0, |ms| ms);
            let growing = before + delta.sent_ms;
            self.growing_ms = Some(growing);
            self.growing_groups += 1;
            if growing > OVERUSE_MS && self.growing_groups > 1 && slope >= self.slope {
                self.growing_ms = None;
                self.growing_groups = 0;
                self.usage = Usage::Over;
            }
        } else {
            self.growing_ms = None;
            self.growing_groups = 0;
            self.usage = if weighted < -self.threshold_ms { Usage::Under } else { Usage::Normal };
        }
        self.slope = slope;
        self.adapt(weighted.abs(), delta.arrived_ms);
    }

    fn adapt(&mut self, weighted: f64, passed_ms: f64) {
        if weighted > self.threshold_ms + SPIKE_MS {
            return;
        }
        let speed = if weighted < self.threshold_ms { FALL } else { RISE };
        self.threshold_ms += speed * (weighted - self.threshold_ms) * passed_ms.min(100.0);
        self.threshold_ms = self.threshold_ms.clamp(THRESHOLD_MS_MIN, THRESHOLD_MS_MAX);
    }
}
