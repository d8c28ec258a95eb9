// A visit to a room: from the door to the last word. The page's parts read its signals and call its verbs; none of
// them knows a socket or an address.

import type { Outcome } from "@livehouse/client";
import type { Order, RoomCardDto } from "@livehouse/protocol";
import { LikePress } from "@livehouse/room";
import { computed, effect, type Signal, signal } from "@preact/signals";

import { api, loadMe, me } from "../shell/account.ts";
import { RoomLine } from "../shell/room-line.ts";
import { Show } from "./show.ts";

/** What the visitor meets at the door. */
export type Door =
  | { at: "looking" }
  | { at: "open" }
  | { at: "key"; card: RoomCardDto; wrong: boolean }
  | { at: "nowhere" }
  | { at: "banned" }
  | { at: "unreachable" };

/** The door is tried again so long after it could not be reached. */
const KNOCK_AGAIN_MS = 4_000;

/** Turned away again within this time, one is not let in by oneself. */
const TURNED_AWAY_MS = 10_000;

/** How many older messages are asked for at once. */
const HISTORY_STEP = 100;

export class Visit {
  readonly slug: string;
  readonly line: RoomLine;
  readonly show: Show;
  readonly door: Signal<Door> = signal<Door>({ at: "looking" });
  /** What to do once the visitor has a name; the question is on the screen while there is one. */
  readonly nameWanted = signal<(() => void) | null>(null);
  readonly likes: LikePress;
  readonly loadingEarlier = signal(false);
  #leave: () => void = () => {};
  #metPeople = false;
  #turnedAwayAt = 0;

  constructor(slug: string) {
    this.slug = slug;
    this.line = new RoomLine(slug);
    this.show = new Show(slug);
    this.likes = new LikePress(
      (order) => this.line.session.send(order),
      (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    );
  }

  /** Comes to the door, with the key from the link if there is one. */
  async arrive(keyFromLink: string | null): Promise<void> {
    void loadMe();
    if (keyFromLink !== null) await api.enter(this.slug, { key: keyFromLink });
    await this.#knock(keyFromLink !== null);
  }

  /** Tries a password. Answers why it does not fit, or nothing. */
  async tryKey(key: string): Promise<Awaited<ReturnType<typeof api.enter>>> {
    const result = await api.enter(this.slug, { key });
    if (result.ok) await this.#knock(false);
    return result;
  }

  /** Sends an order, and asks for a name first where one is needed. */
  order(order: Order): Promise<Outcome> {
    return this.line.session.send(order);
  }

  /** Runs `then` once the visitor has a name. As long as it is not known who one is, nobody is asked for one. */
  withName(then: () => void): void {
    const { moderation, sign } = this.line.room;
    if (moderation.me.value.id !== null || me.value?.person) return then();
    const known = computed(() => me.value !== null || sign.value !== null);
    if (known.value) {
      this.nameWanted.value = then;
      return;
    }
    const stop = known.subscribe((yes) => {
      if (!yes) return;
      queueMicrotask(() => {
        stop();
        this.withName(then);
      });
    });
  }

  /** The visitor has taken a name: the line is opened anew under it, then what waited goes on. */
  named(): void {
    const then = this.nameWanted.value;
    this.nameWanted.value = null;
    this.line.session.restart();
    then?.();
  }

  /** Comes back after the line was closed for good. */
  comeBack(): void {
    this.door.value = { at: "looking" };
    void loadMe();
    void this.#knock(false);
  }

  async loadEarlier(): Promise<void> {
    if (this.loadingEarlier.value) return;
    this.loadingEarlier.value = true;
    const first = this.line.room.chat.rows.value[0]?.seq ?? null;
    const result = await api.history(this.slug, first, HISTORY_STEP);
    if (result.ok) this.line.room.chat.prepend(result.value.events, result.value.more);
    this.loadingEarlier.value = false;
  }

  /** Who is here, as the server says now. */
  people(): ReturnType<typeof api.people> {
    return api.people(this.slug);
  }

  /** Learns who is here, once, when somebody is about to be mentioned. */
  async meetPeople(): Promise<void> {
    if (this.#metPeople) return;
    this.#metPeople = true;
    const result = await api.people(this.slug);
    if (result.ok) for (const person of result.value.people) this.line.room.presence.meet(person);
    else this.#metPeople = false;
  }

  async #knock(wrong: boolean): Promise<void> {
    const result = await api.room(this.slug);
    if (result.ok) {
      if (result.value.may_enter) this.#enter();
      else this.door.value = { at: "key", card: result.value, wrong };
      return;
    }
    if (result.failure.kind === "refused" && result.failure.code === "banned") {
      this.door.value = { at: "banned" };
    } else if (result.failure.kind === "refused" && result.failure.status < 500) {
      this.door.value = { at: "nowhere" };
    } else {
      this.door.value = { at: "unreachable" };
      setTimeout(() => void this.#knock(wrong), KNOCK_AGAIN_MS);
    }
  }

  #turnedAway(): void {
    // A door that says "come in" and a line that says "no" would go round for ever: once in a while is enough.
    const soon = Date.now() - this.#turnedAwayAt < TURNED_AWAY_MS;
    this.#turnedAwayAt = Date.now();
    this.#leave();
    this.#leave = () => {};
    if (!soon) void this.#knock(false);
  }

  #enter(): void {
    this.#leave();
    this.door.value = { at: "open" };
    const leaveRoom = this.line.open();
    const { live } = this.line.room;
    const { session } = this.line;
    // One watches while there is a show, and stays through its breaks.
    const stopFollowing = effect(() => {
      if (live.state.value.state === "off") this.show.close();
      else this.show.open();
    });
    // Turned away while inside (the room's key was changed, say): the door says what is wanted now.
    const stopMinding = effect(() => {
      const state = session.state.value;
      if (state.at === "ended" && state.why === "not_allowed") queueMicrotask(() => this.#turnedAway());
    });
    const bye = (): void => this.show.close();
    window.addEventListener("pagehide", bye);
    this.#leave = () => {
      stopFollowing();
      stopMinding();
      window.removeEventListener("pagehide", bye);
      this.show.close();
      leaveRoom();
    };
  }
}
