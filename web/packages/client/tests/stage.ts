// A world for sessions: virtual time, dealt luck, and lines whose other end is the test.

import type { ClientMessage, EventDto, ServerMessage } from "@livehouse/protocol";

import { type Doorstep, type LineEvents, type OpenLine, Session } from "../src/index.ts";

type Timer = { at: number; run: () => void };

export class FakeLine {
  readonly sent: ClientMessage[] = [];
  closed = false;
  readonly #events: LineEvents;

  constructor(events: LineEvents) {
    this.#events = events;
  }

  open(): void {
    this.#events.opened();
  }

  say(message: ServerMessage): void {
    this.#events.said(message);
  }

  breakOff(code: number): void {
    this.closed = true;
    this.#events.closed(code);
  }

  /** The keys of the orders sent on this line. */
  keys(): number[] {
    return this.sent.flatMap((message) => ("key" in message ? [message.key] : []));
  }
}

export function welcome(seq: number, epoch = 1, recovered = false, person: number | null = 5): ServerMessage {
  return {
    type: "welcome",
    you: { id: person, name: "mei", role: "guest", muted_until: null },
    room: {
      slug: "jazz",
      title: "Jazz",
      access: "public",
      host: { id: 1, name: "lin", role: "host" },
      live: { state: "off" },
      slow_mode_s: 0,
      danmaku: { per_minute_max: 30, tau_ms: 5000 },
      counts: { present: 1, likes: 0 },
      now: 0,
    },
    epoch,
    seq,
    recovered,
    events: [],
  };
}

export class Stage {
  now = 0;
  doorstep: Doorstep = "open";
  readonly lines: FakeLine[] = [];
  readonly ways: number[] = [];
  readonly heard: ServerMessage[] = [];
  readonly asked: [number, number][] = [];
  /** What the history holds; `null` while it cannot be asked. */
  history: EventDto[] | null = [];
  readonly session: Session;
  #timers: Timer[] = [];
  #luck = 1;

  constructor(ways = 1) {
    const open =
      (way: number): OpenLine =>
      (events) => {
        const line = new FakeLine(events);
        this.lines.push(line);
        this.ways.push(way);
        return {
          send: (message) => line.sent.push(message),
          close: () => {
            line.closed = true;
          },
        };
      };
    this.session = new Session({
      lines: [open(0), ...Array.from({ length: ways - 1 }, (_, n) => open(n + 1))],
      world: {
        now: () => this.now,
        // A small generator with a fixed seed: luck that repeats.
        random: () => {
          this.#luck = (Math.imul(this.#luck, 1_103_515_245) + 12_345) >>> 0;
          return this.#luck / 2 ** 32;
        },
        after: (ms, run) => {
          const timer = { at: this.now + ms, run };
          this.#timers.push(timer);
          return () => {
            this.#timers = this.#timers.filter((other) => other !== timer);
          };
        },
      },
      onMessage: (message) => this.heard.push(message),
      knock: async () => this.doorstep,
      fetchEvents: async (from, to) => {
        this.asked.push([from, to]);
        return this.history;
      },
    });
  }

  /** The line in use. */
  get line(): FakeLine {
    const line = this.lines.at(-1);
    if (line === undefined) throw new Error("no line was opened");
    return line;
  }

  /** Opens the line in use and welcomes the client on it, as `person`. */
  welcome(seq = 0, person = 5): void {
    this.line.open();
    this.line.say(welcome(seq, 1, false, person));
  }

  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.now = next.at;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.run();
    }
    this.now = until;
  }
}

/** Lets every promise that is already kept say so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}
