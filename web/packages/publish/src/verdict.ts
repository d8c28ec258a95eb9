//! How the show leaves this machine, as a verdict a person can act on. A single bad second is no verdict: it takes
//! several to change one, in either direction.

import type { Outgoing } from "./outgoing.ts";

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

/** The verdict over the latest readings; `wished` is what the encoder was asked for. */
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
  if (mostly(recent, (reading) => reading.limit === "cpu")) return { is: "fair", because: "cpu" };
  if (loss >= LOSS_FAIR) return { is: "fair", because: "loss" };
  if (round_trip_ms >= ROUND_TRIP_FAIR_MS) return { is: "fair", because: "round_trip" };
  const frames = recent.map((reading) => reading.frames_per_s).filter((value) => value !== null);
  if (frames.length > 0 && mean(frames) < wished.frames_per_s * FRAMES_FAIR)
    return { is: "fair", because: "frames" };
  return { is: "good" };
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
