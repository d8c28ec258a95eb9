// The check before a show: what the encoder makes of the picture, and what the line to the server carries.

import { measureUplink, startBpsOf, type Trial, tryEncoder, type Uplink } from "@livehouse/publish";
import { signal } from "@preact/signals";

import { plan } from "./plan.ts";
import type { Sources } from "./sources.ts";

export type Step<T> = { at: "idle" } | { at: "running"; so_far: T | null } | { at: "done"; result: T | null };

export class Check {
  readonly encoder = signal<Step<Trial>>({ at: "idle" });
  readonly uplink = signal<Step<Uplink>>({ at: "idle" });
  readonly #slug: string;
  readonly #sources: Sources;
  #run = new AbortController();

  constructor(slug: string, sources: Sources) {
    this.#slug = slug;
    this.#sources = sources;
  }

  /** Checks both, one after the other: encoding and sending at once would disturb each other. */
  async run(): Promise<void> {
    this.stop();
    const run = new AbortController();
    this.#run = run;
    await this.#tryUplink(run.signal);
    if (!run.signal.aborted) await this.#tryEncoder(run.signal);
  }

  /** Where the picture's rate may start, by what the line has just carried; `null` where it was not measured. */
  startBps(): number | null {
    const step = this.uplink.value;
    return step.at === "done" && step.result?.is === "measured"
      ? startBpsOf(plan.value, step.result.bps)
      : null;
  }

  /** Whether the encoder was found too slow for the picture alone, and must not be asked for more. */
  isSlow(): boolean {
    const step = this.encoder.value;
    return step.at === "done" && step.result?.limit === "cpu";
  }

  /** The show begins, or the page goes away. */
  stop(): void {
    this.#run.abort();
    if (this.encoder.value.at === "running") this.encoder.value = { at: "idle" };
    if (this.uplink.value.at === "running") this.uplink.value = { at: "idle" };
  }

  async #tryUplink(signal: AbortSignal): Promise<void> {
    this.uplink.value = { at: "running", so_far: null };
    const url = `/api/v1/rooms/${encodeURIComponent(this.#slug)}/uplink`;
    const result = await measureUplink(url, {
      fetch: (to, init) => fetch(to, init),
      now: () => performance.now(),
    });
    if (!signal.aborted) this.uplink.value = { at: "done", result };
  }

  async #tryEncoder(signal: AbortSignal): Promise<void> {
    const picture = this.#sources.picture.value;
    if (picture === null) {
      this.encoder.value = { at: "idle" };
      return;
    }
    this.encoder.value = { at: "running", so_far: null };
    const result = await tryEncoder(picture, plan.value, signal, (so_far) => {
      if (!signal.aborted) this.encoder.value = { at: "running", so_far };
    }).catch(() => null);
    if (!signal.aborted) this.encoder.value = { at: "done", result };
  }
}
