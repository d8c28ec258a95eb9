// A session with a room: it connects, joins, resumes where it stood, and sees every order through to its answer.
//
// It knows no DOM and no socket: lines are opened for it, and time and luck come in from outside, so its whole life
// replays in a test. An order carries a random key and is sent again after every break until it is answered; the
// room counts it once.

import type { Disconnect, ErrorCode, EventDto, Order, ServerMessage, You } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

import { askedMs, backoffMs } from "./backoff.ts";
import { disconnectOf, mayReturn } from "./disconnect.ts";
import type { Line, LineEvents, OpenLine } from "./line.ts";
import { Position } from "./position.ts";

export type SessionState =
  | { at: "idle" }
  | { at: "connecting"; attempt: number }
  | { at: "open" }
  /** The line broke; the next attempt is at `until` by our clock. */
  | { at: "waiting"; attempt: number; until: number; why: Disconnect | null }
  /** It does not come back by itself. */
  | { at: "ended"; why: Disconnect | "left" };

/** What became of an order. */
export type Outcome =
  | { kind: "done"; event: EventDto | null }
  | { kind: "refused"; code: ErrorCode; message: string; retryAt: number | null }
  /** The session ended, the person became another, or too much is waiting: nothing was answered. */
  | { kind: "unanswered" };

/** What a look at the room's door says after a line could not be opened. */
export type Doorstep = "open" | "unreachable" | Disconnect;

/** Time and luck, from outside. */
export type World = {
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
};

export type SessionSetup = {
  /** The ways to the room, best first. The next is tried where a line of the last never opened. */
  lines: readonly [OpenLine, ...OpenLine[]];
  world: World;
  /** Everything the server says, in order, except answers to orders. */
  onMessage: (message: ServerMessage) => void;
  /** Asks at the door why no line opens. */
  knock: () => Promise<Doorstep>;
  /** Events from `from` to `to`, for a gap; `null` where they cannot be had now. */
  fetchEvents: (from: number, to: number) => Promise<EventDto[] | null>;
};

/** Orders waiting for an answer; past this an order is not taken. A person does not write faster than this. */
const PENDING_MAX = 64;

/** After this long without a word, ask whether the line is alive. */
const QUIET_MS = 30_000;
/** And after this long without an answer, it is not. */
const ANSWER_MS = 8_000;
/** A line that has not opened, or has not been welcomed, by then will not be. */
const WELCOME_MS = 12_000;
/** So many failures to open before the next way is tried. */
const REFUSALS_MAX = 2;
/** The server's keys are whole numbers that JavaScript holds exactly. */
const KEY_MAX = Number.MAX_SAFE_INTEGER;

type Pending = {
  order: Order;
  answer: (outcome: Outcome) => void;
  /** As whom it was sent; `undefined` while it has not been. */
  as: You["id"] | undefined;
};

export class Session {
  readonly #setup: SessionSetup;
  readonly #state = signal<SessionState>({ at: "idle" });
  readonly #position = new Position();
  readonly #pending = new Map<number, Pending>();
  /** Who we are in the room, as the last welcome said. */
  #person: You["id"] = null;
  #line: Line | null = null;
  #way = 0;
  #attempt = 0;
  #refusals = 0;
  #lineNumber = 0;
  #opened = false;
  #goodbye: { why: Disconnect; reconnectMs: number | null } | null = null;
  #stopTimer: () => void = () => {};

  constructor(setup: SessionSetup) {
    this.#setup = setup;
  }

  get state(): ReadonlySignal<SessionState> {
    return this.#state;
  }

  /** Connects, or connects again after the session has ended or the person has become another. */
  start(): void {
    this.#attempt = 0;
    this.#connect();
  }

  /** Forgets the line and comes back at once: after a sign-in, a new name, or a key. */
  restart(): void {
    this.#drop();
    this.start();
  }

  /** The world has changed (the network is back, the page is looked at): do not wait any longer. */
  wake(): void {
    if (this.#state.value.at === "waiting") this.start();
    else if (this.#state.value.at === "open") this.#probe();
  }

  /** Leaves for good. */
  close(): void {
    this.#drop();
    this.#end("left");
  }

  /** Sends an order. The promise is kept whatever the line does; it never throws. */
  send(order: Order): Promise<Outcome> {
    if (this.#state.value.at === "ended" || this.#pending.size >= PENDING_MAX) {
      return Promise.resolve({ kind: "unanswered" });
    }
    return new Promise((answer) => {
      const key = this.#newKey();
      const pending: Pending = { order, answer, as: undefined };
      this.#pending.set(key, pending);
      if (this.#state.value.at === "open") this.#give(key, pending);
    });
  }

  #give(key: number, pending: Pending): void {
    pending.as = this.#person;
    this.#line?.send({ key, ...pending.order });
  }

  #newKey(): number {
    for (;;) {
      const key = 1 + Math.floor(this.#setup.world.random() * (KEY_MAX - 1));
      if (!this.#pending.has(key)) return key;
    }
  }

  #connect(): void {
    this.#drop();
    this.#attempt += 1;
    this.#state.value = { at: "connecting", attempt: this.#attempt };
    this.#goodbye = null;
    this.#opened = false;
    this.#lineNumber += 1;
    const number = this.#lineNumber;
    const current = (): boolean => number === this.#lineNumber;
    const events: LineEvents = {
      opened: () => {
        if (current()) this.#join();
      },
      said: (message) => {
        if (current()) this.#said(message);
      },
      closed: (code) => {
        if (current()) this.#closed(code);
      },
    };
    const open = this.#setup.lines[this.#way] ?? this.#setup.lines[0];
    this.#timer(WELCOME_MS, () => this.#broken());
    this.#line = open(events, this.#position.resume());
  }

  #join(): void {
    this.#opened = true;
    this.#line?.send({ join: true, resume: this.#position.resume() });
  }

  #said(message: ServerMessage): void {
    if (this.#state.value.at === "open") this.#listen();
    switch (message.type) {
      case "welcome":
        this.#position.welcome(message.epoch, message.seq);
        this.#person = message.you.id;
        this.#setup.onMessage(message);
        this.#welcomed();
        return;
      case "events":
        this.#position.heard(message.epoch, message.seq);
        this.#setup.onMessage(message);
        return;
      case "counts":
        this.#setup.onMessage(message);
        return;
      case "gap":
        this.#setup.onMessage(message);
        void this.#fill(message.from, message.to);
        return;
      case "done":
        this.#answered(message.key, { kind: "done", event: message.event });
        return;
      case "refused": {
        const { code, message: words, retry_at } = message;
        this.#answered(message.key, { kind: "refused", code, message: words, retryAt: retry_at });
        return;
      }
      case "pong":
        this.#setup.onMessage(message);
        this.#answered(message.key, { kind: "done", event: null });
        return;
      case "closing":
        this.#goodbye = { why: message.disconnect, reconnectMs: message.reconnect_ms };
        this.#setup.onMessage(message);
        return;
      default: {
        const never: never = message;
        return never;
      }
    }
  }

  #welcomed(): void {
    this.#attempt = 0;
    this.#refusals = 0;
    this.#state.value = { at: "open" };
    this.#listen();
    for (const [key, pending] of this.#pending) {
      // The room knows keys by person: from another it would take the same order for a new one.
      const ours = pending.as === undefined || pending.as === this.#person;
      if (ours) this.#give(key, pending);
      else this.#answered(key, { kind: "unanswered" });
    }
  }

  #answered(key: number, outcome: Outcome): void {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    pending?.answer(outcome);
  }

  /** What is missing after a gap is asked for and heard as if it had been said. */
  async #fill(from: number, to: number): Promise<void> {
    const epoch = this.#position.resume()?.epoch;
    const events = await this.#setup.fetchEvents(from, to);
    if (epoch === undefined || epoch !== this.#position.resume()?.epoch) return;
    if (events === null) return this.#startAfresh();
    if (events.length === 0) return;
    this.#setup.onMessage({ type: "events", epoch, seq: to, events });
  }

  /** A hole stays in what was heard; resuming would keep it, so the room is asked for anew, after a short wait. */
  #startAfresh(): void {
    this.#position.forget();
    const { at } = this.#state.value;
    if (at !== "open" && at !== "connecting") return;
    this.#drop();
    this.#wait(null, null);
  }

  #listen(): void {
    this.#timer(QUIET_MS, () => this.#probe());
  }

  #probe(): void {
    this.#timer(ANSWER_MS, () => this.#broken());
    this.#line?.send({ key: this.#newKey(), do: "ping" });
  }

  #broken(): void {
    this.#drop();
    this.#closed(0);
  }

  #closed(code: number): void {
    this.#drop();
    const why = this.#goodbye?.why ?? disconnectOf(code);
    if (why !== null && !mayReturn(why)) return this.#end(why);
    if (why === "reenter") this.#position.forget();
    if (!this.#opened) {
      this.#refused();
      return;
    }
    this.#wait(why, this.#goodbye?.reconnectMs ?? null);
  }

  /** A line that never opened may have been turned away at the door; a browser does not say, so we ask. */
  #refused(): void {
    this.#wait(null, null);
    const number = this.#lineNumber;
    void this.#setup.knock().then((doorstep) => {
      if (number !== this.#lineNumber || this.#state.value.at !== "waiting") return;
      if (doorstep === "unreachable") return;
      if (doorstep !== "open") {
        if (!mayReturn(doorstep)) this.#end(doorstep);
        return;
      }
      // The house is there and lets us in, and still no line: something between refuses this kind.
      this.#refusals += 1;
      if (this.#refusals >= REFUSALS_MAX) {
        this.#refusals = 0;
        this.#way = (this.#way + 1) % this.#setup.lines.length;
      }
    });
  }

  #wait(why: Disconnect | null, reconnectMs: number | null): void {
    const { world } = this.#setup;
    const attempt = Math.max(1, this.#attempt);
    const ms =
      reconnectMs === null ? backoffMs(attempt, world.random()) : askedMs(reconnectMs, world.random());
    this.#state.value = { at: "waiting", attempt, until: world.now() + ms, why };
    this.#timer(ms, () => this.#connect());
  }

  #end(why: Disconnect | "left"): void {
    this.#stopTimer();
    this.#state.value = { at: "ended", why };
    const unanswered = [...this.#pending.values()];
    this.#pending.clear();
    for (const { answer } of unanswered) answer({ kind: "unanswered" });
  }

  #drop(): void {
    this.#stopTimer();
    this.#line?.close();
    this.#line = null;
  }

  #timer(ms: number, run: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#setup.world.after(ms, run);
  }
}
