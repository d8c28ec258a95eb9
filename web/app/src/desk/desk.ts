// The desk as one thing: the line to the room, and what has to be asked for because no event tells it whole.

import type { PeopleDto, SanctionsDto } from "@livehouse/protocol";
import { effect, signal } from "@preact/signals";

import { api } from "../shell/account.ts";
import { RoomLine } from "../shell/room-line.ts";

/** While somebody looks, the list of people is this fresh. */
const AGAIN_MS = 10_000;
/** A burst of joins is one question. */
const SOON_MS = 400;

export class Desk {
  readonly line: RoomLine;
  readonly people = signal<PeopleDto | null>(null);
  readonly sanctions = signal<SanctionsDto | null>(null);
  #soon: ReturnType<typeof setTimeout> | null = null;

  constructor(slug: string) {
    this.line = new RoomLine(slug);
  }

  get slug(): string {
    return this.line.slug;
  }

  open(): () => void {
    const leave = this.line.open();
    const { room } = this.line;
    // What was done last stands in the talk, and who is here is counted: either changing is a reason to ask again.
    const stop = effect(() => {
      void room.chat.rows.value.findLast((row) => row.kind === "notice")?.seq;
      void room.presence.present.value;
      this.refresh();
    });
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") this.refresh();
    }, AGAIN_MS);
    return () => {
      stop();
      clearInterval(timer);
      if (this.#soon !== null) clearTimeout(this.#soon);
      leave();
    };
  }

  /** Asks for people and sanctions, once for all reasons of the moment. */
  refresh(): void {
    if (this.#soon !== null) return;
    this.#soon = setTimeout(() => {
      this.#soon = null;
      void this.#ask();
    }, SOON_MS);
  }

  async #ask(): Promise<void> {
    const [people, sanctions] = await Promise.all([api.people(this.slug), api.sanctions(this.slug)]);
    if (people.ok) {
      this.people.value = people.value;
      for (const person of people.value.people) this.line.room.presence.meet(person);
    }
    if (sanctions.ok) this.sanctions.value = sanctions.value;
  }
}
