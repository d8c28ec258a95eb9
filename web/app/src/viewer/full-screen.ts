// Full screen: of the whole player, with its danmaku, where the browser can; else of the video alone.

import { signal } from "@preact/signals";

import type { Playback } from "./playback.ts";

export const isFullScreen = signal(false);

document.addEventListener("fullscreenchange", () => {
  isFullScreen.value = document.fullscreenElement !== null;
});

export async function toggleFullScreen(player: HTMLElement | null, playback: Playback): Promise<void> {
  if (document.fullscreenElement !== null) {
    await document.exitFullscreen().catch(() => {});
  } else if (player !== null && "requestFullscreen" in player) {
    await player.requestFullscreen().catch(() => playback.fullScreenOfVideo());
  } else {
    playback.fullScreenOfVideo();
  }
}
