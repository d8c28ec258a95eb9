// The stage over the picture: a canvas, drawn by a worker where the browser can, else on the page itself.

import type { Comment } from "./crowd.ts";
import type { Settings } from "./settings.ts";
import { type Cue, Show } from "./show.ts";

/** Makes the worker; the page says how, because only its build knows the worker's address. */
export type MakeWorker = () => Worker;

export class Stage {
  readonly #box: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #tell: (cue: Cue) => void;
  readonly #watch: ResizeObserver;
  readonly #stop: () => void;
  readonly inWorker: boolean;

  /** Fills `box`, which must be positioned. */
  constructor(box: HTMLElement, settings: Settings, makeWorker: MakeWorker | null) {
    this.#box = box;
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "stage";
    // The words are in the chat's list for who cannot see them fly.
    this.#canvas.setAttribute("aria-hidden", "true");
    box.append(this.#canvas);

    const worker = makeWorker === null ? null : begin(this.#canvas, settings, makeWorker);
    this.inWorker = worker !== null;
    if (worker === null) {
      const makeCanvas = (width: number, height: number): HTMLCanvasElement =>
        Object.assign(document.createElement("canvas"), { width, height });
      const show = new Show(this.#canvas, makeCanvas, settings, (run) => void requestAnimationFrame(run));
      this.#tell = (cue) => show.take(cue);
      this.#stop = () => show.take({ cue: "clear" });
    } else {
      this.#tell = (cue) => worker.postMessage(cue);
      this.#stop = () => worker.terminate();
    }
    this.#canvas.style.opacity = String(settings.opacity);
    this.#watch = new ResizeObserver(() => this.#resize());
    this.#watch.observe(box);
    this.#resize();
  }

  show(comments: Comment[]): void {
    // A hidden page draws nothing, and what would have flown meanwhile is not flown after.
    if (document.visibilityState === "visible") this.#tell({ cue: "comments", comments });
  }

  retract(seq: number): void {
    this.#tell({ cue: "retract", seq });
  }

  pause(paused: boolean): void {
    this.#tell({ cue: "pause", paused });
  }

  set(settings: Settings): void {
    this.#canvas.style.opacity = String(settings.opacity);
    this.#tell({ cue: "settings", settings });
  }

  close(): void {
    this.#watch.disconnect();
    this.#stop();
    this.#canvas.remove();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width === 0 || height === 0) return;
    this.#tell({ cue: "resize", width, height, ratio: Math.min(3, window.devicePixelRatio) });
  }
}

/** Hands the canvas to a worker; `null` where this browser cannot. */
function begin(canvas: HTMLCanvasElement, settings: Settings, makeWorker: MakeWorker): Worker | null {
  if (!("transferControlToOffscreen" in canvas) || typeof OffscreenCanvas === "undefined") return null;
  try {
    const worker = makeWorker();
    const surface = canvas.transferControlToOffscreen();
    worker.postMessage({ cue: "begin", canvas: surface, settings }, [surface]);
    return worker;
  } catch {
    return null;
  }
}
