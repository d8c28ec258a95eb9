import { signal } from "@preact/signals-core";
import { expect, test } from "vitest";

import { Choose, type LlHlsState, STAND_UP_MS, type WhepState } from "../src/index.ts";

/** Two players that do what they are told, and a clock that is moved by hand. */
class Stage {
  now = 0;
  readonly said: string[] = [];
  readonly whep = signal<WhepState>({ at: "idle" });
  readonly hls = signal<LlHlsState>({ at: "idle" });
  #timers: { at: number; run: () => void }[] = [];
  readonly choose: Choose;

  constructor() {
    const player = <S>(name: string, state: { value: S }, begins: S, idle: S) => ({
      state: state as never,
      start: () => {
        this.said.push(`${name} starts`);
        state.value = begins;
      },
      close: () => {
        if (JSON.stringify(state.value) !== JSON.stringify(idle)) this.said.push(`${name} closes`);
        state.value = idle;
      },
    });
    this.choose = new Choose({
      world: {
        now: () => this.now,
        random: () => 0,
        after: (ms, run) => {
          const timer = { at: this.now + ms, run };
          this.#timers.push(timer);
          return () => {
            this.#timers = this.#timers.filter((other) => other !== timer);
          };
        },
      },
      webrtc: player<WhepState>("webrtc", this.whep, { at: "connecting", attempt: 1 }, { at: "idle" }),
      hls: player<LlHlsState>("hls", this.hls, { at: "loading" }, { at: "idle" }),
    });
  }

  passes(ms: number): void {
    this.now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.now);
    for (const timer of due) timer.run();
  }

  says(): string[] {
    return this.said.splice(0);
  }
}

test("WebRTC is tried first, and kept where it works", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.passes(STAND_UP_MS - 1);
  stage.whep.value = { at: "connected" };
  stage.passes(60_000);
  expect(stage.says()).toEqual(["webrtc starts"]);
  expect(stage.choose.fellBack.value).toBe(false);
});

test("what does not stand up in six seconds is given up, through all its attempts", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.passes(3_000);
  stage.whep.value = { at: "waiting", attempt: 1, until: 0, full: false };
  stage.passes(1_000);
  stage.whep.value = { at: "connecting", attempt: 2 };
  stage.passes(1_999);
  expect(stage.says()).toEqual(["webrtc starts"]);
  stage.passes(1);
  expect(stage.says()).toEqual(["webrtc closes", "hls starts"]);
  expect(stage.choose.fellBack.value).toBe(true);
});

test("a path that breaks is given the same time to mend", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.whep.value = { at: "connected" };
  stage.whep.value = { at: "mending" };
  stage.passes(5_000);
  stage.whep.value = { at: "connected" };
  stage.passes(20_000);
  expect(stage.says()).toEqual(["webrtc starts"]);
});

test("a full room is watched by HLS at once", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.whep.value = { at: "waiting", attempt: 1, until: 0, full: true };
  expect(stage.says()).toEqual(["webrtc starts", "webrtc closes", "hls starts"]);
});

test("a codec that the browser does not know by WebRTC may be one it knows by HLS", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.whep.value = { at: "refused", code: "no_common_codec" };
  expect(stage.choose.way.value).toBe("hls");
  const banned = new Stage();
  banned.choose.open();
  banned.whep.value = { at: "refused", code: "banned" };
  expect(banned.choose.way.value).toBe("webrtc");
});

test("where there is no HLS, WebRTC goes on trying", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.passes(STAND_UP_MS);
  stage.hls.value = { at: "failed" };
  expect(stage.says()).toEqual([
    "webrtc starts",
    "webrtc closes",
    "hls starts",
    "hls closes",
    "webrtc starts",
  ]);
  stage.passes(60_000);
  expect(stage.says()).toEqual([]);
});

test("the viewer's choice holds", () => {
  const stage = new Stage();
  stage.choose.want("hls");
  stage.choose.open();
  expect(stage.says()).toEqual(["hls starts"]);
  stage.hls.value = { at: "failed" };
  expect(stage.choose.way.value).toBe("hls");
  stage.choose.want("webrtc");
  stage.passes(60_000);
  expect(stage.says()).toEqual(["hls closes", "webrtc starts"]);
  expect(stage.choose.fellBack.value).toBe(false);
});

test("a closed stage starts nothing", () => {
  const stage = new Stage();
  stage.choose.open();
  stage.choose.close();
  stage.passes(60_000);
  stage.choose.want("hls");
  expect(stage.says()).toEqual(["webrtc starts", "webrtc closes"]);
});
