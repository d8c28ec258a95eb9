// Likes: the room's total is the server's; one's own presses bounce at once and go out in handfuls.

import type { Order, ServerMessage } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

export class Like {
  readonly #total = signal(0);
  #listeners = new Set<(more: number) => void>();

  get total(): ReadonlySignal<number> {
    return this.#total;
  }

  /** Hears how many likes came in since the last count. */
  listen(listener: (more: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(message: ServerMessage): void {
    if (message.type === "welcome") this.#total.value = message.room.counts.likes;
    if (message.type === "counts") {
      const more = message.likes - this.#total.value;
      this.#total.value = message.likes;
      if (more > 0) for (const listener of this.#listeners) listener(more);
    }
  }
}

/** The server takes at most so many at once. */
const COUNT_MAX = 50;

/** Presses that wait; past this they are not counted, because nobody presses so fast. */
const WAITING_MAX = 500;

/** How long presses are gathered before they go out together. */
const GATHER_MS = 400;

/** One's own presses on their way. At most one order is under way at a time, so presses gather behind it. */
export class LikePress {
  readonly #send: (order: Order) => Promise<unknown>;
  readonly #after: (ms: number, run: () => void) => () => void;
  #waiting = 0;
  #busy = false;

  constructor(send: (order: Order) => Promise<unknown>, after: (ms: number, run: () => void) => () => void) {
    this.#send = send;
    this.#after = after;
  }

  press(): void {
    this.#waiting = Math.min(WAITING_MAX, this.#waiting + 1);
    if (this.#busy) return;
    this.#busy = true;
    this.#after(GATHER_MS, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#waiting > 0) {
      const count = Math.min(COUNT_MAX, this.#waiting);
      this.#waiting -= count;
      await this.#send({ do: "like", count });
    }
    this.#busy = false;
  }
}
