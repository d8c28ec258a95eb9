// What was said, as rows: a window on the newest, in the order of the room's log, with what one is sending oneself.

import type { EventDto, RoleDto, ServerMessage } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

/** Rows kept while one follows the talk. More would cost layout and be read by nobody. */
export const ROWS_MAX = 200;

/** Rows kept while one reads back; past this older ones are not loaded. */
const ROWS_READING_BACK_MAX = 1_000;

/** Deletions remembered whose message was not shown here, for it may still come from the history. */
const DELETED_MAX = 1_000;

/** What staff did, told to the room among the rows. */
export type Notice = Extract<
  EventDto,
  {
    event:
      | "muted"
      | "unmuted"
      | "banned"
      | "unbanned"
      | "slow_mode_set"
      | "appointed"
      | "live_started"
      | "live_ended";
  }
>;

export type ChatRow =
  | {
      kind: "said";
      seq: number;
      at: number;
      by: number;
      name: string;
      role: RoleDto;
      text: string;
      replyTo: number | null;
      mentions: readonly number[];
      /** Of a danmaku its colour; of a chat message nothing. */
      danmaku: { colour: number; times: number } | null;
      deleted: boolean;
    }
  | { kind: "notice"; seq: number; at: number; notice: Notice };

/** One's own message on its way. */
export type Pending = {
  id: number;
  text: string;
  replyTo: number | null;
  danmaku: boolean;
};

export class Chat {
  readonly #rows = signal<readonly ChatRow[]>([]);
  readonly #pending = signal<readonly Pending[]>([]);
  readonly #older = signal(true);
  readonly #deleted = new Set<number>();
  #most = ROWS_MAX;
  #lastPending = 0;

  /** Oldest first. */
  get rows(): ReadonlySignal<readonly ChatRow[]> {
    return this.#rows;
  }

  get pending(): ReadonlySignal<readonly Pending[]> {
    return this.#pending;
  }

  /** Whether there may be older rows to load. */
  get older(): ReadonlySignal<boolean> {
    return this.#older;
  }

  /** `me` is who one is: what one sent oneself comes with the room's tick before it is answered. */
  take(message: ServerMessage, me: number | null): void {
    if (message.type === "welcome") {
      if (!message.recovered) {
        this.#rows.value = [];
        this.#older.value = true;
        this.#most = ROWS_MAX;
      }
      this.#add(message.events);
    } else if (message.type === "events") {
      this.#add(message.events);
      for (const event of message.events) {
        if (event.event === "said" && event.by === me) this.#arrived(event.text);
      }
    }
  }

  /** The event is in the rows, so it is no longer shown as being on its way. */
  #arrived(text: string): void {
    const at = this.#pending.value.findIndex((pending) => pending.text === text);
    if (at >= 0) this.#pending.value = this.#pending.value.toSpliced(at, 1);
  }

  /** Shows what one is sending, until `settle`. */
  send(text: string, replyTo: number | null, danmaku: boolean): number {
    this.#lastPending += 1;
    this.#pending.value = [...this.#pending.value, { id: this.#lastPending, text, replyTo, danmaku }];
    return this.#lastPending;
  }

  /** It was answered: the event is shown instead, or nothing is. */
  settle(id: number, event: EventDto | null): void {
    this.#pending.value = this.#pending.value.filter((pending) => pending.id !== id);
    if (event !== null) this.#add([event]);
  }

  /** Puts older rows before the first, while one reads back. */
  prepend(events: readonly EventDto[], more: boolean): void {
    this.#most = Math.min(ROWS_READING_BACK_MAX, this.#rows.value.length + events.length);
    this.#older.value = more && this.#most < ROWS_READING_BACK_MAX;
    this.#add(events);
  }

  /** One is back at the end: the window is its usual size again. */
  follow(): void {
    if (this.#most === ROWS_MAX && this.#rows.value.length <= ROWS_MAX) return;
    this.#most = ROWS_MAX;
    if (this.#rows.value.length > ROWS_MAX) {
      this.#rows.value = this.#rows.value.slice(-ROWS_MAX);
      this.#older.value = true;
    }
  }

  find(seq: number): ChatRow | undefined {
    return this.#rows.value.find((row) => row.seq === seq);
  }

  #add(events: readonly EventDto[]): void {
    let rows: ChatRow[] | undefined;
    const writable = (): ChatRow[] => {
      rows ??= [...this.#rows.value];
      return rows;
    };
    for (const event of events) {
      if (event.event === "deleted") {
        this.#markDeleted(event.message, writable);
        continue;
      }
      const row = this.#rowOf(event);
      if (row !== undefined) insert(writable(), row);
    }
    if (rows !== undefined) this.#rows.value = rows.slice(-this.#most);
  }

  #markDeleted(seq: number, writable: () => ChatRow[]): void {
    const at = this.#rows.value.findIndex((row) => row.seq === seq);
    this.#deleted.add(seq);
    if (this.#deleted.size > DELETED_MAX) {
      for (const oldest of this.#deleted) {
        this.#deleted.delete(oldest);
        break;
      }
    }
    const place = at >= 0 ? at : writable().findIndex((row) => row.seq === seq);
    const row = writable()[place];
    // The words go with it: what was deleted is not kept in the page either.
    if (row?.kind === "said") writable()[place] = { ...row, text: "", deleted: true };
  }

  #rowOf(event: EventDto): ChatRow | undefined {
    const { seq, at } = event;
    switch (event.event) {
      case "said": {
        const deleted = this.#deleted.has(seq);
        const said = {
          kind: "said",
          seq,
          at,
          by: event.by,
          name: event.name,
          role: event.role,
          deleted,
        } as const;
        const text = deleted ? "" : event.text;
        if (event.speech === "danmaku") {
          const danmaku = { colour: event.colour, times: event.times ?? 1 };
          return { ...said, text, replyTo: null, mentions: [], danmaku };
        }
        return {
          ...said,
          text,
          replyTo: event.reply_to ?? null,
          mentions: event.mentions ?? [],
          danmaku: null,
        };
      }
      case "muted":
      case "unmuted":
      case "banned":
      case "unbanned":
      case "slow_mode_set":
      case "appointed":
      case "live_started":
      case "live_ended":
        return { kind: "notice", seq, at, notice: event };
      case "deleted":
      case "renamed":
      case "configured":
      case "live_interrupted":
      case "live_resumed":
        return undefined;
      default: {
        const never: never = event;
        return never;
      }
    }
  }
}

/** Keeps the order of the log; a row that is there already stays as it is. */
function insert(rows: ChatRow[], row: ChatRow): void {
  let place = rows.length;
  while (place > 0 && (rows[place - 1]?.seq ?? 0) > row.seq) place -= 1;
  if (rows[place - 1]?.seq !== row.seq) rows.splice(place, 0, row);
}
