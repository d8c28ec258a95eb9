// A line to one room, for the pages of those who run it: the room as state, the session that feeds it, and orders
// whose refusals are said aloud.

import { type Doorstep, eventStreamLine, type Outcome, Session, socketLine } from "@livehouse/client";
import type { Order } from "@livehouse/protocol";
import { Room } from "@livehouse/room";

import { api, sayFailure } from "./account.ts";
import { toast } from "./toast.tsx";

export class RoomLine {
  readonly room = new Room(Date.now);
  readonly session: Session;
  readonly slug: string;

  constructor(slug: string) {
    this.slug = slug;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/api/v1/rooms/${encodeURIComponent(slug)}/ws`;
    this.session = new Session({
      lines: [socketLine(url), eventStreamLine(slug, api)],
      world: {
        now: Date.now,
        random: Math.random,
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      onMessage: (message) => this.room.take(message),
      knock: () => this.#knock(),
      fetchEvents: async (from, to) => {
        const result = await api.history(slug, to + 1, Math.min(200, to - from + 1));
        return result.ok ? result.value.events.filter((event) => event.seq >= from) : null;
      },
    });
  }

  /** Connects, and comes back at once when the network or the person does. Returns how to leave. */
  open(): () => void {
    const wake = (): void => {
      if (document.visibilityState === "visible") this.session.wake();
    };
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    this.session.start();
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      this.session.close();
    };
  }

  /** Gives an order; a refusal is shown. Answers whether it was carried out. */
  async order(order: Order): Promise<boolean> {
    const outcome = await this.session.send(order);
    const said = sayOutcome(outcome);
    if (said !== null) toast(said, "bad");
    return outcome.kind === "done";
  }

  async #knock(): Promise<Doorstep> {
    const result = await api.room(this.slug);
    if (result.ok) return result.value.may_enter ? "open" : "not_allowed";
    const { failure } = result;
    // A server that is starting or has too much to do is not one that says no.
    if (failure.kind === "unreachable" || failure.status >= 500 || failure.status === 429)
      return "unreachable";
    return failure.code === "banned" ? "banned" : "not_allowed";
  }
}

/** What became of an order, where it has to be said. */
export function sayOutcome(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case "done":
      return null;
    case "refused":
      return sayFailure({ ...outcome, kind: "refused", status: 409 });
    case "unanswered":
      return sayFailure({ kind: "unreachable" });
    default: {
      const never: never = outcome;
      return never;
    }
  }
}
