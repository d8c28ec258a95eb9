// The room as this page knows it: every message of the server is folded into the nouns it touches.

import type { AccessDto, CurveDto, EventDto, Present, ServerMessage } from "@livehouse/protocol";
import { batch, type ReadonlySignal, signal } from "@preact/signals-core";

import { Chat } from "./chat.ts";
import { RoomClock } from "./clock.ts";
import { Danmaku } from "./danmaku.ts";
import { Like } from "./like.ts";
import { Live } from "./live.ts";
import { Moderation } from "./moderation.ts";
import { Presence } from "./presence.ts";
import { Seen } from "./seen.ts";

/** What is written over the door. */
export type Sign = { slug: string; title: string; access: AccessDto; host: Present; danmaku: CurveDto };

export class Room {
  readonly clock: RoomClock;
  readonly presence = new Presence();
  readonly chat = new Chat();
  readonly danmaku = new Danmaku();
  readonly like = new Like();
  readonly live = new Live();
  readonly moderation = new Moderation();
  readonly #seen = new Seen();
  readonly #sign = signal<Sign | null>(null);
  readonly #sampledOut = signal(0);
  #epoch: number | undefined;

  /** `now` is this machine's clock. */
  constructor(now: () => number) {
    this.clock = new RoomClock(now);
  }

  /** What is written over the door; nothing before the first welcome. */
  get sign(): ReadonlySignal<Sign | null> {
    return this.#sign;
  }

  /** How many danmaku of the last tick that had any were left out because there were too many. */
  get sampledOut(): ReadonlySignal<number> {
    return this.#sampledOut;
  }

  /** Folds in what the server said. */
  take(message: ServerMessage): void {
    batch(() => {
      if (message.type === "welcome") this.#greet(message);
      const events = this.#fresh(message);
      const fresh =
        message.type === "welcome" || message.type === "events" ? { ...message, events } : message;
      this.clock.take(fresh);
      this.presence.take(fresh);
      this.chat.take(fresh, this.moderation.me.value.id);
      this.danmaku.take(fresh, events);
      this.like.take(fresh);
      this.live.take(fresh, events);
      this.moderation.take(fresh, events);
      if (message.type === "events") this.#hear(message.sampled_out ?? 0, events);
    });
  }

  /** One's own message was answered: its event may be known before the room's tick brings it. */
  answered(pending: number, event: EventDto | null): void {
    batch(() => {
      const first = event !== null && this.#seen.first(event.seq);
      this.chat.settle(pending, event);
      if (first) this.danmaku.show([event]);
    });
  }

  #greet(message: ServerMessage & { type: "welcome" }): void {
    if (!message.recovered || message.epoch !== this.#epoch) this.#seen.forget();
    this.#epoch = message.epoch;
    const { slug, title, access, host, danmaku } = message.room;
    this.#sign.value = { slug, title, access, host, danmaku };
  }

  #fresh(message: ServerMessage): EventDto[] {
    if (message.type !== "welcome" && message.type !== "events") return [];
    if (message.type === "events" && message.epoch !== this.#epoch) return [];
    return message.events.filter(({ seq }) => this.#seen.first(seq));
  }

  #hear(sampledOut: number, events: readonly EventDto[]): void {
    if (events.some((event) => event.event === "said" && event.speech === "danmaku")) {
      this.#sampledOut.value = sampledOut;
    }
    for (const event of events) {
      if (event.event !== "configured" || this.#sign.value === null) continue;
      const { title, access, danmaku } = event;
      this.#sign.value = { ...this.#sign.value, title, access, danmaku };
    }
  }
}
