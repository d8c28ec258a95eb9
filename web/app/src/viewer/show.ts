// The show as it is watched: the connection, what it plays, and how well.

import { between, type Quality, type Sample, sample, Whep } from "@livehouse/player";
import { signal } from "@preact/signals";

/** How often quality is read while somebody looks at it. */
const SAMPLE_MS = 1_000;

export class Show {
  readonly whep: Whep;
  readonly quality = signal<Quality | null>(null);

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
  }

  close(): void {
    this.whep.close();
  }

  /** Reads the quality until the returned function is called. */
  look(): () => void {
    let before: Sample | null = null;
    const read = async (): Promise<void> => {
      const report = await this.whep.stats();
      if (report === null) return;
      const now = sample(report as unknown as Iterable<readonly [string, unknown]>);
      // A connection made anew counts from nothing.
      const same = before !== null && now.at > before.at && now.bytes >= before.bytes;
      if (before !== null && same) this.quality.value = between(before, now);
      before = now;
    };
    void read();
    const timer = setInterval(() => void read(), SAMPLE_MS);
    return () => {
      clearInterval(timer);
      this.quality.value = null;
    };
  }
}
