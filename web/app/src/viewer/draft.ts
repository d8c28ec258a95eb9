// What is being written: the text, whom it answers, whom it names, and when it may be sent.

import type { ChatRow } from "@livehouse/room";
import { signal } from "@preact/signals";

import { keepsake, oneOf } from "../shell/keepsake.ts";
import { mentioned } from "./mention.ts";

type Said = Extract<ChatRow, { kind: "said" }>;

export type Kind = "chat" | "danmaku";

export const CHARS_MAX: Record<Kind, number> = { chat: 500, danmaku: 100 };

const kept = keepsake<Kind>("write", "danmaku", oneOf("chat", "danmaku"));

export class Draft {
  readonly text = signal("");
  readonly kind = kept;
  readonly replyTo = signal<Said | null>(null);
  /** By the server's clock, when the next may be sent. */
  readonly nextAt = signal(0);
  /** Why the last was refused, in words; gone with the next stroke. */
  readonly refusal = signal<string | null>(null);
  /** Puts the focus into the field, at once: the next key belongs there. The field says how, while there is one. */
  focusField: () => void = () => {};
  readonly #chosen = new Map<number, string>();

  reply(row: Said): void {
    this.replyTo.value = row;
    this.kind.value = "chat";
    this.focusField();
  }

  mention(id: number, name: string): void {
    this.#chosen.set(id, name);
    this.kind.value = "chat";
    const text = this.text.value;
    const space = text === "" || text.endsWith(" ") ? "" : " ";
    this.text.value = `${text}${space}@${name} `;
    this.focusField();
  }

  /** A name was chosen while writing. */
  choose(id: number, name: string): void {
    this.#chosen.set(id, name);
  }

  mentions(): number[] {
    return mentioned(this.text.value, this.#chosen).slice(0, 10);
  }

  /** How many characters are left, counted as the server counts them. */
  left(): number {
    return CHARS_MAX[this.kind.value] - [...this.text.value.trim()].length;
  }

  /** It is on its way: the field is free. */
  clear(): void {
    this.text.value = "";
    this.replyTo.value = null;
    this.refusal.value = null;
    this.#chosen.clear();
  }
}
