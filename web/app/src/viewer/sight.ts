// What can be seen of the picture, told to the server so that it sends no more than that.

import { sameWish, type Whep, wishOf } from "@livehouse/player";
import type { WishDto } from "@livehouse/protocol";
import { effect } from "@preact/signals";

import type { Playback } from "./playback.ts";

/** A window comes to rest before its size is told. */
const REST_MS = 250;

/** Tells the server what can be seen of `video`, until the returned function is called. */
export function tellSight(video: HTMLVideoElement, playback: Playback, whep: Whep): () => void {
  let last: WishDto | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const look = (): WishDto =>
    wishOf({
      width: video.clientWidth,
      height: video.clientHeight,
      videoWidth: video.videoWidth,
      videoHeight: video.videoHeight,
      pixelRatio: window.devicePixelRatio,
      seen: document.visibilityState === "visible" && !playback.paused.value,
      apart: playback.inPip.value,
    });
  const tell = (): void => {
    const wish = look();
    if (sameWish(last, wish)) return;
    last = wish;
    whep.wish(wish);
  };
  const soon = (): void => {
    clearTimeout(rest);
    // A picture that comes into sight is wanted at once.
    if (last === null || (last.hidden && !look().hidden)) tell();
    else rest = setTimeout(tell, REST_MS);
  };
  const size = new ResizeObserver(soon);
  size.observe(video);
  const on = new AbortController();
  document.addEventListener("visibilitychange", soon, { signal: on.signal });
  video.addEventListener("resize", soon, { signal: on.signal });
  const watch = effect(() => {
    void playback.paused.value;
    void playback.inPip.value;
    soon();
  });
  return () => {
    clearTimeout(rest);
    size.disconnect();
    on.abort();
    watch();
  };
}
