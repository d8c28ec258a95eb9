// Writing in the field: where the caret is, and the name that is being mentioned there.

import type { Known } from "@livehouse/room";
import { signal } from "@preact/signals";

import type { Draft } from "./draft.ts";
import { complete, mentionAt, type Partial } from "./mention.ts";
import type { Visit } from "./visit.ts";

/** How many people are offered at once. */
const OFFERED_MAX = 6;

export class Writing {
  /** Which of the offered people is taken by Enter. */
  readonly picked = signal(0);
  readonly #visit: Visit;
  readonly #draft: Draft;
  readonly #caret = signal(0);
  readonly #dismissed = signal(false);
  readonly #met = signal(false);
  #field: HTMLTextAreaElement | null = null;

  constructor(visit: Visit, draft: Draft) {
    this.#visit = visit;
    this.#draft = draft;
  }

  /** The field that is written in. */
  readonly attach = (field: HTMLTextAreaElement | null): void => {
    this.#field = field;
    this.#draft.focusField = () => field?.focus();
  };

  /** The name being mentioned at the caret, if one is. */
  naming(): Partial | null {
    const { kind, text } = this.#draft;
    if (kind.value !== "chat" || this.#dismissed.value) return null;
    return mentionAt(text.value, this.#caret.value);
  }

  /** Those whose name it may be, best first. */
  offered(): readonly Known[] {
    // Read so that the list is drawn anew once it is known who is here.
    void this.#met.value;
    const naming = this.naming();
    return naming === null ? [] : this.#visit.line.room.presence.named(naming.part, OFFERED_MAX);
  }

  /** Learns who is here, so that more can be offered than those who have spoken. */
  async meet(): Promise<void> {
    await this.#visit.meetPeople();
    this.#met.value = true;
  }

  /** The viewer has changed the text. */
  typed(text: string, caret: number): void {
    this.#draft.text.value = text;
    this.#draft.refusal.value = null;
    this.#caret.value = caret;
    this.#dismissed.value = false;
    this.picked.value = 0;
  }

  moved(caret: number): void {
    this.#caret.value = caret;
  }

  /** Writes at the caret, over what is selected. */
  insert(words: string): void {
    const text = this.#draft.text.value;
    const from = this.#field?.selectionStart ?? text.length;
    const to = this.#field?.selectionEnd ?? from;
    this.#put(text.slice(0, from) + words + text.slice(to), from + words.length);
  }

  /** Mentions the one offered at that place. */
  pick(at: number): void {
    const person = this.offered()[at];
    const naming = this.naming();
    if (person === undefined || naming === null) return;
    const done = complete(this.#draft.text.value, this.#caret.value, naming, person.name);
    this.#draft.choose(person.id, person.name);
    this.#put(done.text, done.caret);
  }

  /** A key for the list of those offered: arrows walk, Enter and Tab take, Escape puts it away. Answers whether it was one. */
  walk(key: string): boolean {
    const count = this.offered().length;
    if (count === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step !== undefined) this.picked.value = (this.picked.value + step + count) % count;
    else if (key === "Enter" || key === "Tab") this.pick(this.picked.value);
    else if (key === "Escape") this.#dismissed.value = true;
    else return false;
    return true;
  }

  /** The field is changed at once, not with the next drawing: the next key finds the caret where it belongs. */
  #put(text: string, caret: number): void {
    this.typed(text, caret);
    if (this.#field === null) return;
    this.#field.value = text;
    this.#field.focus();
    this.#field.setSelectionRange(caret, caret);
  }
}
