//! What the line to the server carries upwards, before the show: bytes are posted and timed.
//! It is an estimate of this moment over HTTP; once live, the congestion control of the show itself knows better
//! (`Outgoing.available_bps`), and the studio shows that instead.

/** What came of measuring. */
export type Uplink =
  | { is: "measured"; bps: number; bytes: number; took_ms: number }
  /** The server offers no place to post to; the figure comes once live. */
  | { is: "not_offered" }
  | { is: "failed" };

/** Whether that carries a show. */
export type UplinkVerdict = "enough" | "tight" | "too_little";

/** The first post, which opens the connection and widens its window. */
const FIRST_BYTES = 128 * 1024;
/** The most that is posted at once: what the server takes. */
const BYTES_MAX = 2 * 1024 * 1024;
/** How long the measuring post should last. */
const WISHED_MS = 1_500;
/** A show's bits swing around their mean, and other programs want some too. */
const HEADROOM = 1.4;
/** Past this the line is so slow that there is nothing more to learn. */
const PATIENCE_MS = 12_000;

/** The world as the measuring sees it. */
export interface UplinkWorld {
  fetch: typeof fetch;
  now: () => number;
}

/** Posts twice to `url`: once to warm the connection, once sized by what the first time showed. */
export async function measureUplink(url: string, world: UplinkWorld): Promise<Uplink> {
  const first = await post(url, FIRST_BYTES, world);
  if (first.is !== "measured") return first;
  const second = await post(url, secondBytes(first.bps), world);
  if (second.is !== "measured") return first;
  return second.bps > first.bps ? second : { ...second, bps: Math.round((second.bps + first.bps) / 2) };
}

/** How much to post so that it lasts about a second and a half. */
export function secondBytes(bps: number): number {
  return Math.round(Math.min(BYTES_MAX, Math.max(FIRST_BYTES, (bps / 8) * (WISHED_MS / 1_000))));
}

/** Whether a line of `bps` carries a show of `wished_bps`. */
export function judgeUplink(bps: number, wished_bps: number): UplinkVerdict {
  if (bps >= wished_bps * HEADROOM) return "enough";
  return bps >= wished_bps ? "tight" : "too_little";
}

async function post(url: string, bytes: number, world: UplinkWorld): Promise<Uplink> {
  const started = world.now();
  try {
    const response = await world.fetch(url, {
      method: "POST",
      body: noise(bytes),
      headers: { "content-type": "application/octet-stream" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 404 || response.status === 405) return { is: "not_offered" };
    if (!response.ok) return { is: "failed" };
  } catch {
    return { is: "failed" };
  }
  const took_ms = Math.max(1, world.now() - started);
  return { is: "measured", bps: Math.round((bytes * 8_000) / took_ms), bytes, took_ms };
}

/** Bytes that no proxy on the way can compress. */
function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536)
    crypto.getRandomValues(all.subarray(at, Math.min(bytes, at + 65_536)));
  return all;
}
