// Being live from this page: the publication, what leaves every second, and coming back after a reload.

import type { MediaDto } from "@livehouse/protocol";
import {
  bpsMax,
  isTooMuch,
  isUnderWay,
  judge,
  type Outgoing,
  type State,
  type Verdict,
  Whip,
} from "@livehouse/publish";
import { computed, effect, signal } from "@preact/signals";

import { api } from "../shell/account.ts";
import { plan } from "./plan.ts";
import type { Sources } from "./sources.ts";

/** A minute of readings, one a second: what the small chart shows. */
export const READINGS_MAX = 60;
/** How often the server is asked what arrives. */
const SERVER_EVERY = 5;

/** What this tab was sending before it was reloaded. */
export type Before = "camera" | "screen";

export class OnAir {
  readonly state = signal<State>({ at: "idle" });
  readonly readings = signal<readonly Outgoing[]>([]);
  /** What the server says that it receives. */
  readonly server = signal<MediaDto | null>(null);
  readonly underWay = computed(() => isUnderWay(this.state.value));
  readonly verdict = computed<Verdict>(() =>
    judge(this.readings.value, { frames_per_s: this.#sources.framesAsked(), bps: bpsMax(plan.value) }),
  );
  readonly #slug: string;
  readonly #sources: Sources;
  #whip: Whip | null = null;
  #ticks = 0;
  #ends: (() => void)[] = [];

  constructor(slug: string, sources: Sources) {
    this.#slug = slug;
    this.#sources = sources;
  }

  /** What this tab was sending, if it was reloaded in the middle of a show. */
  before(): Before | null {
    const kept = sessionStorage.getItem(this.#flag);
    return kept === "camera" || kept === "screen" ? kept : null;
  }

  /**
   * `start_bps` is where the picture's rate starts, where that is known; `several` says whether the picture may be sent
   * in several sizes.
   */
  start(start_bps: number | null, several: boolean): void {
    if (this.underWay.value) return;
    this.#endAll();
    const whip = new Whip({
      endpoint: `/whip/${encodeURIComponent(this.#slug)}`,
      bearer: null,
      plan: plan.value,
      picture: this.#sources.picture.value,
      sound: this.#sources.sound.value,
      start_bps,
      several,
      taken: () => this.#taken(),
      changed: (state) => this.#changed(state),
    });
    this.#whip = whip;
    this.readings.value = [];
    whip.start();
    const timer = setInterval(() => void this.#read(), 1_000);
    // A host who closes the tab by mistake is asked first.
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    this.#ends = [
      effect(() => void whip.replace("picture", this.#sources.picture.value).catch(() => undefined)),
      effect(() => void whip.replace("sound", this.#sources.sound.value).catch(() => undefined)),
      effect(() => void whip.replan(plan.value)),
      effect(() =>
        sessionStorage.setItem(this.#flag, this.#sources.screen.value === null ? "camera" : "screen"),
      ),
      () => clearInterval(timer),
      () => window.removeEventListener("beforeunload", stay),
    ];
  }

  /** Takes leave; resolves when the server knows. */
  async stop(): Promise<void> {
    await this.#whip?.stop();
    this.forget();
  }

  /** The show is over, or goes on elsewhere: a reload is to resume nothing. */
  forget(): void {
    sessionStorage.removeItem(this.#flag);
  }

  get #flag(): string {
    return `livehouse.on-air.${this.#slug}`;
  }

  #changed(state: State): void {
    this.state.value = state;
    if (isUnderWay(state)) return;
    this.#endAll();
    this.forget();
    // Nothing leaves any more; figures of before would look like figures of now.
    this.readings.value = [];
  }

  #endAll(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  async #taken(): Promise<boolean> {
    const result = await api.media(this.#slug);
    if (result.ok) return result.value.publishing;
    if (result.failure.kind === "unreachable") throw new Error("the server cannot be reached");
    return false;
  }

  async #read(): Promise<void> {
    const reading = await this.#whip?.read();
    if (reading !== null && reading !== undefined) {
      this.readings.value = [...this.readings.value, reading].slice(-READINGS_MAX);
      if (isTooMuch(this.readings.value)) await this.#whip?.spare();
    }
    this.#ticks += 1;
    if (this.#ticks % SERVER_EVERY !== 1) return;
    const result = await api.media(this.#slug);
    if (result.ok) this.server.value = result.value;
  }
}
