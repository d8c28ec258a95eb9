// Where picture and sound come from: which devices there are, which are open, and why one is not.

import {
  type DeviceProblem,
  type Devices,
  listDevices,
  obstacle,
  openCamera,
  openMicrophone,
  openScreen,
  pictureOf,
  problemOf,
} from "@livehouse/publish";
import { computed, effect, signal } from "@preact/signals";

import { keepsake } from "../shell/keepsake.ts";
import { Mix } from "./mix.ts";
import { plan } from "./plan.ts";

export type SourceKind = "camera" | "microphone";

/** Told when a source goes away by itself. */
export type SourceLoss = SourceKind | "screen";

const aText = (stored: unknown): string | undefined => (typeof stored === "string" ? stored : undefined);

export class Sources {
  readonly devices = signal<Devices>({ cameras: [], microphones: [] });
  readonly camera = signal<MediaStreamTrack | null>(null);
  readonly microphone = signal<MediaStreamTrack | null>(null);
  readonly screen = signal<{ picture: MediaStreamTrack; sound: MediaStreamTrack | null } | null>(null);
  readonly problems = signal<Record<SourceLoss, DeviceProblem | null>>({
    camera: null,
    microphone: null,
    screen: null,
  });
  /** Whether the host has asked for the devices in this visit. */
  readonly started = signal(false);
  /** Whether the browser is asking the host, or a device is starting. */
  readonly opening = signal(false);
  readonly muted = signal(false);
  readonly hidden = signal(false);
  /** Remembered devices; the empty text is the browser's choice, `none` is none. */
  readonly chosen = { camera: keepsake("camera", "", aText), microphone: keepsake("microphone", "", aText) };

  /** What is shown. */
  readonly picture = computed(() => this.screen.value?.picture ?? this.camera.value);
  readonly #mixed = signal<Mix | null>(null);
  /** What is heard: the microphone, and the sound of a shared screen with it. */
  readonly sound = computed(
    () => this.#mixed.value?.track ?? this.microphone.value ?? this.screen.value?.sound ?? null,
  );

  readonly #lost: (what: SourceLoss) => void;
  readonly #ends: (() => void)[] = [];

  constructor(lost: (what: SourceLoss) => void) {
    this.#lost = lost;
    this.#ends.push(
      effect(() => this.#mix(this.microphone.value, this.screen.value?.sound ?? null)),
      effect(() => {
        if (this.microphone.value !== null) this.microphone.value.enabled = !this.muted.value;
      }),
      effect(() => {
        if (this.camera.value !== null) this.camera.value.enabled = !this.hidden.value;
      }),
    );
    const relist = (): void => void this.#relist();
    navigator.mediaDevices?.addEventListener("devicechange", relist);
    this.#ends.push(() => navigator.mediaDevices?.removeEventListener("devicechange", relist));
  }

  /** How many frames a second are asked for: of a camera a number, of a screen none, for it gives what changes. */
  framesAsked(): number {
    return this.screen.value === null ? plan.value.frames_per_s : 0;
  }

  /** Whether the browser would open both without asking, so that the studio may start with a picture. */
  async mayOpenSilently(): Promise<boolean> {
    try {
      const names = ["camera", "microphone"] as PermissionName[];
      const answers = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
      return answers.every((answer) => answer.state === "granted");
    } catch {
      return false;
    }
  }

  /** Opens camera and microphone. */
  async start(): Promise<void> {
    const problem = obstacle();
    this.started.value = true;
    if (problem !== null) {
      this.problems.value = { ...this.problems.value, camera: problem, microphone: problem };
      return;
    }
    this.opening.value = true;
    if (!(await this.mayOpenSilently())) await askOnce();
    await Promise.all([this.open("camera"), this.open("microphone")]);
    this.opening.value = false;
    await this.#relist();
  }

  /** Opens a source anew: another device was chosen, or the wish for it has changed. */
  async open(kind: SourceKind): Promise<void> {
    const id = this.chosen[kind].value;
    if (id === "none") return this.#put(kind, null, null);
    try {
      const track =
        kind === "camera"
          ? await openCamera(id, pictureOf(plan.value))
          : await openMicrophone(id, plan.value.sound);
      this.#put(kind, track, null);
    } catch (error) {
      this.#put(kind, null, problemOf(error, "device"));
    }
  }

  async choose(kind: SourceKind, id: string): Promise<void> {
    this.chosen[kind].value = id;
    await this.open(kind);
    await this.#relist();
  }

  async shareScreen(): Promise<boolean> {
    try {
      const screen = await openScreen(plan.value.frames_per_s);
      this.unshareScreen();
      screen.picture.onended = () => {
        this.unshareScreen();
        this.#lost("screen");
      };
      this.screen.value = screen;
      this.problems.value = { ...this.problems.value, screen: null };
      return true;
    } catch (error) {
      const problem = problemOf(error, "screen");
      this.problems.value = { ...this.problems.value, screen: problem === "cancelled" ? null : problem };
      return false;
    }
  }

  unshareScreen(): void {
    const screen = this.screen.value;
    this.screen.value = null;
    if (screen === null) return;
    end(screen.picture);
    end(screen.sound);
  }

  /** The wishes changed while devices are open: a camera can change its size as it runs. */
  async refit(): Promise<void> {
    const { width, height, frames_per_s } = pictureOf(plan.value);
    const size = {
      width: { ideal: width },
      height: { ideal: height },
      frameRate: { ideal: frames_per_s, max: 60 },
    };
    try {
      await this.camera.value?.applyConstraints(size);
    } catch {
      await this.open("camera");
    }
  }

  close(): void {
    for (const stop of this.#ends) stop();
    this.unshareScreen();
    end(this.camera.value);
    end(this.microphone.value);
    this.#mixed.value?.close();
  }

  #put(kind: SourceKind, track: MediaStreamTrack | null, problem: DeviceProblem | null): void {
    const before = this[kind].value;
    if (track !== null) {
      track.onended = () => {
        this.#put(kind, null, "none");
        this.#lost(kind);
      };
    }
    this[kind].value = track;
    this.problems.value = { ...this.problems.value, [kind]: problem };
    end(before);
  }

  async #relist(): Promise<void> {
    this.devices.value = await listDevices();
    // A device that was missing may have been plugged in.
    for (const kind of ["camera", "microphone"] as const) {
      const there = this.devices.value[kind === "camera" ? "cameras" : "microphones"].length > 0;
      if (this.started.value && !this.opening.value && this.problems.value[kind] === "none" && there)
        await this.open(kind);
    }
  }

  #mix(microphone: MediaStreamTrack | null, screen: MediaStreamTrack | null): void {
    const before = this.#mixed.peek();
    this.#mixed.value = microphone !== null && screen !== null ? new Mix([microphone, screen]) : null;
    before?.close();
  }
}

/** One question for both, where asking for each would be two. */
async function askOnce(): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    for (const track of stream.getTracks()) track.stop();
  } catch {
    // Perhaps one of them is missing; each is opened by itself next and says what is wrong with it.
  }
}

function end(track: MediaStreamTrack | null): void {
  if (track === null) return;
  track.onended = null;
  track.stop();
}
