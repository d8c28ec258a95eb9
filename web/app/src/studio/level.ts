// How loud the host is, twenty times a second, and what the last seconds say about the microphone.

import { judgeSound, type Loudness, Meter, type SoundVerdict } from "@livehouse/publish";
import { effect, type ReadonlySignal, signal } from "@preact/signals";

const TICK_MS = 50;
/** Six seconds: long enough to hold a pause between two sentences. */
const READINGS_MAX = 120;
/** The verdict is read by people, who do not read twenty times a second. */
const VERDICT_EVERY = 10;

export class Level {
  readonly loudness = signal<Loudness>({ rms_db: -100, peak_db: -100 });
  readonly verdict = signal<SoundVerdict>("waiting");
  readonly sample_rate = signal<number | null>(null);
  /** Whether the browser wants a touch before it lets the meter listen. */
  readonly asleep = signal(false);
  #meter: Meter | null = null;
  #readings: Loudness[] = [];
  #ticks = 0;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #end: () => void;

  constructor(track: ReadonlySignal<MediaStreamTrack | null>) {
    this.#end = effect(() => this.#follow(track.value));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  wake(): void {
    this.#meter?.wake();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#end();
    this.#meter?.close();
  }

  #follow(track: MediaStreamTrack | null): void {
    this.#meter?.close();
    this.#meter = track === null ? null : new Meter(track);
    this.#readings = [];
    this.verdict.value = "waiting";
    this.sample_rate.value =
      track === null ? null : (track.getSettings().sampleRate ?? this.#meter?.sample_rate ?? null);
    if (track === null) this.loudness.value = { rms_db: -100, peak_db: -100 };
  }

  #tick(): void {
    if (this.#meter === null || document.visibilityState === "hidden") return;
    this.asleep.value = !this.#meter.runs;
    if (!this.#meter.runs) return;
    const loudness = this.#meter.read();
    this.loudness.value = loudness;
    this.#readings = [...this.#readings, loudness].slice(-READINGS_MAX);
    this.#ticks += 1;
    if (this.#ticks % VERDICT_EVERY === 0) this.verdict.value = judgeSound(this.#readings);
  }
}
