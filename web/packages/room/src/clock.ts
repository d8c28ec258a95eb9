// The server's clock, as far as it can be told from here: a refusal says "at 12:00:03", and only the difference counts.

import type { ServerMessage } from "@livehouse/protocol";

export class RoomClock {
  readonly #now: () => number;
  #ahead = 0;

  /** `now` is this machine's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  take(message: ServerMessage): void {
    if (message.type === "welcome") this.#ahead = message.room.now - this.#now();
    if (message.type === "pong") this.#ahead = message.at - this.#now();
  }

  /** What the server's clock shows now. */
  now(): number {
    return this.#now() + this.#ahead;
  }

  /** How long until the server's clock shows `at`; never less than nothing. */
  until(at: number): number {
    return Math.max(0, at - this.now());
  }
}
