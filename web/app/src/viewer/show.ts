// The show as it is watched: the connection, what it plays, and how well.

import {
  between,
  Choose,
  LlHls,
  type LlHlsQuality,
  Patience,
  type Quality,
  type Sample,
  sample,
  type Wanted,
  Whep,
} from "@livehouse/player";
import type { LayersDto } from "@livehouse/protocol";
import { computed, signal } from "@preact/signals";

import { keepsake, oneOf } from "../shell/keepsake.ts";

/** How often quality is read while somebody looks at it. */
const SAMPLE_MS = 1_000;
/** How often it is read to see whether the link loses packets. */
const PATIENCE_MS = 2_000;

/** By which way the viewer wants to watch, remembered. */
const wanted = keepsake<Wanted>("way", "auto", oneOf("auto", "webrtc", "hls"));

const world = {
  now: Date.now,
  random: Math.random,
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export class Show {
  readonly whep: Whep;
  readonly llhls: LlHls;
  readonly choose: Choose;
  readonly quality = signal<Quality | null>(null);
  /** What the server sends of the picture, while somebody looks at the quality. */
  readonly layers = signal<LayersDto | null>(null);
  /** The link is too slow for any picture: what is seen is the last one. */
  readonly soundOnly = signal(false);
  readonly hlsQuality = signal<LlHlsQuality | null>(null);
  /** What the picture shows: a stream of WebRTC, or the player of HLS. */
  readonly source = computed(() => {
    if (this.choose.way.value === "webrtc") return this.whep.stream.value;
    const { at } = this.llhls.state.value;
    return at === "idle" || at === "failed" ? null : this.llhls;
  });
  /** How many readings in a row the picture has stood still. */
  #still = 0;
  #stopWaiting: () => void = () => {};

  constructor(slug: string) {
    this.whep = new Whep({
      url: `/whep/${encodeURIComponent(slug)}`,
      world,
      makePeer: () => new RTCPeerConnection({ bundlePolicy: "max-bundle" }),
      makeStream: () => new MediaStream(),
      fetch: (url, init) => fetch(url, init),
    });
    this.llhls = new LlHls({
      url: `/hls/${encodeURIComponent(slug)}/index.m3u8`,
      world,
      load: () => import("hls.js"),
    });
    this.choose = new Choose({ world, webrtc: this.whep, hls: this.llhls });
    this.choose.want(wanted.value);
    window.addEventListener("online", () => this.whep.wake());
  }

  /** The viewer's own choice of the way. */
  want(way: Wanted): void {
    wanted.value = way;
    this.choose.want(way);
  }

  open(): void {
    this.choose.open();
    this.#stopWaiting();
    const patience = new Patience();
    this.#stopWaiting = this.#read(PATIENCE_MS, (quality) => {
      this.whep.hold(patience.take(quality, Date.now()));
      void this.#judge(quality);
    });
  }

  close(): void {
    this.#stopWaiting();
    this.#stopWaiting = () => {};
    this.choose.close();
    this.soundOnly.value = false;
  }

  /** Reads the quality until the returned function is called. */
  look(): () => void {
    const stop = this.#read(SAMPLE_MS, (quality) => {
      this.quality.value = quality;
      void this.whep.layers().then((layers) => {
        this.layers.value = layers;
      });
    });
    const timer = setInterval(() => {
      this.hlsQuality.value = this.llhls.quality();
    }, SAMPLE_MS);
    return () => {
      stop();
      clearInterval(timer);
      this.quality.value = null;
      this.layers.value = null;
      this.hlsQuality.value = null;
    };
  }

  /**
   * A picture that stands still may be one that the server no longer sends, and it says why. In a break of the show all
   * pictures stand still, so it is asked ever more rarely.
   */
  async #judge(quality: Quality): Promise<void> {
    if (quality.framesPerSecond > 0 || quality.width === 0 || this.whep.listens) {
      this.#still = 0;
      this.soundOnly.value = false;
      return;
    }
    this.#still += 1;
    if (!Number.isInteger(Math.log2(this.#still))) return;
    const layers = await this.whep.layers();
    this.soundOnly.value = layers !== null && layers.sent === null && layers.limit === "link";
  }

  #read(everyMs: number, take: (quality: Quality) => void): () => void {
    let before: Sample | null = null;
    const read = async (): Promise<void> => {
      const report = await this.whep.stats();
      if (report === null) return;
      const now = sample(report as unknown as Iterable<readonly [string, unknown]>);
      // A connection made anew counts from nothing.
      const same = before !== null && now.at > before.at && now.bytes >= before.bytes;
      if (before !== null && same) take(between(before, now));
      before = now;
    };
    void read();
    const timer = setInterval(() => void read(), everyMs);
    return () => clearInterval(timer);
  }
}
