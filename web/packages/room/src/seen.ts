// Which events were already folded in. After a break some are said again; each counts once.

/** Repeats come from the last seconds before a break, far fewer than this. */
const SEEN_MAX = 4096;

export class Seen {
  readonly #seqs = new Set<number>();

  /** Whether this is the first time. */
  first(seq: number): boolean {
    if (this.#seqs.has(seq)) return false;
    this.#seqs.add(seq);
    if (this.#seqs.size > SEEN_MAX) {
      // A set keeps the order of arrival: the first is the oldest.
      for (const oldest of this.#seqs) {
        this.#seqs.delete(oldest);
        break;
      }
    }
    return true;
  }

  forget(): void {
    this.#seqs.clear();
  }
}
