// Where a bullet comment goes, so that no two of a kind ever touch.
//
// The picture's height is cut into thin slots; a comment takes as many neighbouring ones as it is high. Every slot
// remembers the last comment that went through it. A scrolling one may follow another if, and only if, both hold:
//
//   1. the one before has entered whole: there is room behind its tail;
//   2. the new one does not catch up: when it reaches the left edge, the one before has left.
//
// Both move evenly, so what holds at both ends of the way holds all along it.

import type { ModeDto } from "@livehouse/protocol";

/** The picture, in CSS pixels. */
export type Field = {
  width: number;
  height: number;
  /** Which part of the height may be used, from the top, 0 to 1. */
  area: number;
};

/** Slots are this high; comments take a whole number of them. */
export const SLOT_PX = 8;

/** Room between a comment's tail and the next one's head. */
export const GAP_PX = 18;

/** A placed comment. `x(now)` follows from it and nothing else. */
export type Flight = {
  readonly mode: ModeDto;
  readonly slot: number;
  readonly slots: number;
  readonly startsAt: number;
  /** Scrolling: pixels per millisecond; still: 0. */
  readonly speed: number;
  width: number;
  endsAt: number;
};

export type Wish = {
  mode: ModeDto;
  width: number;
  height: number;
  /** Scrolling: how long from edge to edge of the picture; still: how long it stays. */
  lastsMs: number;
};

export class Lanes {
  #field: Field;
  #scroll: (Flight | undefined)[] = [];
  #still: { top: (Flight | undefined)[]; bottom: (Flight | undefined)[] } = { top: [], bottom: [] };

  constructor(field: Field) {
    this.#field = field;
    this.resize(field);
  }

  get field(): Field {
    return this.#field;
  }

  /** How many slots there are. */
  get slots(): number {
    return Math.floor((this.#field.height * this.#field.area) / SLOT_PX);
  }

  /** The picture has another size: what flies keeps flying, the lanes are free. The caller clears what it drew. */
  resize(field: Field): void {
    this.#field = field;
    const empty = (): (Flight | undefined)[] => new Array<Flight | undefined>(this.slots).fill(undefined);
    this.#scroll = empty();
    this.#still = { top: empty(), bottom: empty() };
  }

  /** Places a comment now, or says that there is no room for it now. */
  place(wish: Wish, now: number): Flight | null {
    const slots = Math.max(1, Math.ceil(wish.height / SLOT_PX));
    if (slots > this.slots) return null;
    return wish.mode === "scroll" ? this.#placeScroll(wish, slots, now) : this.#placeStill(wish, slots, now);
  }

  /** Makes a placed comment wider at its tail, where nothing follows it yet. */
  grow(flight: Flight, width: number): boolean {
    const { mode, slot, slots } = flight;
    const lane = mode === "scroll" ? this.#scroll : this.#still[mode];
    for (let at = slot; at < slot + slots; at += 1) if (lane[at] !== flight) return false;
    flight.width = width;
    if (mode === "scroll") flight.endsAt = flight.startsAt + (this.#field.width + width) / flight.speed;
    return true;
  }

  #placeScroll(wish: Wish, slots: number, now: number): Flight | null {
    const speed = (this.#field.width + wish.width) / wish.lastsMs;
    const reachesEdgeAt = now + this.#field.width / speed;
    const free = (at: number): boolean => {
      const before = this.#scroll[at];
      return before === undefined || this.#mayFollow(before, reachesEdgeAt, now);
    };
    // Where nothing stands still, if there is such a place: passing over those is allowed, but not good to read.
    const clear = (at: number): boolean =>
      free(at) && ended(this.#still.top[at], now) && ended(this.#still.bottom[at], now);
    const best = firstRun(this.slots, slots, clear);
    const slot = best >= 0 ? best : firstRun(this.slots, slots, free);
    if (slot < 0) return null;
    const endsAt = now + (this.#field.width + wish.width) / speed;
    const flight: Flight = { mode: "scroll", slot, slots, startsAt: now, speed, width: wish.width, endsAt };
    this.#scroll.fill(flight, slot, slot + slots);
    return flight;
  }

  #mayFollow(before: Flight, reachesEdgeAt: number, now: number): boolean {
    const enteredWhole = before.speed * (now - before.startsAt) >= before.width + GAP_PX;
    return enteredWhole && before.endsAt <= reachesEdgeAt;
  }

  #placeStill(wish: Wish, slots: number, now: number): Flight | null {
    const mode = wish.mode === "top" ? "top" : "bottom";
    const lane = this.#still[mode];
    const other = this.#still[mode === "top" ? "bottom" : "top"];
    const free = (at: number): boolean => ended(lane[at], now) && ended(other[at], now);
    const clear = (at: number): boolean => free(at) && ended(this.#scroll[at], now);
    // Those at the bottom stack from the lowest slot up.
    const find = (fits: (at: number) => boolean): number =>
      mode === "top"
        ? firstRun(this.slots, slots, fits)
        : mirrored(
            firstRun(this.slots, slots, (at) => fits(this.slots - 1 - at)),
            slots,
            this.slots,
          );
    const best = find(clear);
    const slot = best >= 0 ? best : find(free);
    if (slot < 0) return null;
    const endsAt = now + wish.lastsMs;
    const flight: Flight = { mode, slot, slots, startsAt: now, speed: 0, width: wish.width, endsAt };
    lane.fill(flight, slot, slot + slots);
    return flight;
  }
}

/** Where the left end of a comment is now. */
export function leftOf(flight: Flight, now: number, fieldWidth: number): number {
  if (flight.mode !== "scroll") return (fieldWidth - flight.width) / 2;
  return fieldWidth - flight.speed * (now - flight.startsAt);
}

function ended(flight: Flight | undefined, now: number): boolean {
  return flight === undefined || flight.endsAt <= now;
}

/** The first of `run` neighbouring slots that are all free, or -1. */
function firstRun(slots: number, run: number, free: (at: number) => boolean): number {
  let length = 0;
  for (let at = 0; at < slots; at += 1) {
    length = free(at) ? length + 1 : 0;
    if (length === run) return at - run + 1;
  }
  return -1;
}

function mirrored(slot: number, run: number, slots: number): number {
  return slot < 0 ? -1 : slots - slot - run;
}
