// Keys that work anywhere on the page, unless one is writing.

import type { Playback } from "./playback.ts";

export type Keys = { fullScreen: () => void; danmaku: () => void; write: () => void };

/** Listens until the returned function is called. */
export function listen(playback: Playback, keys: Keys): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.isComposing ||
      isBusy(event.target, event.key)
    )
      return;
    const run = {
      " ": () => playback.togglePlay(),
      k: () => playback.togglePlay(),
      m: () => playback.toggleMute(),
      f: keys.fullScreen,
      d: keys.danmaku,
      "/": keys.write,
    }[event.key.toLowerCase()];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/** Whether the key belongs to what has the focus: letters to a field, space to a button. */
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [popover], textarea, input, select") !== null) return true;
  return key === " " && target.closest("button, a, [role='log']") !== null;
}
