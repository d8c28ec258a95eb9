// The studio as one thing: the room, the sources, the check and the show, wired together once.

import { computed, effect, signal } from "@preact/signals";

import { compact, running } from "../shell/figures.ts";
import { RoomLine } from "../shell/room-line.ts";
import { toast } from "../shell/toast.tsx";
import { Check } from "./check.ts";
import { Level } from "./level.ts";
import { OnAir } from "./on-air.ts";
import { type SourceLoss, Sources } from "./sources.ts";
import { studioText } from "./words.ts";

export class Studio {
  readonly slug: string;
  readonly line: RoomLine;
  readonly sources = new Sources((what) => sayLoss(what));
  readonly level = new Level(this.sources.sound);
  readonly check: Check;
  readonly onAir: OnAir;
  /** This machine's clock, once a second, for everything that counts up or down. */
  readonly now = signal(Date.now());
  /** Whether this tab was live before a reload and is coming back. */
  readonly resuming = signal(false);
  readonly ending = signal(false);

  /** Live, but not from here. */
  readonly elsewhere = computed(() => {
    const live = this.line.room.live.state.value;
    return live.state === "on" && !this.onAir.underWay.value && !this.resuming.value;
  });

  constructor(slug: string) {
    this.slug = slug;
    this.line = new RoomLine(slug);
    this.check = new Check(slug, this.sources);
    this.onAir = new OnAir(slug, this.sources);
  }

  /** Brings the studio to life; returns how to leave it. */
  open(): () => void {
    const leave = this.line.open();
    const timer = setInterval(() => {
      this.now.value = Date.now();
    }, 1_000);
    const resume = effect(() => {
      // The first welcome says whether the show that this tab had is still on.
      if (this.line.room.sign.value === null) return;
      queueMicrotask(() => {
        resume();
        void this.#begin();
      });
    });
    return () => {
      clearInterval(timer);
      this.check.stop();
      this.level.close();
      this.sources.close();
      leave();
    };
  }

  goLive(): void {
    this.check.stop();
    this.level.wake();
    this.onAir.start(this.check.startBps(), !this.check.isSlow());
  }

  /** Ends the show, whoever sends it. */
  async end(): Promise<void> {
    this.ending.value = true;
    const live = this.line.room.live.state.value;
    const lasted = live.state === "off" ? 0 : this.line.room.clock.now() - live.since;
    if (this.onAir.underWay.value) await this.onAir.stop();
    // An encoder's show, or one whose farewell did not arrive, is ended by order; one that is over is no fault.
    if (this.line.room.live.state.value.state !== "off") await this.line.session.send({ do: "end_live" });
    this.onAir.forget();
    this.ending.value = false;
    if (lasted > 0) toast(studioText().ended(running(lasted)), "good");
  }

  /** How many are here, in words. */
  viewers(): string {
    const present = this.line.room.presence.present.value;
    return studioText().viewers(present, compact(present));
  }

  /** How long the show has been on, by the server's clock; `null` when there is none. */
  lasting(): string | null {
    const live = this.line.room.live.state.value;
    // Read so that the second hand moves.
    void this.now.value;
    return live.state === "off" ? null : running(this.line.room.clock.now() - live.since);
  }

  async #begin(): Promise<void> {
    const before = this.onAir.before();
    const live = this.line.room.live.state.value.state !== "off";
    if (before !== null && !live) this.onAir.forget();
    if (before === "camera" && live) {
      this.resuming.value = true;
      await this.sources.start();
      if (this.sources.picture.value !== null || this.sources.sound.value !== null) this.goLive();
      this.resuming.value = false;
    } else if (await this.sources.mayOpenSilently()) {
      await this.sources.start();
      if (!live) await this.check.run();
    }
  }
}

function sayLoss(what: SourceLoss): void {
  const t = studioText();
  switch (what) {
    case "camera":
      return toast(t.cameraGone, "bad");
    case "microphone":
      return toast(t.microphoneGone, "bad");
    case "screen":
      return toast(t.shareEnded);
    default: {
      const never: never = what;
      return never;
    }
  }
}
