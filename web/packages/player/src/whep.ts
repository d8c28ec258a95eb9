// Watching by WebRTC: one POST, one answer, and staying connected through what a network does.
//
// A broken path is mended by an ICE restart, which keeps the picture; where that fails the session is made anew.
// The server is told when one leaves, also as the page closes.

import type { ErrorCode, LayersDto, WishDto } from "@livehouse/protocol";
import { type ReadonlySignal, signal } from "@preact/signals-core";

import type { Peer, World } from "./peer.ts";
import { restartedAnswer, restartFragment, withStereo } from "./sdp.ts";
import { sameWish } from "./wish.ts";

export type WhepState =
  | { at: "idle" }
  | { at: "connecting"; attempt: number }
  | { at: "connected" }
  /** The path broke and is being mended; what was seen last stays. */
  | { at: "mending" }
  /** `full`: the room carries no more viewers this way. */
  | { at: "waiting"; attempt: number; until: number; full: boolean }
  /** The server said no in a way that trying again does not change. */
  | { at: "refused"; code: ErrorCode };

export type WhepSetup = {
  /** Where to ask, `/whep/<room>`. */
  url: string;
  world: World;
  makePeer: () => Peer;
  makeStream: () => MediaStream;
  fetch: (input: string, init?: RequestInit) => Promise<Response>;
};

/** A connection that has not stood up by then will not. */
const CONNECT_MS = 10_000;
/** A path may come back by itself for so long. */
const WOBBLE_MS = 1_500;
/** An ICE restart that has not worked by then will not. */
const MEND_MS = 5_000;
const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 10_000;

/** A wish that was not taken is said again after so long. */
const WISH_AGAIN_MS = 1_500;

/** `told` is the wish that the server knows of, or is just being told. */
type Attempt = { peer: Peer; location: string | null; told: WishDto | null };

export class Whep {
  readonly #setup: WhepSetup;
  readonly #state = signal<WhepState>({ at: "idle" });
  readonly #stream = signal<MediaStream | null>(null);
  #attempt: Attempt | null = null;
  #tries = 0;
  #holdMs: number | null = null;
  #wish: WishDto | null = null;
  #stopTimer: () => void = () => {};

  constructor(setup: WhepSetup) {
    this.#setup = setup;
  }

  get state(): ReadonlySignal<WhepState> {
    return this.#state;
  }

  /** What arrives; it stays the last one while a new one is made. */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.#stream;
  }

  start(): void {
    if (this.#attempt !== null) return;
    this.#tries = 0;
    void this.#connect();
  }

  /** The network is back or the page is looked at: do not wait any longer. */
  wake(): void {
    if (this.#state.value.at === "waiting") {
      this.#tries = 0;
      void this.#connect();
    }
  }

  /** Leaves, and says so. May be called as the page closes. */
  close(): void {
    this.#drop();
    this.#stream.value = null;
    this.#state.value = { at: "idle" };
  }

  async stats(): Promise<RTCStatsReport | null> {
    return this.#attempt === null ? null : this.#attempt.peer.getStats();
  }

  /** How long what arrives waits before it is shown, so that what was lost can still come; `null` is up to the browser. */
  hold(ms: number | null): void {
    if (ms === this.#holdMs) return;
    this.#holdMs = ms;
    this.#applyHold();
  }

  /** How much of the picture can be seen; said to the server now, and with every connection from now on. */
  wish(wish: WishDto): void {
    this.#wish = wish;
    if (this.#attempt !== null) void this.#tellWish(this.#attempt);
  }

  /** Whether only sound is wished for, so that a picture that stands still is no surprise. */
  get listens(): boolean {
    return this.#wish?.hidden === true;
  }

  /** What the server sends of the picture; `null` where it cannot be asked. */
  async layers(): Promise<LayersDto | null> {
    const location = this.#attempt?.location;
    if (location === null || location === undefined) return null;
    const response = await this.#setup
      .fetch(`${location}/layer`, { credentials: "same-origin" })
      .catch(() => null);
    return response?.ok ? ((await response.json()) as LayersDto) : null;
  }

  async #tellWish(attempt: Attempt): Promise<void> {
    const wish = this.#wish;
    if (attempt.location === null || wish === null || sameWish(attempt.told, wish)) return;
    attempt.told = wish;
    const response = await this.#setup
      .fetch(`${attempt.location}/layer`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(wish),
        credentials: "same-origin",
      })
      .catch(() => null);
    const passing = response === null || response.status === 429 || response.status >= 500;
    if (!passing || attempt !== this.#attempt || attempt.told !== wish) return;
    this.#setup.world.after(WISH_AGAIN_MS, () => {
      // Another wish may have been said meanwhile, or another connection made.
      if (attempt !== this.#attempt || attempt.told !== wish) return;
      attempt.told = null;
      void this.#tellWish(attempt);
    });
  }

  #applyHold(): void {
    for (const receiver of this.#attempt?.peer.getReceivers() ?? []) {
      // Not every browser has it; there the picture waits as that browser thinks best.
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = this.#holdMs;
    }
  }

  async #connect(): Promise<void> {
    this.#drop();
    this.#tries += 1;
    this.#state.value = { at: "connecting", attempt: this.#tries };
    const peer = this.#setup.makePeer();
    const attempt: Attempt = { peer, location: null, told: null };
    this.#attempt = attempt;
    const current = (): boolean => this.#attempt === attempt;
    const stream = this.#setup.makeStream();
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
    };
    peer.onconnectionstatechange = () => {
      if (current()) this.#changed(attempt, stream);
    };
    this.#timer(CONNECT_MS, () => this.#failed());
    try {
      peer.addTransceiver("video", { direction: "recvonly" });
      peer.addTransceiver("audio", { direction: "recvonly" });
      const offer = await peer.createOffer();
      const sdp = withStereo(offer.sdp ?? "");
      await peer.setLocalDescription({ type: "offer", sdp });
      const response = await this.#post(sdp);
      if (!current()) return this.#leave(locationOf(response));
      if (!response.ok) return await this.#turnedAway(response, current);
      attempt.location = locationOf(response);
      void this.#tellWish(attempt);
      const answer = await response.text();
      if (current()) await peer.setRemoteDescription({ type: "answer", sdp: answer });
    } catch {
      if (current()) this.#failed();
    }
  }

  #post(sdp: string): Promise<Response> {
    return this.#setup.fetch(this.#setup.url, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: sdp,
      credentials: "same-origin",
    });
  }

  async #turnedAway(response: Response, current: () => boolean): Promise<void> {
    const said: unknown = await response.json().catch(() => null);
    if (!current()) return;
    const code =
      typeof said === "object" && said !== null && "code" in said ? (said.code as ErrorCode) : null;
    const passing = response.status >= 500 || response.status === 429 || code === null;
    if (passing) return this.#failed(code === "full");
    this.#drop();
    this.#state.value = { at: "refused", code };
  }

  #changed(attempt: Attempt, stream: MediaStream): void {
    switch (attempt.peer.connectionState) {
      case "connected":
        this.#stream.value = stream;
        this.#connected();
        return;
      case "disconnected":
        if (this.#state.value.at === "connected") this.#timer(WOBBLE_MS, () => void this.#mend(attempt));
        return;
      case "failed":
        if (this.#state.value.at === "connected") void this.#mend(attempt);
        else this.#failed();
        return;
      case "new":
      case "connecting":
      case "closed":
        return;
    }
  }

  async #mend(attempt: Attempt): Promise<void> {
    const { peer, location } = attempt;
    if (location === null) return this.#failed();
    this.#state.value = { at: "mending" };
    this.#timer(MEND_MS, () => this.#failed());
    try {
      peer.restartIce();
      const offer = await peer.createOffer({ iceRestart: true });
      await peer.setLocalDescription(offer);
      const body = restartFragment(offer.sdp ?? "");
      if (body === undefined) return this.#failed();
      const response = await this.#setup.fetch(location, {
        method: "PATCH",
        headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
        body,
        credentials: "same-origin",
      });
      if (this.#attempt !== attempt) return;
      const answer =
        response.status === 200 ? restartedAnswer(answerOf(peer), await response.text()) : undefined;
      if (answer === undefined) return this.#failed();
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      // The old path may have come back meanwhile, and then no change is told.
      if (this.#attempt === attempt && peer.connectionState === "connected") this.#connected();
    } catch {
      if (this.#attempt === attempt) this.#failed();
    }
  }

  #connected(): void {
    this.#stopTimer();
    this.#tries = 0;
    this.#applyHold();
    this.#state.value = { at: "connected" };
  }

  #failed(full = false): void {
    this.#drop();
    const { world } = this.#setup;
    const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (Math.max(1, this.#tries) - 1));
    const ms = Math.round(most * (0.5 + world.random() / 2));
    this.#state.value = { at: "waiting", attempt: this.#tries, until: world.now() + ms, full };
    this.#timer(ms, () => void this.#connect());
  }

  #drop(): void {
    this.#stopTimer();
    const attempt = this.#attempt;
    this.#attempt = null;
    if (attempt === null) return;
    attempt.peer.ontrack = null;
    attempt.peer.onconnectionstatechange = null;
    attempt.peer.close();
    this.#leave(attempt.location);
  }

  #leave(location: string | null): void {
    if (location === null) return;
    // `keepalive` lets it go out while the page is being closed. If it is lost, the server notices by itself.
    this.#setup
      .fetch(location, { method: "DELETE", keepalive: true, credentials: "same-origin" })
      .catch(() => {});
  }

  #timer(ms: number, run: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#setup.world.after(ms, run);
  }
}

function locationOf(response: Response): string | null {
  return response.ok ? response.headers.get("location") : null;
}

function answerOf(peer: Peer): string {
  return peer.remoteDescription?.sdp ?? "";
}
