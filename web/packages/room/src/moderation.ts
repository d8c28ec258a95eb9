// What one may do here: one's role, slow mode, being muted or put out.

import type { EventDto, RoleDto, ServerMessage } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

/** Who one is in this room. */
export type Me = { id: number | null; name: string | null; role: RoleDto };

/** Roles that keep order, and what stands above what. */
const RANK: Record<RoleDto, number> = { host: 3, moderator: 2, viewer: 1, guest: 0 };

export class Moderation {
  readonly #me = signal<Me>({ id: null, name: null, role: "guest" });
  readonly #mutedUntil = signal<number | null>(null);
  readonly #bannedUntil = signal<{ until: number | null } | null>(null);
  readonly #slowModeS = signal(0);

  get me(): ReadonlySignal<Me> {
    return this.#me;
  }

  /** Until when one is muted, by the server's clock. */
  get mutedUntil(): ReadonlySignal<number | null> {
    return this.#mutedUntil;
  }

  /** Whether one was put out while here. */
  get banned(): ReadonlySignal<{ until: number | null } | null> {
    return this.#bannedUntil;
  }

  /** The wait between two messages; staff do not wait. */
  get slowModeS(): ReadonlySignal<number> {
    return this.#slowModeS;
  }

  /** Whether one keeps order here. */
  isStaff(): boolean {
    return RANK[this.#me.value.role] >= RANK.moderator;
  }

  /** Whether one stands above a person of that role. */
  outranks(role: RoleDto): boolean {
    return this.isStaff() && RANK[this.#me.value.role] > RANK[role];
  }

  take(message: ServerMessage, events: readonly EventDto[]): void {
    if (message.type === "welcome") {
      const { id, name, role, muted_until } = message.you;
      this.#me.value = { id, name, role };
      this.#mutedUntil.value = muted_until;
      this.#bannedUntil.value = null;
      this.#slowModeS.value = message.room.slow_mode_s;
    }
    if (message.type === "events") for (const event of events) this.#hear(event);
  }

  #hear(event: EventDto): void {
    const { id } = this.#me.value;
    if (event.event === "slow_mode_set") this.#slowModeS.value = event.seconds;
    if (event.event === "muted" && event.whom === id) this.#mutedUntil.value = event.until;
    if (event.event === "unmuted" && event.whom === id) this.#mutedUntil.value = null;
    if (event.event === "banned" && event.whom === id) this.#bannedUntil.value = { until: event.until };
    if (event.event === "renamed" && event.who === id)
      this.#me.value = { ...this.#me.value, name: event.name };
    if (event.event === "appointed" && event.whom === id) {
      this.#me.value = { ...this.#me.value, role: event.moderator ? "moderator" : "viewer" };
    }
  }
}
