//! How the show leaves this machine, as a verdict a person can act on. A single bad second is no verdict: it takes
//! several to change one, in either direction.

import type { Limit, Outgoing } from "./outgoing.ts";

/** How it goes, and what is the matter. */
export type Verdict = { is: "starting" } | { is: "good" } | { is: "fair" | "poor"; because: Trouble };

/** What is the matter, the worst first. */
export type Trouble = "nothing_sent" | "loss" | "round_trip" | "uplink" | "cpu" | "frames";

/** How many readings a verdict looks back on, one a second. */
export const READINGS_MAX = 10;

/** Loss the retransmissions no longer hide well, and loss they cannot mend. */
const LOSS_FAIR = 0.03;
const LOSS_POOR = 0.1;
/** A round trip after which mending comes late, and one after which it comes too late. */
const ROUND_TRIP_FAIR_MS = 250;
const ROUND_TRIP_POOR_MS = 600;
/** Below this many bits a second nothing one would watch is leaving. */
const NOTHING_BPS = 8_000;
/** Of the frames wished, the share below which motion looks torn. */
const FRAMES_FAIR = 0.7;
/** Of the time, the share in which the computer held the picture back, from which on that is what is the matter. */
const CPU_SHARE_FAIR = 0.5;

/** Whether the computer did not keep up: by the reason the browser gives, or by how long it has held. */
export function isCpuBound(reading: { limit: Limit; cpu_share: number | null }): boolean {
  return reading.limit === "cpu" || (reading.cpu_share ?? 0) >= CPU_SHARE_FAIR;
}

/** Whether so few frames look torn. */
export function isTooFew(frames_per_s: number, wished_per_s: number): boolean {
  return frames_per_s < wished_per_s * FRAMES_FAIR;
}

/**
 * The verdict over the latest readings; `wished` is what the encoder was asked for. A shared screen gives a frame where
 * something changes and no more: for it `frames_per_s` is 0.
 */
export function judge(readings: readonly Outgoing[], wished: { frames_per_s: number; bps: number }): Verdict {
  const recent = readings.slice(-READINGS_MAX);
  if (recent.length < 3) return { is: "starting" };
  const last = recent.slice(-3);
  if (last.every((reading) => reading.bps < NOTHING_BPS)) return { is: "poor", because: "nothing_sent" };
  const loss = mean(recent.map((reading) => reading.loss ?? 0));
  const round_trip_ms = median(recent.map((reading) => reading.round_trip_ms ?? 0));
  if (loss >= LOSS_POOR) return { is: "poor", because: "loss" };
  if (round_trip_ms >= ROUND_TRIP_POOR_MS) return { is: "poor", because: "round_trip" };
  // A young connection feels its way up, and says so in the same words as one that is held back.
  const held = recent.length === READINGS_MAX && mostly(recent, (reading) => isHeldBack(reading, wished.bps));
  if (held) {
    const bps = mean(recent.map((reading) => reading.bps));
    return { is: bps < wished.bps / 3 ? "poor" : "fair", because: "uplink" };
  }
  if (mostly(recent, isCpuBound)) return { is: "fair", because: "cpu" };
  if (loss >= LOSS_FAIR) return { is: "fair", because: "loss" };
  if (round_trip_ms >= ROUND_TRIP_FAIR_MS) return { is: "fair", because: "round_trip" };
  const missing = framesMissing(recent, wished.frames_per_s);
  return missing === null ? { is: "good" } : { is: "fair", because: missing };
}

/** Who loses the frames: a camera that gives few, or an encoder that leaves out what the camera gives. */
function framesMissing(recent: readonly Outgoing[], wished_per_s: number): "cpu" | "frames" | null {
  const frames = recent.map((reading) => reading.frames_per_s).filter((value) => value !== null);
  if (frames.length === 0 || !isTooFew(mean(frames), wished_per_s)) return null;
  const given = recent.map((reading) => reading.source_frames_per_s).filter((value) => value !== null);
  if (given.length === 0 || isTooFew(mean(given), wished_per_s)) return "frames";
  // A line that is short drops frames too; it is judged above, by what it carries.
  return mostly(recent, (reading) => reading.limit === "bandwidth") ? null : "cpu";
}

function isHeldBack(reading: Outgoing, wished_bps: number): boolean {
  return reading.limit === "bandwidth" && (reading.available_bps ?? reading.bps) < wished_bps;
}

function mostly(readings: readonly Outgoing[], holds: (reading: Outgoing) => boolean): boolean {
  return readings.filter(holds).length * 2 > readings.length;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
