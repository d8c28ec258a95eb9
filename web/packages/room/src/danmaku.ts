// Bullet comments as they come: they are shown once and not kept. Who shows them subscribes.

import type { EventDto, ModeDto, RoleDto, ServerMessage, SizeDto } from "@livehouse/protocol";

export type Bullet = {
  seq: number;
  by: number;
  role: RoleDto;
  text: string;
  mode: ModeDto;
  colour: number;
  size: SizeDto;
  /** How many identical ones it stands for. */
  times: number;
};

export type BulletListener = {
  shown(bullets: readonly Bullet[]): void;
  /** A message was deleted, which may be one on the screen. */
  deleted(seq: number): void;
};

export class Danmaku {
  readonly #listeners = new Set<BulletListener>();

  /** Returns how to stop. */
  listen(listener: BulletListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `events` are new ones; those of a welcome are the past, and the past does not fly again. */
  take(message: ServerMessage, events: readonly EventDto[]): void {
    if (message.type === "events") this.show(events);
  }

  show(events: readonly EventDto[]): void {
    const bullets: Bullet[] = [];
    for (const event of events) {
      if (event.event === "deleted") for (const listener of this.#listeners) listener.deleted(event.message);
      if (event.event !== "said" || event.speech !== "danmaku") continue;
      const { seq, by, role, text, mode, colour, size, times } = event;
      bullets.push({ seq, by, role, text, mode, colour, size, times: times ?? 1 });
    }
    if (bullets.length > 0) for (const listener of this.#listeners) listener.shown(bullets);
  }
}
