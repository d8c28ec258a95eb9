//! How loud it is: a meter on a track, and what its readings say about the microphone.

/** One reading, in decibels below full scale; silence is -100. */
export interface Loudness {
  rms_db: number;
  peak_db: number;
}

/** What the last seconds of readings say. */
export type SoundVerdict = "waiting" | "silent" | "quiet" | "good" | "clipping";

/** As quiet as the meter shows. */
export const FLOOR_DB = -100;

/** Below this nothing but the noise of the converter is heard: muted, unplugged or the wrong device. */
const SILENT_DB = -65;
/** Below this a voice is hard to follow. */
const QUIET_DB = -42;
/** At this the wave is cut off at the top. */
const CLIP_DB = -0.3;
/** Readings before a verdict, at about twenty a second: long enough for a breath between two words. */
const READINGS_MIN = 30;

/** How loud one window of samples is. */
export function loudnessOf(samples: ArrayLike<number>): Loudness {
  let sum = 0;
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    sum += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const rms = samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
  return { rms_db: decibels(rms), peak_db: decibels(peak) };
}

/** What a run of readings says about the microphone. */
export function judgeSound(readings: readonly Loudness[]): SoundVerdict {
  if (readings.length < READINGS_MIN) return "waiting";
  const loudest = Math.max(...readings.map((reading) => reading.rms_db));
  const clipped = readings.filter((reading) => reading.peak_db >= CLIP_DB).length;
  if (clipped > readings.length / 50 + 1) return "clipping";
  if (loudest < SILENT_DB) return "silent";
  return loudest < QUIET_DB ? "quiet" : "good";
}

/** A meter on a track. It listens only; nothing is played. */
export class Meter {
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    this.#context = new AudioContext();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 2_048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
    // A page opened without a touch starts its audio asleep; the first touch wakes it (see `wake`).
    this.wake();
  }

  /** Samples a second of the sound card behind the meter. */
  get sample_rate(): number {
    return this.#context.sampleRate;
  }

  /** Whether the browser lets the meter run; it may want a touch first. */
  get runs(): boolean {
    return this.#context.state === "running";
  }

  wake(): void {
    this.#context.resume().catch(() => {
      // Still asleep: `runs` says so, and the next touch tries again.
    });
  }

  read(): Loudness {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudnessOf(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
    this.#context.close().catch(() => {
      // Closed already.
    });
  }
}

function decibels(amplitude: number): number {
  return amplitude <= 0 ? FLOOR_DB : Math.max(FLOOR_DB, 20 * Math.log10(amplitude));
}
