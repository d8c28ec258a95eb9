// How long to wait before coming back: longer each time, never at the same moment as everybody else.

const FIRST_MS = 400;
const MOST_MS = 15_000;

/** Waits for the `attempt`th time, 1 being the first. `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(most * (0.5 + random / 2));
}

/** Waits as the server asked, spread over half as much again, so that a whole room does not return at once. */
export function askedMs(reconnectMs: number, random: number): number {
  return Math.round(reconnectMs + random * Math.max(250, reconnectMs / 2));
}
