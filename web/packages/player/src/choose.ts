// By which way one watches: WebRTC, which is closest to live, or HLS, which goes wherever a web page goes.
//
// WebRTC is tried first. Where it does not stand up in time, where the room carries no more of it, or where the
// browser knows no codec of the show, HLS takes over; and WebRTC again where there is no HLS.

import { computed, type ReadonlySignal, signal } from "@preact/signals-core";

import type { LlHlsState } from "./llhls.ts";
import type { World } from "./peer.ts";
import type { WhepState } from "./whep.ts";

export type Way = "webrtc" | "hls";
export type Wanted = "auto" | Way;

/** A connection that has not stood up by then is not waited for any longer. */
export const STAND_UP_MS = 6_000;

type Player<S> = { readonly state: ReadonlySignal<S>; start(): void; close(): void };

export type ChooseSetup = {
  world: World;
  webrtc: Player<WhepState>;
  hls: Player<LlHlsState>;
};

export class Choose {
  readonly #setup: ChooseSetup;
  readonly #way = signal<Way>("webrtc");
  readonly #wanted = signal<Wanted>("auto");
  readonly #open = signal(false);
  /** HLS was tried and has nothing: then there is nothing to change to. */
  #noHls = false;
  #stopTimer: (() => void) | null = null;

  constructor(setup: ChooseSetup) {
    this.#setup = setup;
    setup.webrtc.state.subscribe((state) => this.#webrtcChanged(state));
    setup.hls.state.subscribe((state) => this.#hlsChanged(state));
  }

  get way(): ReadonlySignal<Way> {
    return this.#way;
  }

  get wanted(): ReadonlySignal<Wanted> {
    return this.#wanted;
  }

  /** Whether the way was changed because the other one did not work. */
  readonly fellBack = computed(() => this.#wanted.value === "auto" && this.#way.value === "hls");

  open(): void {
    if (this.#open.value) return;
    this.#open.value = true;
    this.#noHls = false;
    this.#go(this.#wanted.value === "hls" ? "hls" : "webrtc");
  }

  close(): void {
    this.#open.value = false;
    this.#clear();
    this.#setup.webrtc.close();
    this.#setup.hls.close();
  }

  /** The viewer's own choice. */
  want(wanted: Wanted): void {
    if (wanted === this.#wanted.value) return;
    this.#wanted.value = wanted;
    this.#noHls = false;
    if (this.#open.value) this.#go(wanted === "hls" ? "hls" : "webrtc");
  }

  #go(way: Way): void {
    this.#clear();
    const { webrtc, hls } = this.#setup;
    this.#way.value = way;
    if (way === "hls") {
      webrtc.close();
      hls.start();
    } else {
      hls.close();
      webrtc.start();
    }
  }

  #webrtcChanged(state: WhepState): void {
    if (!this.#open.value || this.#way.value !== "webrtc" || this.#wanted.value !== "auto") return;
    switch (state.at) {
      case "connected":
        return this.#clear();
      case "idle":
        return;
      case "waiting":
        if (state.full && !this.#noHls) return this.#go("hls");
        return this.#await();
      case "refused":
        // A closed door is closed whichever way one comes.
        if (state.code === "no_common_codec" && !this.#noHls) this.#go("hls");
        return;
      case "connecting":
      case "mending":
        return this.#await();
    }
  }

  /** Counts the time since the picture was last there, through all that is tried meanwhile. */
  #await(): void {
    if (this.#stopTimer !== null || this.#noHls) return;
    this.#stopTimer = this.#setup.world.after(STAND_UP_MS, () => this.#go("hls"));
  }

  #hlsChanged(state: LlHlsState): void {
    if (!this.#open.value || this.#way.value !== "hls") return;
    if (state.at !== "failed" || this.#wanted.value === "hls") return;
    this.#noHls = true;
    this.#go("webrtc");
  }

  #clear(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }
}
