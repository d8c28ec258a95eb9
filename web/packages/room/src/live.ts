// Whether there is a show.

import type { EventDto, LiveDto, ServerMessage } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

export class Live {
  readonly #live = signal<LiveDto>({ state: "off" });

  get state(): ReadonlySignal<LiveDto> {
    return this.#live;
  }

  /** A welcome says how it is; what it tells of the past changes nothing. */
  take(message: ServerMessage, events: readonly EventDto[]): void {
    if (message.type === "welcome") this.#live.value = message.room.live;
    if (message.type === "events") for (const event of events) this.#hear(event);
  }

  #hear(event: EventDto): void {
    const now = this.#live.value;
    const since = now.state === "off" ? event.at : now.since;
    if (event.event === "live_started") this.#live.value = { state: "on", show: event.show, since: event.at };
    if (event.event === "live_resumed") this.#live.value = { state: "on", show: event.show, since };
    if (event.event === "live_ended") this.#live.value = { state: "off" };
    if (event.event === "live_interrupted") {
      this.#live.value = { state: "interrupted", show: event.show, since, until: event.until };
    }
  }
}
