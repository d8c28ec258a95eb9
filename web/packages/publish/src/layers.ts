//! In how many sizes the picture is sent at once, so that each viewer gets the one its link and its window have room for.
//! Only figures: no peer connection is touched here.

import type { Limit } from "./outgoing.ts";
import { type Plan, scaleDownOf, sentHeightOf, videoBpsMax } from "./plan.ts";

/** A layer's name in the session description. */
export type LayerName = "q" | "h" | "f";

/** One size of the picture. */
export interface Layer {
  /** Nothing where the picture is sent in one size only. */
  rid: LayerName | null;
  /** How much smaller it is made than the camera's picture. */
  scale: number;
  bps_max: number;
}

/** Below this a quarter of the height is too small to be of use to anybody. */
const HEIGHT_MIN = 540;

/**
 * The smaller sizes take so much of the largest one's bits: somewhat more for each pixel, because small pictures are
 * harder to code.
 */
const SHARES: readonly { rid: LayerName; down: number; share: number }[] = [
  { rid: "q", down: 4, share: 0.09 },
  { rid: "h", down: 2, share: 0.28 },
  { rid: "f", down: 1, share: 1 },
];

/**
 * The layers for a camera's picture of `height`, the smallest first: a browser gives them bits in this order. VP9 and
 * AV1 cost too much to encode more than once.
 */
export function layersOf(plan: Plan, height: number, several: boolean): Layer[] {
  const scale = scaleDownOf(plan, height);
  const bps_max = videoBpsMax(plan);
  const light = plan.codec === "auto" || plan.codec === "H264" || plan.codec === "VP8";
  if (!several || !light || sentHeightOf(plan, height) < HEIGHT_MIN) return [{ rid: null, scale, bps_max }];
  return SHARES.map(({ rid, down, share }) => ({
    rid,
    scale: scale * down,
    bps_max: Math.round(bps_max * share),
  }));
}

/** So many readings in a row, one a second, of an encoder that cannot keep up are no passing trouble. */
const SLOW_READINGS = 8;

/** Whether the encoder has been too slow for what it is asked for long enough to send fewer sizes. */
export function isTooMuch(readings: readonly { limit: Limit }[]): boolean {
  const last = readings.slice(-SLOW_READINGS);
  return last.length === SLOW_READINGS && last.every((reading) => reading.limit === "cpu");
}

/** What the server says of the layers, by name: whether anybody wants them. `null` for what says nothing of them. */
export function wantedBy(message: unknown): ReadonlyMap<string, boolean> | null {
  if (typeof message !== "string" || message.length > MESSAGE_MAX) return null;
  let said: unknown;
  try {
    said = JSON.parse(message);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null || !("layers" in said)) return null;
  const { layers } = said;
  if (typeof layers !== "object" || layers === null) return null;
  const named = Object.entries(layers).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === "boolean",
  );
  return new Map(named);
}

/** What the server has to say is short. */
const MESSAGE_MAX = 4_096;
