// The video element as state: what plays, how loud, and what the browser allows.
//
// Browsers start sound only after a touch. The picture starts muted where sound is refused, and says so; the first
// touch of "tap for sound" is what the browser waits for.

import { signal } from "@preact/signals";

import { keepsake, within, yesOrNo } from "../shell/keepsake.ts";

/** A player that fills the element itself. */
export type Filler = { attach(video: HTMLVideoElement): void; detach(): void };

const volume = keepsake("volume", 0.8, within(0, 1));
const muted = keepsake("muted", false, yesOrNo);

export class Playback {
  /** The viewer's own choice, remembered. */
  readonly volume = volume;
  readonly muted = muted;
  /** Sound was refused until the viewer touches something. */
  readonly soundRefused = signal(false);
  /** Even a silent start was refused. */
  readonly startRefused = signal(false);
  readonly paused = signal(false);
  /** Whether a picture has arrived. */
  readonly hasPicture = signal(false);
  readonly inPip = signal(false);
  #video: HTMLVideoElement | null = null;
  #source: MediaStream | Filler | null = null;

  /** Takes charge of the element; returns how to let go. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    this.#applySound();
    const on = new AbortController();
    const { signal: ends } = on;
    const seen = (): void => {
      this.hasPicture.value = video.videoWidth > 0;
    };
    video.addEventListener("loadeddata", seen, { signal: ends });
    video.addEventListener("resize", seen, { signal: ends });
    video.addEventListener("emptied", seen, { signal: ends });
    video.addEventListener("enterpictureinpicture", () => this.#pip(true), { signal: ends });
    video.addEventListener("leavepictureinpicture", () => this.#pip(false), { signal: ends });
    return () => {
      on.abort();
      if (isFiller(this.#source)) this.#source.detach();
      this.#source = null;
      this.#video = null;
    };
  }

  play(source: MediaStream | Filler | null): void {
    const video = this.#video;
    if (video === null || this.#source === source) return;
    if (isFiller(this.#source)) this.#source.detach();
    this.#source = source;
    video.srcObject = isFiller(source) ? null : source;
    if (isFiller(source)) source.attach(video);
    if (source === null) {
      // The show is over: the next one starts by itself.
      this.hasPicture.value = false;
      this.paused.value = false;
    } else if (!this.paused.value) void this.start();
  }

  /** Starts with sound, else without, else says that it may not. */
  async start(): Promise<void> {
    const video = this.#video;
    if (video === null) return;
    this.paused.value = false;
    this.#applySound();
    if (await plays(video)) {
      this.startRefused.value = false;
      return;
    }
    if (this.paused.value || this.#source === null) return;
    this.soundRefused.value = !this.muted.value;
    video.muted = true;
    this.startRefused.value = !(await plays(video)) && this.#source !== null;
  }

  pause(): void {
    this.paused.value = true;
    this.#video?.pause();
  }

  togglePlay(): void {
    if (this.#video === null || this.#source === null) return;
    if (this.paused.value || this.startRefused.value) void this.start();
    else this.pause();
  }

  /** The touch the browser waited for. */
  allowSound(): void {
    this.soundRefused.value = false;
    this.muted.value = false;
    if (this.volume.value === 0) this.volume.value = 0.5;
    this.#applySound();
    void this.start();
  }

  toggleMute(): void {
    if (this.soundRefused.value) return this.allowSound();
    this.muted.value = !this.muted.value;
    if (!this.muted.value && this.volume.value === 0) this.volume.value = 0.5;
    this.#applySound();
  }

  setVolume(value: number): void {
    this.volume.value = value;
    this.muted.value = value === 0;
    this.soundRefused.value = false;
    this.#applySound();
  }

  async togglePip(): Promise<void> {
    const video = this.#video;
    if (video === null) return;
    // A browser may refuse for reasons of its own; the picture then stays where it is.
    if (document.pictureInPictureElement === video) await document.exitPictureInPicture().catch(() => {});
    else await video.requestPictureInPicture().catch(() => {});
  }

  /** The element's own full screen, for phones that have no other. */
  fullScreenOfVideo(): void {
    const video = this.#video as (HTMLVideoElement & { webkitEnterFullscreen?: () => void }) | null;
    video?.webkitEnterFullscreen?.();
  }

  #pip(inPip: boolean): void {
    this.inPip.value = inPip;
  }

  #applySound(): void {
    if (this.#video === null) return;
    this.#video.volume = this.volume.value;
    this.#video.muted = this.muted.value || this.soundRefused.value;
  }
}

function isFiller(source: MediaStream | Filler | null): source is Filler {
  return source !== null && "attach" in source;
}

async function plays(video: HTMLVideoElement): Promise<boolean> {
  try {
    await video.play();
    return true;
  } catch (error) {
    // Another picture was put in meanwhile: that one decides for itself.
    return error instanceof DOMException && error.name === "AbortError";
  }
}
