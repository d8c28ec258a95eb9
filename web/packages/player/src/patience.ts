// How long a picture waits before it is shown, so that what was lost on the way can still come.
//
// A lost packet is asked for again at once; if the question or its answer is lost too, a browser that only watches
// asks anew after 100 ms, since it knows no round trip. On a clean link waiting would only cost delay, so nobody
// waits; on a lossy one two more rounds fit into a wait of some 250 ms, and the picture does not stutter.

import type { Quality } from "./quality.ts";

/** The share of packets lost from which on stutters become frequent enough to be worth a wait. */
const LOSSY_SHARE = 0.015;
/** Below this a link is clean again. */
const CLEAN_SHARE = 0.005;
/** How long a link must have been clean before the wait is given up: losses come in spells. */
const CALM_MS = 30_000;
/** The least time between two askings of a browser. */
const ASK_MS = 100;
/** For the answers to travel and the frame to be decoded. */
const MARGIN_MS = 50;
/** More than this is no longer live; a link that needs it has other troubles. */
const MOST_MS = 500;

export class Patience {
  #wait: number | null = null;
  #lossShare = 0;
  #cleanSince: number | null = null;

  /** The wait in milliseconds after what was seen until `now`; `null` leaves it to the browser. */
  take(seen: Pick<Quality, "lossShare" | "roundTripMs">, now: number): number | null {
    // One bad second is not yet a lossy link.
    this.#lossShare += (seen.lossShare - this.#lossShare) * 0.4;
    if (this.#lossShare >= LOSSY_SHARE) {
      this.#cleanSince = null;
      const round = Math.max(ASK_MS, (seen.roundTripMs ?? 0) * 1.2);
      const wait = Math.min(MOST_MS, Math.round((2 * round + MARGIN_MS) / 50) * 50);
      this.#wait = Math.max(this.#wait ?? 0, wait);
    } else if (this.#lossShare < CLEAN_SHARE) {
      this.#cleanSince ??= now;
      if (now - this.#cleanSince >= CALM_MS) this.#wait = null;
    } else {
      this.#cleanSince = null;
    }
    return this.#wait;
  }
}
