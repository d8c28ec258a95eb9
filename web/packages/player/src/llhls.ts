// Watching by HLS, with low latency where the player knows how: hls.js where there are media source extensions, the
// browser's own player elsewhere (phones of Apple's). hls.js is fetched only by who needs it.

import { type ReadonlySignal, signal } from "@preact/signals-core";
import type Hls from "hls.js";
import type { ErrorData, HlsConfig } from "hls.js";

import type { World } from "./peer.ts";

export type LlHlsState =
  | { at: "idle" }
  | { at: "loading" }
  | { at: "playing" }
  /** The show has no HLS, or this browser cannot play it. */
  | { at: "failed" };

/** What hls.js must be for us, so that a test can stand in for it. */
export type HlsLibrary = {
  new (config: Partial<HlsConfig>): Hls;
  isSupported(): boolean;
  readonly Events: typeof Hls.Events;
};

export type LlHlsSetup = {
  /** `/hls/<room>/index.m3u8` */
  url: string;
  world: World;
  load: () => Promise<{ default: HlsLibrary }>;
};

/** More than this behind where one would be live is "behind", and the way back is offered. */
export const BEHIND_S = 6;
const RETRY_MS = 2_000;
/** So many failures in a row, and there is nothing to be played. */
const TRIES_MAX = 4;

/** How well it goes, as far as HLS can say. */
export type LlHlsQuality = {
  width: number;
  height: number;
  codec: string | null;
  bitsPerSecond: number | null;
  /** From the end of what the server has to the eye. */
  delayMs: number | null;
  droppedFrames: number;
};

export class LlHls {
  readonly #setup: LlHlsSetup;
  readonly #state = signal<LlHlsState>({ at: "idle" });
  readonly #behindS = signal(0);
  #video: HTMLVideoElement | null = null;
  #hls: Hls | null = null;
  #wanted = false;
  #tries = 0;
  #stopTimer: () => void = () => {};
  #stopLooking: () => void = () => {};

  constructor(setup: LlHlsSetup) {
    this.#setup = setup;
  }

  get state(): ReadonlySignal<LlHlsState> {
    return this.#state;
  }

  /** How far behind live the viewer is, in seconds; 0 where that is nothing to speak of. */
  get behindS(): ReadonlySignal<number> {
    return this.#behindS;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#tries = 0;
    this.#state.value = { at: "loading" };
    void this.#begin();
  }

  close(): void {
    this.#wanted = false;
    this.#drop();
    this.#state.value = { at: "idle" };
  }

  /** Plays in this element until told otherwise. */
  attach(video: HTMLVideoElement): void {
    this.#video = video;
    if (this.#wanted) void this.#begin();
  }

  detach(): void {
    this.#drop();
    this.#video = null;
  }

  /** To where the show is now. */
  backToLive(): void {
    const video = this.#video;
    const live = this.#livePosition();
    if (video === null || live === null) return;
    video.currentTime = live;
    void video.play().catch(() => {});
  }

  /** Back by so many seconds, as far as the server keeps. */
  back(seconds: number): void {
    const video = this.#video;
    if (video === null || video.seekable.length === 0) return;
    video.currentTime = Math.max(video.seekable.start(0), video.currentTime - seconds);
  }

  quality(): LlHlsQuality | null {
    const video = this.#video;
    if (video === null || this.#state.value.at !== "playing") return null;
    const level = this.#hls?.levels[Math.max(0, this.#hls.currentLevel)];
    const latency = this.#hls?.latency ?? this.#nativeLatency();
    return {
      width: video.videoWidth,
      height: video.videoHeight,
      codec: level?.videoCodec ?? null,
      bitsPerSecond: level?.bitrate ?? null,
      delayMs: latency === null ? null : latency * 1000,
      droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
    };
  }

  async #begin(): Promise<void> {
    this.#drop();
    const video = this.#video;
    if (video === null) return;
    this.#look(video);
    const library = await this.#setup.load().then(
      (module) => module.default,
      () => null,
    );
    if (this.#video !== video || !this.#wanted || this.#hls !== null) return;
    if (library?.isSupported()) return this.#playBy(library, video);
    if (video.canPlayType("application/vnd.apple.mpegurl") !== "") return this.#playNatively(video);
    this.#state.value = { at: "failed" };
  }

  #playBy(library: HlsLibrary, video: HTMLVideoElement): void {
    const hls = new library({
      lowLatencyMode: true,
      // The boxes are as the player wants them, so there is no work for a worker.
      enableWorker: false,
      backBufferLength: 60,
      liveDurationInfinity: true,
      // A little faster for a moment, rather than behind for ever.
      maxLiveSyncPlaybackRate: 1.05,
    });
    this.#hls = hls;
    const { Events } = library;
    hls.on(Events.FRAG_BUFFERED, () => this.#plays(hls));
    hls.on(Events.ERROR, (_event, data: ErrorData) => {
      if (data.fatal && this.#hls === hls) this.#again();
    });
    hls.loadSource(this.#setup.url);
    hls.attachMedia(video);
  }

  #plays(hls: Hls): void {
    if (this.#hls !== hls || this.#state.value.at === "playing") return;
    this.#tries = 0;
    this.#state.value = { at: "playing" };
  }

  #playNatively(video: HTMLVideoElement): void {
    const on = new AbortController();
    const { signal: ends } = on;
    const looking = this.#stopLooking;
    this.#stopLooking = () => {
      on.abort();
      looking();
    };
    video.addEventListener("loadeddata", () => this.#nativelyPlays(), { signal: ends });
    video.addEventListener("error", () => this.#again(), { signal: ends });
    video.src = this.#setup.url;
  }

  #nativelyPlays(): void {
    this.#tries = 0;
    this.#state.value = { at: "playing" };
  }

  /** The list of another show, or of a server that was started anew, has other addresses: from the beginning. */
  #again(): void {
    this.#drop();
    this.#tries += 1;
    if (this.#tries >= TRIES_MAX) {
      this.#wanted = false;
      this.#state.value = { at: "failed" };
      return;
    }
    this.#state.value = { at: "loading" };
    this.#stopTimer = this.#setup.world.after(RETRY_MS, () => void this.#begin());
  }

  #drop(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#stopLooking();
    this.#stopLooking = () => {};
    this.#behindS.value = 0;
    if (this.#hls !== null) {
      this.#hls.destroy();
      this.#hls = null;
    } else if (this.#video !== null && this.#video.getAttribute("src") !== null) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
  }

  #look(video: HTMLVideoElement): void {
    const look = (): void => {
      const live = this.#livePosition();
      const behind = live === null ? 0 : live - video.currentTime;
      this.#behindS.value = behind > BEHIND_S ? Math.round(behind) : 0;
    };
    const on = new AbortController();
    for (const event of ["timeupdate", "pause", "seeked", "progress"])
      video.addEventListener(event, look, { signal: on.signal });
    this.#stopLooking = () => on.abort();
  }

  #livePosition(): number | null {
    const own = this.#hls?.liveSyncPosition;
    if (own !== undefined && own !== null) return own;
    const { seekable } = this.#video ?? {};
    return seekable === undefined || seekable.length === 0 ? null : seekable.end(seekable.length - 1) - 2;
  }

  #nativeLatency(): number | null {
    const { seekable, currentTime } = this.#video ?? {};
    if (seekable === undefined || currentTime === undefined || seekable.length === 0) return null;
    return seekable.end(seekable.length - 1) - currentTime;
  }
}
