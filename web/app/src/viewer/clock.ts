// A clock that components can show: it ticks each second, and only while somebody looks.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const tick = signal(Date.now());
let lookers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** This machine's time, to the second; the component is drawn again as it passes. */
export function useSeconds(): number {
  useEffect(() => {
    lookers += 1;
    tick.value = Date.now();
    timer ??= setInterval(() => {
      tick.value = Date.now();
    }, 1_000);
    return () => {
      lookers -= 1;
      if (lookers > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return tick.value;
}
