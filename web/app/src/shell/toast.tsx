// Short sentences that come and go at the foot of the page.

import { signal } from "@preact/signals";

import { Icon, type IconName } from "./icon.tsx";

export type ToastKind = "plain" | "good" | "bad";

type Toast = { id: number; text: string; kind: ToastKind };

/** More than these at once nobody reads: the oldest goes. */
const TOASTS_MAX = 3;

const LASTS_MS = 4_000;
const LASTS_BAD_MS = 7_000;

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Says a sentence. The same sentence twice is shown once, anew. */
export function toast(text: string, kind: ToastKind = "plain"): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.filter((other) => other.text !== text), { id, text, kind }].slice(
    -TOASTS_MAX,
  );
  setTimeout(
    () => {
      toasts.value = toasts.value.filter((other) => other.id !== id);
    },
    kind === "bad" ? LASTS_BAD_MS : LASTS_MS,
  );
}

const ICONS: Record<ToastKind, IconName> = { plain: "info", good: "check", bad: "warning" };

/** Where they appear; the page has one. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, kind }) => (
        <p key={id} class={`toast toast-${kind}`}>
          <Icon name={ICONS[kind]} size={18} />
          <span>{text}</span>
        </p>
      ))}
    </div>
  );
}
