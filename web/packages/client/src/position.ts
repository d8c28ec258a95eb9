// Where a client stands in a room's log, so that it can ask for what it missed.
//
// Of one tick there may be several messages with the same end. If the line breaks between them, the end of that
// tick was not reached; so the position is the end of the tick *before* the last one heard. What is heard twice
// because of it is told apart by its number.

import type { Resume } from "@livehouse/protocol";

export class Position {
  #epoch: number | undefined;
  #whole = 0;
  #tick = 0;

  /** A welcome holds everything up to `seq`. */
  welcome(epoch: number, seq: number): void {
    this.#epoch = epoch;
    this.#whole = seq;
    this.#tick = seq;
  }

  /** A message of the tick that ends at `seq`. */
  heard(epoch: number, seq: number): void {
    if (epoch !== this.#epoch || seq <= this.#tick) return;
    this.#whole = this.#tick;
    this.#tick = seq;
  }

  forget(): void {
    this.#epoch = undefined;
  }

  resume(): Resume | null {
    return this.#epoch === undefined ? null : { epoch: this.#epoch, seq: this.#whole };
  }
}
