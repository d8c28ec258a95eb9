// The worker that draws bullet comments, so that the page's own thread never waits for them.

import type { Settings } from "./settings.ts";
import { type Cue, Show } from "./show.ts";

type Begin = { cue: "begin"; canvas: OffscreenCanvas; settings: Settings };

let show: Show | undefined;

self.onmessage = ({ data }: MessageEvent<Begin | Cue>): void => {
  if (data.cue === "begin") {
    const makeCanvas = (width: number, height: number): OffscreenCanvas => new OffscreenCanvas(width, height);
    show = new Show(data.canvas, makeCanvas, data.settings, (run) => void requestAnimationFrame(run));
  } else {
    show?.take(data);
  }
};
