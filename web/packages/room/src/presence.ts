// Who is here: how many, and those we have heard of, for names to choose from when one is to be mentioned.

import type { EventDto, Present, RoleDto, ServerMessage } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

/** A person we have heard of, and when last. */
export type Known = { id: number; name: string; role: RoleDto; heardAt: number };

/** Names kept to choose from; past this the longest silent goes. */
const KNOWN_MAX = 500;

export class Presence {
  readonly #present = signal(0);
  readonly #arrivals = signal<readonly Present[]>([]);
  readonly #known = new Map<number, Known>();
  #heard = 0;

  /** How many are here. */
  get present(): ReadonlySignal<number> {
    return this.#present;
  }

  /** Some of those who came in last. */
  get arrivals(): ReadonlySignal<readonly Present[]> {
    return this.#arrivals;
  }

  take(message: ServerMessage): void {
    if (message.type === "welcome") {
      this.#present.value = message.room.counts.present;
      this.meet(message.room.host);
      for (const event of message.events) this.#hear(event);
    } else if (message.type === "counts") {
      this.#present.value = message.present;
      if (message.joined !== undefined && message.joined.length > 0) {
        this.#arrivals.value = message.joined;
        for (const person of message.joined) this.meet(person);
      }
    } else if (message.type === "events") {
      for (const event of message.events) this.#hear(event);
    }
  }

  /** Remembers a person. */
  meet(person: Present): void {
    this.#heard += 1;
    // Taken out and put in again, so that the map's order is the order of hearing.
    this.#known.delete(person.id);
    this.#known.set(person.id, { ...person, heardAt: this.#heard });
    if (this.#known.size > KNOWN_MAX) {
      for (const silent of this.#known.keys()) {
        this.#known.delete(silent);
        break;
      }
    }
  }

  known(id: number): Known | undefined {
    return this.#known.get(id);
  }

  /** Those whose name has `part` in it, best first: names that begin with it, then who was heard last. */
  named(part: string, most: number): Known[] {
    const wanted = part.toLocaleLowerCase();
    return [...this.#known.values()]
      .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => {
        const first =
          Number(b.name.toLocaleLowerCase().startsWith(wanted)) -
          Number(a.name.toLocaleLowerCase().startsWith(wanted));
        return first !== 0 ? first : b.heardAt - a.heardAt;
      })
      .slice(0, most);
  }

  #hear(event: EventDto): void {
    if (event.event === "said") this.meet({ id: event.by, name: event.name, role: event.role });
    if (event.event === "renamed") {
      const known = this.#known.get(event.who);
      if (known !== undefined) this.#known.set(event.who, { ...known, name: event.name });
    }
    if (event.event === "appointed") {
      const known = this.#known.get(event.whom);
      const role = event.moderator ? "moderator" : "viewer";
      if (known !== undefined) this.#known.set(event.whom, { ...known, role });
    }
  }
}
