// The show as it is watched: the connection, what it plays, and how well.

import { between, Patience, type Quality, type Sample, sample, Whep } from "@livehouse/player";
import type { LayersDto } from "@livehouse/protocol";
import { signal } from "@preact/signals";

/** How often quality is read while somebody looks at it. */
const SAMPLE_MS = 1_000;
/** How often it is read to see whether the link loses packets. */
const PATIENCE_MS = 2_000;

export class Show {
  readonly whep: Whep;
  readonly quality = signal<Quality | null>(null);
  /** What the server sends of the picture, while somebody looks at the quality. */
  readonly layers = signal<LayersDto | null>(null);
  /** The link is too slow for any picture: what is seen is the last one. */
  readonly soundOnly = signal(false);
  #stopWaiting: () => void = () => {};

  constructor(slug: string) {
    this.whep = new Whep({
      url: `/whep/${encodeURIComponent(slug)}`,
      world: {
        now: Date.now,
        random: Math.random,
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      makePeer: () => new RTCPeerConnection({ bundlePolicy: "max-bundle" }),
      makeStream: () => new MediaStream(),
      fetch: (url, init) => fetch(url, init),
    });
    window.addEventListener("online", () => this.whep.wake());
  }

  open(): void {
    this.whep.start();
    const patience = new Patience();
    this.#stopWaiting = this.#read(PATIENCE_MS, (quality) => {
      this.whep.hold(patience.take(quality, Date.now()));
      void this.#judge(quality);
    });
  }

  close(): void {
    this.#stopWaiting();
    this.soundOnly.value = false;
    this.whep.close();
  }

  /** Reads the quality until the returned function is called. */
  look(): () => void {
    const stop = this.#read(SAMPLE_MS, (quality) => {
      this.quality.value = quality;
      void this.whep.layers().then((layers) => {
        this.layers.value = layers;
      });
    });
    return () => {
      stop();
      this.quality.value = null;
      this.layers.value = null;
    };
  }

  /** A picture that stands still may be one that the server no longer sends, and it says why. */
  async #judge(quality: Quality): Promise<void> {
    if (quality.framesPerSecond > 0 || quality.width === 0) {
      this.soundOnly.value = false;
      return;
    }
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
