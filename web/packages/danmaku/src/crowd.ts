// Who flies when: the queue before the lanes.
//
// A picture holds only so much. One's own comments and those of the host and moderators always fly, and first;
// the others fly while there is room, wait a moment where there is none, and are then let go. The same words
// again are not drawn again: the one in sight counts up.

import type { ModeDto, SizeDto } from "@livehouse/protocol";

import { type Field, type Flight, Lanes } from "./lanes.ts";

/** How much a comment matters: one's own, staff's, anybody's. */
export type Rank = "own" | "staff" | "normal";

export type Comment = {
  /** Its number in the room's log. */
  seq: number;
  text: string;
  mode: ModeDto;
  colour: number;
  size: SizeDto;
  rank: Rank;
  times: number;
};

/** A comment in the air. */
export type Flying = Comment & { flight: Flight; width: number; height: number; lastSeenAt: number };

/** How large a comment is when it is drawn. */
export type Measure = (comment: Comment) => { width: number; height: number };

/** Comments that wait for room; past this the oldest normal one is let go. */
const QUEUE_MAX = 60;

/** How long a comment waits for room. Later it would answer something no longer on the screen. */
const WAITS_MS: Record<Rank, number> = { normal: 1_200, staff: 8_000, own: 20_000 };

/** How long a comment's words are counted up rather than drawn anew. */
const SAME_WORDS_MS = 6_000;

/** How long a still comment stays, at normal speed. */
const STAYS_MS = 4_500;
/** How long a scrolling one takes from edge to edge of a picture 1,000 pixels wide, at normal speed. */
const CROSSES_MS = 8_000;

/** So many pixels of picture for each comment that begins in a second: 1280×720 takes about 20, a phone 4. */
const PIXELS_PER_START = 46_000;
const STARTS_LEAST = 3;

type Waiting = { comment: Comment; since: number };

const RANKS: readonly Rank[] = ["own", "staff", "normal"];

export class Crowd {
  readonly #lanes: Lanes;
  readonly #measure: Measure;
  #waiting: Waiting[] = [];
  #flying: Flying[] = [];
  #starts: number[] = [];
  #speed = 1;
  #letGo = 0;

  constructor(field: Field, measure: Measure) {
    this.#lanes = new Lanes(field);
    this.#measure = measure;
  }

  /** In the order in which they began. */
  get flying(): readonly Flying[] {
    return this.#flying;
  }

  /** Whether nothing flies and nothing waits. */
  get idle(): boolean {
    return this.#flying.length === 0 && this.#waiting.length === 0;
  }

  /** How many were never shown, since the beginning. */
  get letGo(): number {
    return this.#letGo;
  }

  /** How many normal comments may begin in a second. */
  get startsMax(): number {
    const { width, height, area } = this.#lanes.field;
    return Math.max(STARTS_LEAST, Math.round((width * height * area) / PIXELS_PER_START));
  }

  /** 1 is normal; 2 is twice as fast. What flies keeps its speed. */
  set speed(speed: number) {
    this.#speed = speed;
  }

  /** Another picture: what is in the air goes. */
  resize(field: Field): void {
    this.#lanes.resize(field);
    this.#flying = [];
  }

  clear(): void {
    this.resize(this.#lanes.field);
    this.#waiting = [];
  }

  /** Takes one comment out, wherever it is. */
  retract(seq: number): void {
    this.#waiting = this.#waiting.filter(({ comment }) => comment.seq !== seq);
    this.#flying = this.#flying.filter((flying) => flying.seq !== seq);
  }

  /** A comment comes. It flies at one of the next steps, is counted up, or is let go. */
  offer(comment: Comment, now: number): void {
    if (comment.rank === "normal" && this.#countUp(comment, now)) return;
    this.#waiting.push({ comment, since: now });
    if (this.#waiting.length <= QUEUE_MAX) return;
    const oldest = this.#waiting.findIndex((waiting) => waiting.comment.rank === "normal");
    this.#waiting.splice(Math.max(0, oldest), 1);
    this.#letGo += 1;
  }

  /** Lets those end whose way is over and those begin for whom there is room. */
  step(now: number): void {
    this.#flying = this.#flying.filter(({ flight }) => flight.endsAt > now);
    this.#starts = this.#starts.filter((at) => at > now - 1_000);
    this.#waiting = this.#waiting.filter(({ comment, since }) => {
      if (now - since <= WAITS_MS[comment.rank]) return true;
      this.#letGo += 1;
      return false;
    });
    if (this.#waiting.length === 0) return;
    const begun = new Set<Waiting>();
    for (const rank of RANKS) {
      for (const waiting of this.#waiting) {
        if (waiting.comment.rank === rank && this.#begin(waiting.comment, now)) begun.add(waiting);
      }
    }
    this.#waiting = this.#waiting.filter((waiting) => !begun.has(waiting));
  }

  #begin(comment: Comment, now: number): boolean {
    if (comment.rank === "normal" && this.#starts.length >= this.startsMax) return false;
    const { width, height } = this.#measure(comment);
    const { mode } = comment;
    const crosses = CROSSES_MS * Math.sqrt(this.#lanes.field.width / 1_000);
    const lastsMs = (mode === "scroll" ? crosses : STAYS_MS) / this.#speed;
    const flight = this.#lanes.place({ mode, width, height, lastsMs }, now);
    if (flight === null) return false;
    this.#flying.push({ ...comment, flight, width, height, lastSeenAt: now });
    this.#starts.push(now);
    return true;
  }

  /** The same words in sight or waiting take this one in. */
  #countUp(comment: Comment, now: number): boolean {
    const same = (other: Comment): boolean =>
      other.rank === "normal" && other.mode === comment.mode && other.text === comment.text;
    const waiting = this.#waiting.find((one) => same(one.comment));
    if (waiting !== undefined) {
      waiting.comment = { ...waiting.comment, times: waiting.comment.times + comment.times };
      return true;
    }
    const flying = this.#flying.findLast((one) => same(one) && now - one.lastSeenAt < SAME_WORDS_MS);
    if (flying === undefined) return false;
    const times = flying.times + comment.times;
    const { width } = this.#measure({ ...flying, times });
    if (!this.#lanes.grow(flying.flight, Math.max(width, flying.width))) return false;
    flying.times = times;
    flying.width = Math.max(width, flying.width);
    flying.lastSeenAt = now;
    return true;
  }
}
