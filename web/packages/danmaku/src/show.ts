// A crowd, a painter and a clock of its own: what runs in the worker, or on the page where there is none.
//
// Its clock stands still while it is paused, so a paused picture's comments wait where they are.

import { type Comment, Crowd } from "./crowd.ts";
import { Painter, type Surface } from "./painter.ts";
import type { Settings } from "./settings.ts";

/** What the show is told; the same from a worker's messages and from calls. */
export type Cue =
  | { cue: "resize"; width: number; height: number; ratio: number }
  | { cue: "settings"; settings: Settings }
  | { cue: "comments"; comments: Comment[] }
  | { cue: "retract"; seq: number }
  | { cue: "pause"; paused: boolean }
  | { cue: "clear" };

/** A frame of the browser's, wherever it runs. */
export type NextFrame = (run: (now: number) => void) => void;

/** After a long sleep (a hidden page) what flew then is not flown on. */
const SLEEP_MS = 3_000;

export class Show {
  readonly #painter: Painter;
  readonly #crowd: Crowd;
  readonly #nextFrame: NextFrame;
  #width = 1;
  #height = 1;
  #ratio = 1;
  #settings: Settings;
  #paused = false;
  #running = false;
  #lastFrame: number | null = null;
  #now = 0;

  constructor(
    surface: Surface,
    makeCanvas: (width: number, height: number) => Surface,
    settings: Settings,
    nextFrame: NextFrame,
  ) {
    this.#painter = new Painter(surface, makeCanvas);
    this.#settings = settings;
    this.#nextFrame = nextFrame;
    const field = { width: 1, height: 1, area: settings.area };
    this.#crowd = new Crowd(field, (comment) => this.#painter.measure(comment));
  }

  take(cue: Cue): void {
    switch (cue.cue) {
      case "resize":
        if (cue.width === this.#width && cue.height === this.#height && cue.ratio === this.#ratio) return;
        this.#width = cue.width;
        this.#height = cue.height;
        this.#ratio = cue.ratio;
        this.#lay();
        return;
      case "settings":
        this.#set(cue.settings);
        return;
      case "comments":
        if (!this.#settings.on) return;
        for (const comment of cue.comments) this.#crowd.offer(comment, this.#now);
        this.#run();
        return;
      case "retract":
        this.#crowd.retract(cue.seq);
        return;
      case "pause":
        this.#paused = cue.paused;
        this.#lastFrame = null;
        this.#run();
        return;
      case "clear":
        this.#crowd.clear();
        this.#painter.clear();
        return;
      default: {
        const never: never = cue;
        return never;
      }
    }
  }

  #set(settings: Settings): void {
    const relay = settings.size !== this.#settings.size || settings.area !== this.#settings.area;
    this.#settings = settings;
    this.#crowd.speed = settings.speed;
    if (!settings.on) this.take({ cue: "clear" });
    if (relay) this.#lay();
  }

  /** The size of normal text follows the picture's: readable on a phone, not loud on a wall. */
  #lay(): void {
    const base = Math.max(15, Math.min(30, 11 + this.#width / 90)) * this.#settings.size;
    this.#painter.resize(this.#width, this.#height, this.#ratio, Math.round(base));
    this.#crowd.resize({ width: this.#width, height: this.#height, area: this.#settings.area });
  }

  #run(): void {
    if (this.#running || this.#paused) return;
    this.#running = true;
    this.#lastFrame = null;
    this.#nextFrame(this.#frame);
  }

  readonly #frame = (at: number): void => {
    if (this.#paused) {
      this.#running = false;
      return;
    }
    const passed = this.#lastFrame === null ? 0 : at - this.#lastFrame;
    this.#lastFrame = at;
    this.#now += passed;
    if (passed > SLEEP_MS) this.#crowd.clear();
    this.#crowd.step(this.#now);
    this.#painter.paint(this.#crowd.flying, this.#now, this.#width);
    // With nothing in the air there is nothing to draw until the next comment.
    if (this.#crowd.idle) {
      this.#running = false;
      return;
    }
    this.#nextFrame(this.#frame);
  };
}
