// What this browser remembers between visits: small settings, never anything secret.
// Storage may be full, forbidden or written by another version, so every reading is checked and every
// failure is a default.

import { effect, type Signal, signal } from "@preact/signals";

/** A signal whose value survives a reload. `read` turns what was stored into a value or refuses it. */
export function keepsake<T>(name: string, fallback: T, read: (stored: unknown) => T | undefined): Signal<T> {
  const key = `livehouse.${name}`;
  const kept = signal<T>(recall(key, read) ?? fallback);
  let first = true;
  effect(() => {
    const text = JSON.stringify(kept.value);
    if (first) {
      first = false;
      return;
    }
    try {
      localStorage.setItem(key, text);
    } catch {
      // Private windows may refuse to store; the setting then lasts as long as the page.
    }
  });
  return kept;
}

function recall<T>(key: string, read: (stored: unknown) => T | undefined): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : read(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Reads one of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): (stored: unknown) => T | undefined {
  return (stored) => words.find((word) => word === stored);
}

/** Reads a number within bounds. */
export function within(least: number, most: number): (stored: unknown) => number | undefined {
  return (stored) => (typeof stored === "number" && stored >= least && stored <= most ? stored : undefined);
}

/** Reads yes or no. */
export function yesOrNo(stored: unknown): boolean | undefined {
  return typeof stored === "boolean" ? stored : undefined;
}
